package org.instructgpt.experiment;

import static org.instructgpt.experiment.ModelName.SUPERVISED;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.collect.Curation;
import org.instructgpt.collect.CurationSettings;
import org.instructgpt.collect.Intake;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.Json;
import org.instructgpt.project.Workspace;
import org.instructgpt.records.Demonstration;
import org.instructgpt.records.Feedback;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.Split;
import org.instructgpt.simulation.AnswerQuality;
import org.instructgpt.simulation.Customers;
import org.instructgpt.simulation.Documents;
import org.instructgpt.simulation.GoldJudge;
import org.instructgpt.simulation.Judgement.Priorities;
import org.instructgpt.simulation.LabelerHiring;
import org.instructgpt.simulation.LabelerPool;
import org.instructgpt.simulation.LabelingInstructions;
import org.instructgpt.simulation.PromptOutputs;
import org.instructgpt.simulation.SimulatedLabeler;
import org.instructgpt.simulation.Skills;
import org.instructgpt.simulation.World;
import org.instructgpt.simulation.WorldTask;
import org.instructgpt.simulation.WorldTasks;

/// The simulated people of a workspace at work: customers write prompts, labelers demonstrate and
/// rank, and all of it goes into the store as the same records that real people's work becomes.
///
/// Everything follows from the seed and from what the people are shown, so each method can be
/// repeated after a crash: the store recognizes a record that it already has.
final class SimulatedPeople {
  /// The date of all records, so that two runs make the same store.
  static final Instant DAY = Instant.parse("2022-01-27T12:00:00Z");

  /// Half of the context of the models, as in the paper: 1k of 2k tokens.
  private static final int LONGEST_PROMPT = 64;

  private static final Split.Fractions FRACTIONS = new Split.Fractions(0.72, 0.08, 0.20);
  private static final int TRAINING_LABELERS = 12;
  private static final int HELD_OUT_LABELERS = 8;

  /// The percentage of prompts that three labelers rank, to measure their agreement.
  private static final int OVERLAP_IN_100 = 12;

  /// The number of prompts that labelers are screened and calibrated on.
  private static final int SCREENING = 120;

  /// The notice to which simulated customers consent.
  private static final String NOTICE = "simulated";

  private static final ObjectMapper JSON = Json.LENIENT;

  private final Workspace workspace;
  private final ExperimentSize size;
  private final long seed;
  private final BatchGenerator generator;
  private final World world;
  private final WorldTasks tasks;
  private final GoldJudge gold;
  private final Customers customers;
  private final LabelerPool hired;

  SimulatedPeople(Workspace workspace, ExperimentSize size, long seed, BatchGenerator generator) {
    this.workspace = workspace;
    this.size = size;
    this.seed = seed;
    this.generator = generator;
    world = World.of(seed);
    tasks = new WorldTasks(world);
    gold = new GoldJudge(world);
    customers = new Customers(world, tasks, seed);
    int _ = customers.ask(size.asked()).size(); // a resumed experiment must know what they meant
    var hiring = new LabelerHiring.Settings(TRAINING_LABELERS, HELD_OUT_LABELERS, seed);
    hired = LabelerHiring.hire(tasks, gold, customers, hiring, screeningSamples());
  }

  World world() {
    return world;
  }

  GoldJudge gold() {
    return gold;
  }

  LabelerPool hired() {
    return hired;
  }

  /// What a prompt means.
  Optional<WorldTask> intent(Prompt prompt) {
    return hired.intent(prompt);
  }

  /// The true utility of an answer by the gold judge, 0 to 1.
  double utility(Prompt prompt, String answer, Priorities priorities) {
    return gold.judge(intent(prompt).orElseThrow(), answer, true).utility(priorities);
  }

  /// Outputs of all qualities, on which candidates are screened.
  private List<PromptOutputs> screeningSamples() {
    var random = new SplittableRandom(seed);
    var qualities = AnswerQuality.values();
    return customers.ask(2 * SCREENING).stream()
        .filter(prompt -> customers.intent(prompt.text()).isPresent())
        .limit(SCREENING)
        .map(prompt -> {
          var task = customers.intent(prompt.text()).orElseThrow();
          var outputs =
              IntStream.range(0, 4)
                  .mapToObj(i -> qualities[random.nextInt(qualities.length)])
                  .map(quality -> new Output(tasks.answer(task, quality, random), Output.HUMAN))
                  .toList();
          return new PromptOutputs(prompt, outputs);
        })
        .toList();
  }

  /// Writes the documents of the world, which models are pretrained on.
  void writeDocuments(Path folder) throws IOException {
    var lines = new StringBuilder();
    for (var document : new Documents(world, tasks).write(size.words(), seed)) {
      lines.append(JSON.createObjectNode().put("text", document)).append('\n');
    }
    AtomicFiles.write(folder.resolve("world.jsonl"), lines.toString());
  }

  /// Lets customers and labelers write prompts, curates them and stores those that are kept.
  void ask() throws IOException {
    var tokenizer = Checkpoint.tokenizer(workspace.model("base"));
    var settings = CurationSettings.PAPER.with(FRACTIONS).tokens(1, LONGEST_PROMPT);
    var asked = new ArrayList<>(customers.ask(size.asked()));
    int kind = size.written() / 3;
    asked.addAll(hired.write(kind, kind, kind));
    var result = new Curation(settings, tokenizer, Optional.empty()).run(asked);
    AtomicFiles.write(
        workspace.reports().resolve("curation.json"),
        JSON.writerWithDefaultPrettyPrinter().writeValueAsString(result.report()) + "\n");
    var kept =
        result.kept().stream()
            .filter(this::isUsed)
            .map(prompt -> hired.settle(assigned(Labeler.Pool.TRAINING, prompt), prompt))
            .toList();
    add(workspace, everybody(hired));
    try (var store = workspace.store()) {
      var vouching =
          new Intake(store, new SplittableRandom(seed)).vouching(Optional.of(NOTICE), DAY);
      int _ =
          store
              .write(handle -> {
                for (var prompt : kept) {
                  store.insert(handle, prompt);
                  vouching.accept(handle, prompt);
                }
                return kept.size();
              })
              .join();
    }
  }

  /// Whether a prompt may be used. One family of tasks is kept out of all training, to see whether
  /// following instructions generalizes to it.
  private boolean isUsed(Prompt prompt) {
    return prompt.split() == Split.TEST || !intent(prompt).map(Skills::heldOutFamily).orElse(true);
  }

  /// Fills the store of the baseline that is trained on public tasks only.
  void writeLessons(Workspace skills) throws IOException {
    var teacher = new Labeler("public-tasks", Labeler.Pool.TRAINING);
    var given = new ArrayList<Feedback>(List.of(teacher));
    int number = 0;
    for (var lesson : new Skills(world).lessons(4 * size.demonstrations(), seed)) {
      var id = "lesson-" + number++;
      var nobody = Optional.<String>empty();
      given.add(
          new Prompt(
              id,
              lesson.prompt(),
              Prompt.Source.IMPORTED,
              nobody,
              nobody,
              number % 20 == 0 ? Split.VALIDATION : Split.TRAIN,
              Optional.empty(),
              DAY));
      given.add(new Demonstration(id + "-answer", id, lesson.response(), teacher.id(), DAY));
    }
    add(Workspace.create(skills.root()), given);
  }

  /// Lets labelers demonstrate for all their own prompts and for some of the customers'.
  void demonstrate() throws IOException {
    var given = new ArrayList<Feedback>();
    for (var split : List.of(Split.TRAIN, Split.VALIDATION)) {
      var prompts = prompts(split);
      int fromCustomers = split == Split.TRAIN ? size.demonstrations() : size.demonstrations() / 5;
      Stream.concat(
              prompts.stream().filter(p -> p.source() != Prompt.Source.CUSTOMER),
              prompts.stream()
                  .filter(p -> p.source() == Prompt.Source.CUSTOMER)
                  .limit(fromCustomers))
          .map(prompt -> hired.demonstrate(assigned(Labeler.Pool.TRAINING, prompt), prompt, DAY))
          .forEach(given::add);
    }
    add(workspace, given);
  }

  /// Lets training labelers rank outputs of the supervised policy.
  void rank() throws IOException {
    rank(List.of(SUPERVISED), 0);
  }

  /// Lets training labelers rank outputs of policies, mixed where there are several: on training
  /// prompts, and on a seventh as many validation prompts.
  ///
  /// @param round decides which prompts, how many outputs, and the draws
  void rank(List<? extends MeasuredModel> models, int round) throws IOException {
    var prompts = new ArrayList<>(some(Split.TRAIN, round, size.rankings()));
    prompts.addAll(some(Split.VALIDATION, round, size.heldOutRankings()));
    var samples = outputs(models, round, prompts);
    if (round == 0) {
      save(samples.subList(0, Math.min(SCREENING, samples.size())));
    }
    var labelers = labelers();
    var given = new ArrayList<Feedback>();
    for (var sample : samples) {
      for (var person : judges(labelers, sample.prompt())) {
        given.add(
            labelers.rank(
                person, sample.prompt(), sample.outputs(), LabelingInstructions.TRAINING, DAY));
      }
    }
    add(workspace, given);
  }

  private List<Prompt> some(Split split, int round, int count) throws IOException {
    var prompts = prompts(split);
    int from = prompts.isEmpty() ? 0 : round * count % prompts.size();
    return Stream.concat(prompts.stream().skip(from), prompts.stream())
        .limit(Math.min(count, prompts.size()))
        .toList();
  }

  /// K = 4 to 9 outputs for each prompt, each K equally often, by the models in turn.
  private List<PromptOutputs> outputs(
      List<? extends MeasuredModel> models, int round, List<Prompt> prompts) throws IOException {
    var random = new SplittableRandom(seed + 31L * round);
    int[] k = prompts.stream().mapToInt(_ -> 4 + random.nextInt(Ranking.MOST - 3)).toArray();
    var outputs = new ArrayList<List<Output>>();
    prompts.forEach(_ -> outputs.add(new ArrayList<>()));
    for (int m = 0; m < models.size(); m++) {
      var texts = new ArrayList<String>();
      var places = new ArrayList<Integer>();
      for (int i = 0; i < k.length; i++) {
        for (int place = m; place < k[i]; place += models.size()) {
          texts.add(prompts.get(i).text());
          places.add(i);
        }
      }
      var model = models.get(m).stored();
      var written =
          generator.answers(workspace.model(model), texts, BatchGenerator.sampling(seed + round));
      for (int i = 0; i < places.size(); i++) {
        var answer = written.get(i);
        outputs.get(places.get(i)).add(new Output(answer.text(), model, answer.finished()));
      }
    }
    return IntStream.range(0, k.length)
        .mapToObj(i -> new PromptOutputs(prompts.get(i), outputs.get(i)))
        .toList();
  }

  private List<SimulatedLabeler> judges(LabelerPool labelers, Prompt prompt) {
    var people = labelers.people(Labeler.Pool.TRAINING);
    int first = people.indexOf(labelers.assigned(Labeler.Pool.TRAINING, prompt));
    int count = Math.floorMod(prompt.id().hashCode(), 100) < OVERLAP_IN_100 ? 3 : 1;
    return IntStream.range(0, count)
        .mapToObj(i -> people.get((first + i) % people.size()))
        .toList();
  }

  /// The labelers, with their noise calibrated on outputs of the supervised policy; before there
  /// are any, on the outputs of the screening.
  LabelerPool labelers() throws IOException {
    var file = screening();
    if (!Files.exists(file)) {
      return hired;
    }
    var byId = new HashMap<String, Prompt>();
    try (var store = workspace.store()) {
      store.prompts(Filter.ALL).forEach(prompt -> byId.put(prompt.id(), prompt));
    }
    var samples = new ArrayList<PromptOutputs>();
    for (var node : JSON.readTree(Files.readString(file))) {
      var outputs = new ArrayList<Output>();
      node.path("outputs")
          .forEach(text -> outputs.add(new Output(text.asText(), SUPERVISED.stored())));
      var prompt = Objects.requireNonNull(byId.get(node.path("prompt").asText()));
      samples.add(new PromptOutputs(prompt, outputs));
    }
    return hired.calibrated(samples);
  }

  private void save(List<PromptOutputs> samples) throws IOException {
    var all = JSON.createArrayNode();
    for (var sample : samples) {
      var texts = all.addObject().put("prompt", sample.prompt().id()).putArray("outputs");
      sample.outputs().forEach(output -> texts.add(output.text()));
    }
    AtomicFiles.write(screening(), all.toPrettyString() + "\n");
  }

  private Path screening() {
    return workspace.reports().resolve("screening.json");
  }

  private SimulatedLabeler assigned(Labeler.Pool pool, Prompt prompt) {
    return hired.assigned(pool, prompt);
  }

  private static List<Labeler> everybody(LabelerPool labelers) {
    return Stream.of(Labeler.Pool.TRAINING, Labeler.Pool.HELD_OUT)
        .flatMap(pool -> labelers.people(pool).stream())
        .map(SimulatedLabeler::labeler)
        .toList();
  }

  /// The prompts of a split, in the order of the store.
  List<Prompt> prompts(Split split) throws IOException {
    try (var store = workspace.store()) {
      return store.prompts(Filter.ALL.in(split));
    }
  }

  /// Puts records into a store, all or none.
  static void add(Workspace workspace, Collection<? extends Feedback> records) throws IOException {
    try (var store = workspace.store()) {
      store.add(List.copyOf(records)).join();
    }
  }
}
