package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.instructgpt.text.Dialogue;

/// Reads prompts and demonstrations.
///
/// An answer that may be bad is not a demonstration: in a row with a judgement of the answer, the
/// answer becomes a rating.
final class DemonstrationFormats {
  private DemonstrationFormats() {}

  static void prompt(JsonFields row, RowRecords draft) {
    Optional<String> asking = PromptFields.field(row.node());
    Optional<String> talk = ChatMessages.in(row.node()).filter(_ -> asking.isEmpty());
    PromptFields asked = PromptFields.of(row, asking.or(() -> talk).orElse("prompt"));
    row.settle();
    draft.prompt(asked);
  }

  /// A prompt and its answer, under any names.
  ///
  /// @param asks the usual name of the prompt, for error messages
  /// @param answers the usual name of the answer
  static void answered(JsonFields row, RowRecords draft, String asks, String answers) {
    JsonNode node = row.node();
    Optional<String> asking = PromptFields.field(node);
    PromptFields asked = PromptFields.of(row, asking.orElse(asks));
    String answer = AnswerFields.one(row, AnswerFields.field(node, asking).orElse(answers));
    if (RatingFormats.verdict(node).filter(field -> !field.equals("score")).isPresent()) {
      RatingFormats.give(row, asked, answer, draft);
      return;
    }
    if (RatingFormats.isDoubtful(row, draft)) {
      return;
    }
    Optional<String> labeler = row.who(FieldRole.LABELER);
    row.settle();
    draft.demonstration(draft.prompt(asked), answer, labeler);
  }

  static void selfInstruct(JsonFields row, RowRecords draft) {
    String instruction = row.filled("instruction");
    List<JsonFields> instances = row.objects("instances", true);
    if (instances.isEmpty()) {
      row.fault("instances", "at least one", "none");
    }
    List<String> prompts = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    for (JsonFields instance : instances) {
      String input = instance.has("input") ? instance.text("input") : "";
      prompts.add(input.isBlank() ? instruction : instruction + "\n\n" + input);
      outputs.add(AnswerFields.one(instance, "output"));
    }
    Optional<String> labeler = row.who(FieldRole.LABELER);
    row.settle();
    for (int i = 0; i < prompts.size(); i++) {
      draft.demonstration(draft.prompt(prompts.get(i)), outputs.get(i), labeler);
    }
  }

  /// A conversation: its last answer, or each one, is a demonstration; the turns before it are the
  /// prompt.
  static void conversation(JsonFields row, RowRecords draft, String usual) {
    String field = ChatMessages.in(row.node()).orElse(usual);
    if (RatingFormats.verdict(row.node()).filter(name -> !name.equals("score")).isPresent()) {
      RatingFormats.rating(row, draft);
      return;
    }
    if (RatingFormats.isDoubtful(row, draft)) {
      return;
    }
    List<ChatMessages.Message> turns = ChatMessages.read(row, field);
    boolean named = !row.node().path(field).path(0).isTextual();
    boolean asks = !turns.isEmpty() && turns.getLast().role() == Dialogue.Role.HUMAN;
    if (named && (turns.isEmpty() || turns.getLast().role() != Dialogue.Role.ASSISTANT)) {
      row.fault(
          field,
          "a last turn of the assistant",
          turns.isEmpty() ? "no turn" : "one of the " + EnumWords.of(turns.getLast().role()));
    } else if (turns.stream().noneMatch(turn -> turn.role() == Dialogue.Role.HUMAN)) {
      row.fault(field, "a turn of the user", "none");
    }
    List<Integer> answers = answers(row, turns, draft.everyTurn());
    List<PromptFields> prompts = answers.stream().map(i -> before(row, field, turns, i)).toList();
    Optional<PromptFields> open =
        asks ? Optional.of(before(row, field, turns, turns.size())) : Optional.empty();
    Optional<String> labeler = row.who(FieldRole.LABELER);
    row.settle();
    if (asks) {
      draft.note("conversations that end with a question, taken as prompts");
      draft.prompt(open.orElseThrow());
      if (!draft.everyTurn()) {
        return;
      }
    }
    for (int i = 0; i < answers.size(); i++) {
      draft.demonstration(draft.prompt(prompts.get(i)), turns.get(answers.get(i)).text(), labeler);
    }
  }

  /// The indices of the answers to train on.
  private static List<Integer> answers(
      JsonFields row, List<ChatMessages.Message> turns, boolean every) {
    List<Integer> answers = new ArrayList<>();
    boolean asked = false;
    boolean untrained = false;
    for (int i = 0; i < turns.size(); i++) {
      asked |= turns.get(i).role() == Dialogue.Role.HUMAN;
      if (asked && turns.get(i).role() == Dialogue.Role.ASSISTANT) {
        untrained |= !turns.get(i).trained();
        if (turns.get(i).trained()) {
          answers.add(i);
        }
      }
    }
    if (untrained) {
      row.note("conversations with answers of weight 0, which are not learned from");
    }
    if (every || answers.size() < 2) {
      return answers;
    }
    row.note(
        "conversations of which only the last answer is a demonstration (--every-turn takes each)");
    return List.of(answers.getLast());
  }

  private static PromptFields before(
      JsonFields row, String field, List<ChatMessages.Message> turns, int end) {
    List<Dialogue.Turn> before =
        turns.subList(0, end).stream().map(ChatMessages.Message::turn).toList();
    return PromptFields.of(row, field, Dialogue.quoting(before, row::note));
  }

  /// A user's conversation with a model: each turn of the user is a prompt; the model's answers are
  /// not demonstrations.
  static void chat(JsonFields row, RowRecords draft) {
    String field = ChatMessages.in(row.node()).orElse("conversation");
    List<Dialogue.Turn> turns = ChatMessages.turns(row, field);
    List<PromptFields> prompts = new ArrayList<>();
    for (int i = 0; i < turns.size(); i++) {
      if (turns.get(i).role() == Dialogue.Role.HUMAN && !turns.get(i).text().isBlank()) {
        List<Dialogue.Turn> before = turns.subList(0, i + 1);
        prompts.add(PromptFields.of(row, field, Dialogue.quoting(before, row::note)));
      }
    }
    if (prompts.isEmpty()) {
      row.fault(field, "a turn of the user", "none");
    }
    row.settle();
    if (turns.stream().anyMatch(turn -> turn.role() == Dialogue.Role.ASSISTANT)) {
      draft.note(
          "chats whose answers by a model are no demonstrations (--format messages makes the last"
              + " one)");
    }
    prompts.forEach(draft::prompt);
  }
}
