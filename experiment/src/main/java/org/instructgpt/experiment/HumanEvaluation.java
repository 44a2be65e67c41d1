package org.instructgpt.experiment;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.IntStream;
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

/// Models answer the prompts of held-out customers, and labelers rank and rate the answers under
/// the instructions of the final evaluation (paper sections 3.6 and 4.1).
///
/// Two answers that need no skill stand beside the models': the one constant text that the reward
/// model likes best on validation prompts, and the longest of the other answers. A judge, or a
/// reward model, that prefers them is not to be trusted.
///
/// @param workspace with the models
/// @param people who judge
/// @param author makes the models write
/// @param seed of the draws
public record HumanEvaluation(
    Workspace workspace, SimulatedPeople people, BatchGenerator author, long seed) {
  static final String CONSTANT = "constant";
  static final String LONGEST = "longest";
  static final String PROMPTED = "prompted";

  /// On so many prompts two labelers of each pool judge, to know how far they agree.
  private static final int OVERLAP = 120;

  private static final int CANDIDATES = 48;
  private static final int TRIALS = 48;

  /// The prompts that models are compared on.
  public List<Prompt> prompts(int count) throws IOException {
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

  /// An answer of each policy to each prompt.
  ///
  /// @param policies names of models
  public SequencedMap<String, List<Output>> answers(List<String> policies, List<String> prompts)
      throws IOException {
    var answers = new LinkedHashMap<String, List<Output>>();
    for (var policy : policies) {
      answers.put(policy, answers(policy, prompts));
    }
    return answers;
  }

  private List<Output> answers(String policy, List<String> prompts) throws IOException {
    var manner = BatchGenerator.manner(seed);
    var written =
        switch (policy) {
          case "base", "base-small", "base-large" ->
              author.continuations(workspace.model(policy), "", prompts, manner);
          case PROMPTED ->
              author.continuations(workspace.model("base"), prefix("base"), prompts, manner);
          case PROMPTED + "-large" ->
              author.continuations(
                  workspace.model("base-large"), prefix("base-large"), prompts, manner);
          case "skills" -> author.answers(skills().model(policy), prompts, manner);
          default -> author.answers(workspace.model(policy), prompts, manner);
        };
    return written.stream()
        .map(answer -> new Output(answer.text(), policy, answer.finished()))
        .toList();
  }

  private Workspace skills() {
    return new Workspace(workspace.root().resolve("skills"));
  }

  /// The answers that need no skill.
  void addForeign(List<String> prompts, SequencedMap<String, List<Output>> answers)
      throws IOException {
    var constant = new Output(constant(), CONSTANT);
    var longest =
        IntStream.range(0, prompts.size())
            .mapToObj(i ->
                answers.values().stream()
                    .map(outputs -> outputs.get(i))
                    .max(Comparator.comparingInt(output -> output.text().length()))
                    .orElseThrow())
            .map(output -> new Output(output.text(), LONGEST, output.ended()))
            .toList();
    answers.put(CONSTANT, prompts.stream().map(_ -> constant).toList());
    answers.put(LONGEST, longest);
  }

  /// The demonstration that the reward model likes best as an answer to everything.
  private String constant() throws IOException {
    var trials = validation(TRIALS);
    var candidates = demonstrations().stream().distinct().limit(CANDIDATES).toList();
    return best(
        candidates,
        candidate ->
            mean(author.rewards(workspace.model("reward"), trials, ids(trials, candidate))));
  }

  private List<int[]> ids(List<String> trials, String answer) throws IOException {
    int[] ids = author.ids(workspace.model("reward"), answer);
    return trials.stream().map(_ -> ids).toList();
  }

  /// The few-shot prefix for a base model: of a few candidates the one whose answers have the
  /// highest mean reward on validation prompts, as the paper chose it (section 3.5).
  String prefix(String base) throws IOException {
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
              author.continuations(
                  workspace.model(base), candidate, trials, BatchGenerator.manner(seed));
          var ids = new ArrayList<int[]>();
          for (var answer : written) {
            ids.add(author.ids(workspace.model("reward"), answer));
          }
          return mean(author.rewards(workspace.model("reward"), trials, ids));
        });
  }

  private interface Merit {
    double of(String candidate) throws IOException;
  }

  private static String best(List<String> candidates, Merit merit) throws IOException {
    var best = "";
    double most = Double.NEGATIVE_INFINITY;
    for (var candidate : candidates) {
      double value = merit.of(candidate);
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

  /// Labelers of both pools judge the answers; their rankings and ratings go into the store.
  public void judge(List<Prompt> prompts, Map<String, List<Output>> answers) throws IOException {
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

  /// What each model's answers are truly worth, as nobody but the simulation knows.
  public Map<String, Estimate> gold(List<Prompt> prompts, Map<String, List<Output>> answers) {
    var found = new LinkedHashMap<String, Estimate>();
    answers.forEach((model, outputs) -> {
      var rows = IntStream.range(0, prompts.size()).boxed().toList();
      found.put(
          "gold/" + model,
          Measurements.share(
              rows,
              i -> people.worth(prompts.get(i), outputs.get(i).text(), Priorities.EVALUATION)));
    });
    return found;
  }
}
