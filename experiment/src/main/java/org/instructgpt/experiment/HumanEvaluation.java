package org.instructgpt.experiment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.instructgpt.experiment.MeasureKey.ModelMeasure;
import org.instructgpt.project.Workspace;
import org.instructgpt.records.Feedback;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Split;
import org.instructgpt.simulation.Judgement.Priorities;
import org.instructgpt.simulation.LabelerPool;
import org.instructgpt.simulation.LabelingInstructions;
import org.instructgpt.simulation.SimulatedLabeler;
import org.instructgpt.statistics.Estimate;

/// The human evaluation: models answer the prompts of held-out customers, and labelers rank and
/// rate the answers under the instructions of the final evaluation (paper sections 3.6 and 4.1).
///
/// Two baselines that need no skill are judged with the models: the one constant text that the
/// reward model likes best on validation prompts, and the longest of the other answers. Judges, or
/// a reward model, that prefer these are not reliable.
///
/// @param workspace with the models
/// @param people who judge
/// @param generator makes the models answer
/// @param seed of the draws
record HumanEvaluation(
    Workspace workspace, SimulatedPeople people, BatchGenerator generator, long seed) {
  /// The number of prompts on which two labelers of each pool judge, to measure their agreement.
  private static final int OVERLAP = 120;

  private static final int CANDIDATES = 48;

  /// Validation prompts on which candidates are compared.
  private static final int TRIALS = 48;

  /// The prompts on which models are compared.
  List<Prompt> prompts(int count) throws IOException {
    var all =
        people.prompts(Split.TEST).stream()
            .filter(prompt -> prompt.source() == Prompt.Source.CUSTOMER)
            .toList();
    if (all.size() < count) {
      throw new IllegalStateException(
          "expected %d prompts of held-out customers, found %d".formatted(count, all.size()));
    }
    return all.subList(0, count);
  }

  /// An answer of each model to each prompt.
  SequencedMap<MeasuredModel, List<Output>> answers(
      List<? extends MeasuredModel> models, List<String> prompts) throws IOException {
    var answers = new LinkedHashMap<MeasuredModel, List<Output>>();
    for (var model : models) {
      answers.put(model, answers(model, prompts));
    }
    return answers;
  }

  private List<Output> answers(MeasuredModel model, List<String> prompts) throws IOException {
    var sampling = BatchGenerator.sampling(seed);
    var written =
        switch (model) {
          case ModelName.BASE, ModelName.BASE_SMALL, ModelName.BASE_LARGE ->
              generator.continuations(folder(model), "", prompts, sampling);
          case ModelName.PROMPTED -> prompted(ModelName.BASE, prompts, sampling);
          case ModelName.PROMPTED_LARGE -> prompted(ModelName.BASE_LARGE, prompts, sampling);
          case ModelName.SKILLS ->
              generator.answers(skills().model(model.stored()), prompts, sampling);
          default -> generator.answers(folder(model), prompts, sampling);
        };
    return written.stream()
        .map(answer -> new Output(answer.text(), model.stored(), answer.finished()))
        .toList();
  }

  private List<BatchGenerator.Answer> prompted(
      ModelName base, List<String> prompts, BatchGenerator.Sampling sampling) throws IOException {
    return generator.continuations(folder(base), prefix(base), prompts, sampling);
  }

  private Path folder(MeasuredModel model) {
    return workspace.model(model.stored());
  }

  private Workspace skills() {
    return new Workspace(workspace.root().resolve("skills"));
  }

  /// Adds the baselines that need no skill.
  void addBaselines(List<String> prompts, SequencedMap<MeasuredModel, List<Output>> answers)
      throws IOException {
    var constant = new Output(constant(), ModelName.CONSTANT.stored());
    var longest =
        IntStream.range(0, prompts.size())
            .mapToObj(i ->
                answers.values().stream()
                    .map(outputs -> outputs.get(i))
                    .max(Comparator.comparingInt(output -> output.text().length()))
                    .orElseThrow())
            .map(output -> new Output(output.text(), ModelName.LONGEST.stored(), output.ended()))
            .toList();
    answers.put(ModelName.CONSTANT, prompts.stream().map(_ -> constant).toList());
    answers.put(ModelName.LONGEST, longest);
  }

  /// The demonstration that the reward model likes best as an answer to everything.
  private String constant() throws IOException {
    var trials = validation(TRIALS);
    var candidates = demonstrations().stream().distinct().limit(CANDIDATES).toList();
    return best(
        candidates,
        candidate ->
            mean(generator.rewards(workspace.model("reward"), trials, ids(trials, candidate))));
  }

  private List<int[]> ids(List<String> trials, String answer) throws IOException {
    int[] ids = generator.ids(workspace.model("reward"), answer);
    return trials.stream().map(_ -> ids).toList();
  }

  /// The few-shot prefix for a base model: of a few candidates the one whose answers have the
  /// highest mean reward on validation prompts, as the paper chose it (section 3.5).
  String prefix(ModelName base) throws IOException {
    var trials = validation(TRIALS);
    var examples = examples();
    var candidates = new ArrayList<String>();
    for (int i = 0; i + 1 < examples.size() && candidates.size() < 4; i += 2) {
      candidates.add(examples.get(i) + examples.get(i + 1));
    }
    return best(
        candidates,
        candidate -> {
          var written =
              generator.continuations(
                  folder(base), candidate, trials, BatchGenerator.sampling(seed));
          var ids = new ArrayList<int[]>();
          for (var answer : written) {
            ids.add(generator.ids(workspace.model("reward"), answer));
          }
          return mean(generator.rewards(workspace.model("reward"), trials, ids));
        });
  }

  private interface Score {
    double of(String candidate) throws IOException;
  }

  private static String best(List<String> candidates, Score score) throws IOException {
    var best = "";
    double most = Double.NEGATIVE_INFINITY;
    for (var candidate : candidates) {
      double value = score.of(candidate);
      if (value > most) {
        most = value;
        best = candidate;
      }
    }
    return best;
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }

  private List<String> validation(int count) throws IOException {
    return people.prompts(Split.VALIDATION).stream().map(Prompt::text).limit(count).toList();
  }

  private List<String> demonstrations() throws IOException {
    try (var store = workspace.store()) {
      return store.demonstrations(Filter.ALL.in(Split.TRAIN)).stream()
          .map(each -> each.item().response())
          .toList();
    }
  }

  /// Short prompts with their demonstrations, as they stand in a prefix.
  private List<String> examples() throws IOException {
    try (var store = workspace.store()) {
      return store.demonstrations(Filter.ALL.in(Split.TRAIN)).stream()
          .filter(each -> each.prompt().source() == Prompt.Source.CUSTOMER)
          .filter(each -> each.prompt().text().length() + each.item().response().length() < 110)
          .map(each -> each.prompt().text() + "\n\n" + each.item().response() + "\n\n")
          .limit(8)
          .toList();
    }
  }

  /// Lets labelers of both pools judge the answers, and stores their rankings and ratings.
  void judge(List<Prompt> prompts, Map<MeasuredModel, List<Output>> answers) throws IOException {
    var labelers = people.labelers();
    var given = new ArrayList<Feedback>();
    for (int i = 0; i < prompts.size(); i++) {
      var prompt = prompts.get(i);
      var outputs = new ArrayList<Output>();
      for (var each : answers.values()) {
        outputs.add(each.get(i));
      }
      for (var pool : List.of(Labeler.Pool.TRAINING, Labeler.Pool.HELD_OUT)) {
        for (var person : judges(labelers, pool, prompt, i < OVERLAP ? 2 : 1)) {
          given.add(
              labelers.rank(
                  person, prompt, outputs, LabelingInstructions.EVALUATION, SimulatedPeople.DAY));
          given.addAll(
              labelers.rate(
                  person, prompt, outputs, LabelingInstructions.EVALUATION, SimulatedPeople.DAY));
        }
      }
    }
    SimulatedPeople.add(workspace, given);
  }

  private static List<SimulatedLabeler> judges(
      LabelerPool labelers, Labeler.Pool pool, Prompt prompt, int count) {
    var people = labelers.people(pool);
    int first = people.indexOf(labelers.assigned(pool, prompt));
    return IntStream.range(0, count)
        .mapToObj(i -> people.get((first + i) % people.size()))
        .toList();
  }

  /// The mean true utility of each model's answers, by the gold judge.
  Map<MeasureKey, Estimate> gold(List<Prompt> prompts, Map<MeasuredModel, List<Output>> answers) {
    var found = new LinkedHashMap<MeasureKey, Estimate>();
    answers.forEach((model, outputs) -> {
      var rows = IntStream.range(0, prompts.size()).boxed().toList();
      found.put(
          ModelMeasure.GOLD.of(model),
          Measurements.share(
              rows,
              i -> people.utility(prompts.get(i), outputs.get(i).text(), Priorities.EVALUATION)));
    });
    return found;
  }
}
