package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.instructgpt.text.Dialogue;

/// Reads a conversation tree of Open Assistant: a prompt, its replies, their replies.
///
/// Ranked replies of the assistant to a person's message are a ranking, at any depth; the prompt of
/// a deeper one is the dialogue before it. Rank 0 is best. Replies without a rank and deleted ones
/// are left out; fewer than two give no ranking, which is not a fault. Of more than nine, the nine
/// best are kept. In a tree without ranks, each reply written by a person is a demonstration.
final class OpenAssistantTree {
  private final RowRecords draft;

  private OpenAssistantTree(RowRecords draft) {
    this.draft = draft;
  }

  /// A message of the tree.
  ///
  /// @param rank from 0; negative if it was not ranked
  private record Message(
      String text,
      boolean human,
      int rank,
      String model,
      Optional<String> by,
      List<Message> replies) {

    boolean isRanked() {
      return rank >= 0 || replies.stream().anyMatch(Message::isRanked);
    }
  }

  static boolean isMessage(JsonNode row) {
    return MessageThreads.isMessage(row);
  }

  static void read(JsonFields row, RowRecords draft) {
    Message root = message(row.object("prompt"), true);
    row.settle();
    OpenAssistantTree tree = new OpenAssistantTree(draft);
    tree.walk(List.of(), root, root.by(), root.isRanked());
  }

  private static Message message(JsonFields fields, boolean human) {
    String text = human ? fields.filled("text") : fields.text("text");
    int rank = fields.has("rank") ? fields.integer("rank") : -1;
    String model = fields.has("model_name") ? fields.filled("model_name") : Output.HUMAN;
    Optional<String> by = fields.has("user_id") ? fields.optionalId("user_id") : Optional.empty();
    List<Message> replies = new ArrayList<>();
    for (JsonFields reply : fields.objects("replies", false)) {
      if (!reply.isTrue("deleted")) {
        replies.add(message(reply, !human));
      }
    }
    return new Message(text, human, rank, model.isEmpty() ? Output.HUMAN : model, by, replies);
  }

  private void walk(
      List<Dialogue.Turn> before, Message message, Optional<String> user, boolean ranked) {
    List<Dialogue.Turn> dialogue = new ArrayList<>(before);
    Dialogue.Role role = message.human() ? Dialogue.Role.HUMAN : Dialogue.Role.ASSISTANT;
    dialogue.add(new Dialogue.Turn(role, message.text()));
    if (message.human() && ranked) {
      rank(dialogue, message.replies(), user);
    } else if (message.human()) {
      demonstrate(dialogue, message.replies(), user);
    }
    message.replies().forEach(reply -> walk(dialogue, reply, user, ranked));
  }

  private String prompt(List<Dialogue.Turn> dialogue, Optional<String> user) {
    String text = Dialogue.prompt(Dialogue.quoting(dialogue, draft::note));
    return draft.prompt(new PromptFields(text, user, Optional.empty(), Optional.empty()));
  }

  private void demonstrate(
      List<Dialogue.Turn> dialogue, List<Message> replies, Optional<String> user) {
    for (Message reply : replies) {
      if (reply.model().equals(Output.HUMAN) && !reply.text().isBlank()) {
        draft.demonstration(prompt(dialogue, user), reply.text(), reply.by());
      }
    }
  }

  private void rank(List<Dialogue.Turn> dialogue, List<Message> replies, Optional<String> user) {
    List<Message> ranked =
        replies.stream()
            .filter(reply -> reply.rank() >= 0)
            .sorted(Comparator.comparingInt(Message::rank))
            .limit(Ranking.MOST)
            .toList();
    if (ranked.size() < Ranking.LEAST) {
      return;
    }
    List<Integer> distinct = ranked.stream().map(Message::rank).distinct().toList();
    List<Output> outputs =
        ranked.stream().map(reply -> new Output(reply.text(), reply.model())).toList();
    List<Integer> ranks = ranked.stream().map(r -> 1 + distinct.indexOf(r.rank())).toList();
    draft.ranking(prompt(dialogue, user), outputs, ranks, Optional.empty());
  }
}
