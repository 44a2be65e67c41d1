package org.instructgpt.records;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How prompts and demonstrations look in other people's files.
final class DemonstrationFormats {
  private static final String END_OF_TEXT = "<|endoftext|>";

  private DemonstrationFormats() {}

  static void prompt(Fields row, Draft draft) {
    String prompt = row.filled("prompt");
    Optional<String> user = row.optionalId("user");
    Optional<String> organisation = row.optionalId("organisation");
    row.settle();
    draft.prompt(prompt, user, organisation);
  }

  static void completion(Fields row, Draft draft) {
    String prompt = row.filled("prompt");
    String completion = row.text("completion");
    Optional<String> labeler = row.optionalId("labeler");
    Optional<String> user = row.optionalId("user");
    row.settle();
    String response =
        completion.endsWith(END_OF_TEXT)
            ? completion.substring(0, completion.length() - END_OF_TEXT.length())
            : completion;
    draft.demonstration(draft.prompt(prompt, user, Optional.empty()), response, labeler);
  }

  static void questionAnswer(Fields row, Draft draft) {
    String question = row.filled("question");
    String answer = row.text("answer");
    row.settle();
    draft.demonstration(draft.prompt(question), answer, Optional.empty());
  }

  static void instruction(Fields row, Draft draft) {
    String instruction = row.filled("instruction");
    String input = row.has("input") ? row.text("input") : "";
    String output = row.text("output");
    row.settle();
    draft.demonstration(draft.prompt(instructed(instruction, input)), output, Optional.empty());
  }

  static void selfInstruct(Fields row, Draft draft) {
    String instruction = row.filled("instruction");
    List<Fields> instances = row.objects("instances", true);
    if (instances.isEmpty()) {
      row.fault("instances", "at least one", "none");
    }
    List<String> prompts = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    for (Fields instance : instances) {
      prompts.add(instructed(instruction, instance.has("input") ? instance.text("input") : ""));
      outputs.add(instance.text("output"));
    }
    row.settle();
    for (int i = 0; i < prompts.size(); i++) {
      draft.demonstration(draft.prompt(prompts.get(i)), outputs.get(i), Optional.empty());
    }
  }

  static void messages(Fields row, Draft draft) {
    List<Dialogue.Turn> turns = new ArrayList<>();
    List<Fields> messages = row.objects("messages", true);
    for (Fields message : messages) {
      turns.add(turn(message, "role", "content"));
    }
    dialogue(row, "messages", turns, draft);
  }

  static void conversations(Fields row, Draft draft) {
    List<Dialogue.Turn> turns = new ArrayList<>();
    for (Fields message : row.objects("conversations", true)) {
      turns.add(turn(message, "from", "value"));
    }
    dialogue(row, "conversations", turns, draft);
  }

  private static void dialogue(Fields row, String field, List<Dialogue.Turn> turns, Draft draft) {
    if (turns.isEmpty() || turns.getLast().role() != Dialogue.Role.ASSISTANT) {
      row.fault(
          field,
          "a last turn of the assistant",
          turns.isEmpty() ? "no turn" : "one of the " + Json.word(turns.getLast().role()));
    } else if (turns.stream().noneMatch(turn -> turn.role() == Dialogue.Role.HUMAN)) {
      row.fault(field, "a turn of the user", "none");
    }
    row.settle();
    String prompt = Dialogue.prompt(turns.subList(0, turns.size() - 1));
    draft.demonstration(draft.prompt(prompt), turns.getLast().text(), Optional.empty());
  }

  private static Dialogue.Turn turn(Fields message, String role, String content) {
    String name = message.text(role);
    Dialogue.Role who =
        switch (name) {
          case "user", "human", "prompter" -> Dialogue.Role.HUMAN;
          case "assistant", "gpt" -> Dialogue.Role.ASSISTANT;
          case "system" -> Dialogue.Role.SYSTEM;
          default -> {
            message.fault(role, "user, assistant or system", Check.quoted(name));
            yield Dialogue.Role.HUMAN;
          }
        };
    boolean answer = who == Dialogue.Role.ASSISTANT;
    return new Dialogue.Turn(who, answer ? message.text(content) : message.filled(content));
  }

  private static String instructed(String instruction, String input) {
    return input.isBlank() ? instruction : instruction + "\n\n" + input;
  }
}
