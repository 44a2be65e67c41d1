package org.instructgpt.records;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// A conversation tree of Open Assistant: a prompt, its replies, their replies.
///
/// Wherever people ranked the replies of the assistant to what a person said, that is a ranking, at
/// any depth; the prompt of a deeper one is the dialogue that led there. Rank 0 is best. Replies
/// without a rank and deleted ones are left out; where fewer than two remain there is no ranking,
/// and that is no fault. Of more than nine the nine best are kept.
final class OpenAssistantTree {
  private final Draft draft;

  private OpenAssistantTree(Draft draft) {
    this.draft = draft;
  }

  /// A message as it was read.
  ///
  /// @param rank from 0; less than 0 where nobody ranked it
  private record Message(
      String text, boolean human, int rank, String model, List<Message> replies) {}

  static void read(Fields row, Draft draft) {
    Message root = message(row.object("prompt"), true);
    row.settle();
    new OpenAssistantTree(draft).walk(List.of(), root);
  }

  private static Message message(Fields fields, boolean human) {
    String text = human ? fields.filled("text") : fields.text("text");
    int rank = fields.has("rank") ? fields.integer("rank") : -1;
    String model = fields.has("model_name") ? fields.filled("model_name") : Output.HUMAN;
    List<Message> replies = new ArrayList<>();
    for (Fields reply : fields.objects("replies", false)) {
      if (!reply.isTrue("deleted")) {
        replies.add(message(reply, !human));
      }
    }
    return new Message(text, human, rank, model.isEmpty() ? Output.HUMAN : model, replies);
  }

  private void walk(List<Dialogue.Turn> before, Message message) {
    List<Dialogue.Turn> dialogue = new ArrayList<>(before);
    Dialogue.Role role = message.human() ? Dialogue.Role.HUMAN : Dialogue.Role.ASSISTANT;
    dialogue.add(new Dialogue.Turn(role, message.text()));
    if (message.human()) {
      rank(dialogue, message.replies());
    }
    message.replies().forEach(reply -> walk(dialogue, reply));
  }

  private void rank(List<Dialogue.Turn> dialogue, List<Message> replies) {
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
    draft.ranking(draft.prompt(Dialogue.prompt(dialogue)), outputs, ranks, Optional.empty());
  }
}
