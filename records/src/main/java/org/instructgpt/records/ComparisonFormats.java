package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.instructgpt.text.Dialogue;

/// Reads comparisons: a better and a worse answer, two or more answers in separate fields with a
/// winner, a list with ranks or scores.
final class ComparisonFormats {
  private static final List<String> RANK = List.of("rank", "ranking", "place", "position");

  /// In the order of preference if a row has several.
  private static final List<String> SCORE =
      List.of(
          "fine-grained_score",
          "overall_score",
          "score",
          "rating",
          "overall_rating",
          "quality",
          "reward",
          "helpfulness");

  private static final List<String> MODEL =
      List.of("model", "policy", "generator", "model_name", "source");

  private ComparisonFormats() {}

  /// A prompt with the better and the worse answer, each a text, a message, or a conversation.
  static void preference(JsonFields row, RowRecords draft) {
    JsonNode node = row.node();
    String chosen = FieldRole.CHOSEN.in(node).orElse("chosen");
    String rejected = FieldRole.REJECTED.in(node).orElse("rejected");
    List<String> fields = List.of(chosen, rejected);
    List<String> models = new ArrayList<>();
    Optional<String> better = FieldRole.CHOSEN_MODEL.in(node);
    Optional<String> worse = FieldRole.REJECTED_MODEL.in(node);
    if (better.isPresent() && worse.isPresent()) {
      models.add(row.model(better.get()));
      models.add(row.model(worse.get()));
    }
    Compared compared = compared(row, fields);
    List<Boolean> ended = List.of(row.flag("chosen_ended", true), row.flag("rejected_ended", true));
    Optional<String> labeler = row.who(FieldRole.LABELER);
    row.settle();
    List<Output> outputs = RankedOutputs.of(compared.texts(), models, ended);
    boolean tie = outputs.getFirst().equals(outputs.getLast());
    draft.ranking(
        draft.prompt(compared.asked()), outputs, tie ? List.of(1, 1) : List.of(1, 2), labeler);
  }

  /// A prompt with answers in separate fields and a winner.
  static void pairwise(JsonFields row, RowRecords draft) {
    AnswerColumns candidates = AnswerColumns.in(row.node());
    Optional<List<Integer>> ranks =
        candidates.isEmpty()
            ? Optional.empty()
            : new WinnerField(row, candidates, draft.evidence()).ranks();
    List<String> models = candidates.models(row);
    Compared compared =
        compared(row, candidates.all().stream().map(AnswerColumns.Candidate::field).toList());
    Optional<String> labeler = row.who(FieldRole.LABELER);
    if (candidates.isEmpty()) {
      row.fault("row", "two answers in fields such as response_a and response_b", "none");
    }
    row.settle();
    if (ranks.isEmpty()) {
      draft.note("answers between which nobody chose, left out");
      return;
    }
    List<Output> outputs = RankedOutputs.of(compared.texts(), models, List.of());
    RankedOutputs.rank(draft.prompt(compared.asked()), outputs, ranks.get(), labeler, draft);
  }

  private record Compared(PromptFields asked, List<String> texts) {}

  /// The prompt and the answers of these fields. The prompt of whole conversations is their common
  /// beginning.
  private static Compared compared(JsonFields row, List<String> fields) {
    JsonNode node = row.node();
    Optional<String> asking = PromptFields.field(node).filter(field -> !fields.contains(field));
    boolean conversations =
        !fields.isEmpty()
            && fields.stream().allMatch(field -> isWhole(node.path(field), asking.isEmpty()));
    if (conversations) {
      List<List<Dialogue.Turn>> all =
          fields.stream().map(field -> ChatMessages.turns(row, field)).toList();
      AnswerFields.Parted parted = AnswerFields.Parted.of(all, row);
      if (!parted.shared().isEmpty() || asking.isEmpty()) {
        return parted(row, asking, fields, parted);
      }
    }
    if (asking.isPresent() && !fields.isEmpty() && isTurnwise(node, asking.get(), fields)) {
      return turnwise(row, asking.get(), fields);
    }
    String prompt =
        asking.or(() -> ChatMessages.in(node).filter(f -> !fields.contains(f))).orElse("prompt");
    PromptFields asked = PromptFields.of(row, prompt);
    return new Compared(asked, fields.stream().map(field -> AnswerFields.one(row, field)).toList());
  }

  /// Whether a value is a whole conversation and not only an answer.
  private static boolean isWhole(JsonNode value, boolean alone) {
    if (value.isTextual()) {
      return (alone || value.textValue().startsWith(Dialogue.HUMAN))
          && ChatTranscript.parse(value.textValue()).isPresent();
    }
    JsonNode list = value.path("messages").isArray() ? value.path("messages") : value;
    if (!list.isArray() || !ChatMessages.isList(list) || list.path(0).isTextual()) {
      return false;
    }
    for (JsonNode message : list) {
      String role = message.path("role").asText(message.path("from").asText("user"));
      if (Dialogue.Role.named(role).orElse(Dialogue.Role.HUMAN) == Dialogue.Role.HUMAN) {
        return true;
      }
    }
    return false;
  }

  private static Compared parted(
      JsonFields row, Optional<String> asking, List<String> fields, AnswerFields.Parted parted) {
    if (parted.shared().isEmpty()) {
      row.fault(
          fields.getFirst(),
          "a conversation that begins like the one in " + fields.getLast(),
          "another beginning");
    }
    String last = parted.shared().isEmpty() ? "" : parted.shared().getLast().text().strip();
    asking
        .filter(field -> row.node().path(field).asText().strip().equals(last))
        .ifPresent(row::take);
    List<Dialogue.Turn> turns = Dialogue.quoting(parted.shared(), row::note);
    return new Compared(PromptFields.of(row, asking.orElse(""), turns), parted.rests());
  }

  /// Whether a prompt and its answers are lists with a text for each turn.
  private static boolean isTurnwise(JsonNode node, String asking, List<String> fields) {
    JsonNode prompts = node.path(asking);
    return prompts.isArray()
        && prompts.path(0).isTextual()
        && fields.stream()
            .map(node::path)
            .allMatch(answers -> answers.isArray() && answers.size() == prompts.size());
  }

  private static Compared turnwise(JsonFields row, String asking, List<String> fields) {
    List<String> prompts = row.texts(asking);
    List<List<Dialogue.Turn>> all = new ArrayList<>();
    for (String field : fields) {
      List<String> answers = row.texts(field);
      List<Dialogue.Turn> turns = new ArrayList<>();
      for (int i = 0; i < Math.min(prompts.size(), answers.size()); i++) {
        turns.add(new Dialogue.Turn(Dialogue.Role.HUMAN, prompts.get(i)));
        turns.add(new Dialogue.Turn(Dialogue.Role.ASSISTANT, answers.get(i)));
      }
      all.add(turns);
    }
    return parted(row, Optional.of(asking), fields, AnswerFields.Parted.of(all, row));
  }

  /// Whether a row has a list of answers and their order.
  static boolean isRanked(JsonNode row) {
    Optional<Map.Entry<String, JsonNode>> list = list(row);
    if (list.isEmpty()) {
      return row.has("completions") && !PromptFields.field(row).equals(Optional.of("completions"));
    }
    JsonNode first = list.get().getValue().path(0);
    return first.isObject() && (key(first, RANK).isPresent() || key(first, SCORE).isPresent())
        || FieldRole.RANKS.in(row).isPresent()
        || FieldRole.SCORES.in(row).isPresent()
        || FieldRole.ORDER.in(row).filter(name -> isOrder(row.path(name), list.get())).isPresent()
        || FieldRole.WINNER.in(row).filter(name -> !name.equals(list.get().getKey())).isPresent()
        || list.get().getKey().equals("completions");
  }

  /// Whether a list orders the answers and not the models that wrote them.
  private static boolean isOrder(JsonNode order, Map.Entry<String, JsonNode> list) {
    JsonNode first = order.path(0);
    return !first.isTextual() || JsonValues.numeric(first).isPresent() || contains(list, first);
  }

  private static boolean contains(Map.Entry<String, JsonNode> list, JsonNode text) {
    for (JsonNode answer : list.getValue()) {
      if (answer.equals(text)) {
        return true;
      }
    }
    return false;
  }

  private static Optional<Map.Entry<String, JsonNode>> list(JsonNode row) {
    return FieldRole.ANSWERS.filling(row).entrySet().stream()
        .filter(field ->
            field.getValue().isArray() && !ChatMessages.isMessage(field.getValue().path(0)))
        .findFirst();
  }

  private static Optional<String> key(JsonNode object, List<String> names) {
    return names.stream()
        .filter(name -> JsonValues.numeric(object.path(name)).isPresent())
        .findFirst();
  }

  /// A prompt with a list of answers: texts with ranks, scores, an order or a choice in other
  /// fields, or objects that contain these.
  static void ranked(JsonFields row, RowRecords draft) {
    String field = list(row.node()).map(Map.Entry::getKey).orElse("completions");
    PromptFields asked =
        row.node().path("info").isObject() && PromptFields.field(row.node()).isEmpty()
            ? PromptFields.of(row, "info", SummaryPrompts.turns(row.object("info")))
            : PromptFields.of(
                row,
                PromptFields.field(row.node())
                    .or(() -> ChatMessages.in(row.node()))
                    .orElse("prompt"));
    List<String> texts = new ArrayList<>();
    List<String> models = new ArrayList<>();
    List<Boolean> ended = new ArrayList<>();
    List<OptionalDouble> places = new ArrayList<>();
    boolean judged = false;
    if (row.node().path(field).path(0).isObject()) {
      for (JsonFields element : row.objects(field, true)) {
        judged |= read(element, texts, models, places);
        ended.add(RankedOutputs.ended(element));
      }
    } else {
      texts.addAll(row.texts(field));
    }
    if (row.has("ended")) {
      ended.clear();
      ended.addAll(row.flags("ended"));
    }
    FieldRole.MODELS
        .in(row.node())
        .filter(_ -> models.isEmpty())
        .ifPresent(name -> models.addAll(row.texts(name)));
    if (models.size() == texts.size()) {
      FieldRole.MODELS
          .in(row.node())
          .filter(name -> row.node().path(name).isArray())
          .ifPresent(row::take);
    }
    if (!judged) {
      places.clear();
      places.addAll(new JudgmentFields(row, field, texts).places());
    }
    int k = texts.size();
    if (k < Ranking.LEAST) {
      row.fault(field, Ranking.LEAST + " to " + Ranking.MOST + " of them", String.valueOf(k));
    }
    if (!judged) {
      new JudgmentFields(row, field, texts).check(places);
    }
    if (!models.isEmpty() && models.size() != k) {
      row.fault("models", "as many as " + field + ", " + k, String.valueOf(models.size()));
    }
    if (!ended.isEmpty() && ended.size() != k) {
      row.fault("ended", "as many as " + field + ", " + k, String.valueOf(ended.size()));
    }
    Optional<String> labeler = row.who(FieldRole.LABELER);
    row.settle();
    rank(asked, RankedOutputs.of(texts, models, ended), places, labeler, draft);
  }

  /// Reads an answer that is an object, and its place, less is better; returns whether it was
  /// judged.
  private static boolean read(
      JsonFields element, List<String> texts, List<String> models, List<OptionalDouble> places) {
    texts.add(AnswerFields.inside(element));
    MODEL.stream()
        .filter(element::has)
        .findFirst()
        .ifPresent(name -> models.add(element.model(name)));
    Optional<String> rank = RANK.stream().filter(element.node()::has).findFirst();
    Optional<String> score = SCORE.stream().filter(element.node()::has).findFirst();
    if (rank.isPresent()) {
      places.add(JsonValues.numeric(element.take(rank.get())));
    } else if (score.isPresent()) {
      OptionalDouble value = JsonValues.numeric(element.take(score.get()));
      places.add(value.isPresent() ? OptionalDouble.of(-value.getAsDouble()) : value);
    } else {
      places.add(OptionalDouble.empty());
    }
    return rank.isPresent() || score.isPresent();
  }

  /// Adds a ranking of the outputs that were judged.
  private static void rank(
      PromptFields asked,
      List<Output> outputs,
      List<OptionalDouble> places,
      Optional<String> labeler,
      RowRecords draft) {
    List<Output> kept = new ArrayList<>();
    List<Double> order = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      if (places.get(i).isPresent()) {
        kept.add(outputs.get(i));
        order.add(places.get(i).getAsDouble());
      }
    }
    if (kept.size() < outputs.size()) {
      draft.note("rankings with outputs that nobody ranked, which were left out");
    }
    if (kept.size() < Ranking.LEAST) {
      return;
    }
    boolean ranks = order.stream().allMatch(p -> p >= 1 && p <= kept.size() && p == Math.rint(p));
    List<Integer> given =
        ranks ? order.stream().map(Double::intValue).toList() : RankedOutputs.ranksOfPlaces(order);
    RankedOutputs.rank(draft.prompt(asked), kept, given, labeler, draft);
  }
}
