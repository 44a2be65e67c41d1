package org.instructgpt.simulation;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Split;

/// Simulated customers: the users of a playground, whose prompts need curation (paper section 3.2)
/// before anybody learns from them.
///
/// They ask in the ten use cases of Table 1 in about its shares. A few ask hundreds of times, most
/// only once or twice; one prompt in twelve repeats an earlier one, exactly or except for its end;
/// one in twenty-five contains personal data. Each has an [intent][#intent(String)], which only the
/// judge may see.
///
/// The prompts are the beginning of an endless series: the first thousand are the same however many
/// are asked for.
public final class Customers {
  private static final double EXACT_DUPLICATES = 0.04;
  private static final double NEAR_DUPLICATES = 0.04;
  private static final double PERSONAL = 0.04;

  /// How many other questions a user draws when theirs was asked before.
  private static final int REDRAWS = 4;

  /// How often a user asks in the use case that is their own.
  private static final double USUAL_USE_CASE = 0.2;

  /// How often a duplicate repeats a prompt of the same user and not of another.
  private static final double OWN_DUPLICATE = 0.8;

  /// One user in this many belongs to an organisation.
  private static final int USERS_PER_MEMBER = 3;

  private static final int ORGANISATIONS = 40;

  /// When the playground opened; it gets a prompt every seven minutes.
  private static final Instant OPENING = Instant.parse("2021-01-04T08:00:00Z");

  private static final Duration PAUSE = Duration.ofMinutes(7);

  private final World world;
  private final WorldTasks tasks;
  private final long seed;
  private final PromptIndex toPlayground;
  private final PromptIndex toBaseModel;

  public Customers(World world, WorldTasks tasks, long seed) {
    this.world = world;
    this.tasks = tasks;
    this.seed = seed;
    this.toPlayground = new PromptIndex(playground());
    this.toBaseModel = new PromptIndex(baseModel());
  }

  /// The first prompts that customers asked: nothing left out, nothing redacted, the use case
  /// unsettled, the split by user in the [usual fractions][Split.Fractions#USUAL].
  public List<Prompt> ask(int prompts) {
    return prompts("customer", toPlayground.first(prompts));
  }

  /// The first prompts that customers sent to a plain language model, which they do not expect to
  /// follow instructions: few-shot questions, and beginnings to be continued (paper section 3.6).
  public List<Prompt> askBaseModel(int prompts) {
    return prompts("base", toBaseModel.first(prompts));
  }

  /// What a prompt means; empty for a text that no customer wrote.
  ///
  /// The prompt need not have been drawn in this run, and its personal data may have been redacted
  /// or cut. Prompts beyond the 12,000th are known once they were drawn.
  public Optional<WorldTask> intent(String prompt) {
    return PromptIndex.search(indexes(), prompt);
  }

  /// The indexes in which intents are found.
  List<PromptIndex> indexes() {
    return List.of(toPlayground, toBaseModel);
  }

  private List<Prompt> prompts(String series, List<DrawnPrompt> drawn) {
    List<Prompt> prompts = new ArrayList<>();
    for (DrawnPrompt each : drawn) {
      int number = prompts.size();
      Optional<String> user = Optional.of(each.writer());
      Optional<String> organisation = organisation(each.writer());
      prompts.add(
          new Prompt(
              id(seed, series, number),
              each.text(),
              Prompt.Source.CUSTOMER,
              user,
              organisation,
              Split.Fractions.USUAL.splitOf(user, organisation, each.text()),
              Optional.empty(),
              OPENING.plus(PAUSE.multipliedBy(number))));
    }
    return List.copyOf(prompts);
  }

  /// A UUID that depends on nothing but the arguments.
  static String id(long seed, String series, Object number) {
    String name = series + "/" + seed + "/" + number;
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
  }

  private Optional<String> organisation(String user) {
    long number =
        Math.floorMod(
            SeededRandom.hash(seed, "organisation", user), USERS_PER_MEMBER * ORGANISATIONS);
    return number < ORGANISATIONS ? Optional.of("organisation-" + number) : Optional.empty();
  }

  private Supplier<DrawnPrompt> playground() {
    RandomGenerator random = SeededRandom.of(seed, "playground");
    PitmanYor users = new PitmanYor("customer");
    List<DrawnPrompt> all = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    Map<String, List<DrawnPrompt>> byUser = new HashMap<>();
    return () -> {
      String user = users.next(random);
      List<DrawnPrompt> own = byUser.computeIfAbsent(user, u -> new ArrayList<>());
      List<DrawnPrompt> candidates =
          RandomChoice.chance(OWN_DUPLICATE, random) && !own.isEmpty() ? own : all;
      double draw = random.nextDouble();
      boolean repeats = draw < EXACT_DUPLICATES + NEAR_DUPLICATES && !candidates.isEmpty();
      DrawnPrompt next =
          repeats
              ? repeated(RandomChoice.one(candidates, random), draw < NEAR_DUPLICATES, user, random)
              : fresh(user, seen, random);
      seen.add(next.text());
      all.add(next);
      own.add(next);
      return next;
    };
  }

  /// A prompt that nobody asked before, if one is found in a few draws: in a small world people ask
  /// the same question more often than in ours.
  private DrawnPrompt fresh(String user, Set<String> seen, RandomGenerator random) {
    boolean usual = RandomChoice.chance(USUAL_USE_CASE, random);
    Prompt.UseCase useCase =
        tasks.drawAny(usual ? SeededRandom.of(seed, "habit", user) : random).useCase();
    WorldTask task = tasks.draw(useCase, random);
    for (int i = 0; i < REDRAWS && seen.contains(task.prompt()); i++) {
      task = tasks.draw(useCase, random);
    }
    String question = task.prompt();
    String text =
        RandomChoice.chance(PERSONAL, random) ? PersonalDetails.around(question, random) : question;
    return new DrawnPrompt(text, worded(task, text), question, user);
  }

  /// An earlier prompt again, with another end if it is to be a near duplicate.
  private static DrawnPrompt repeated(
      DrawnPrompt earlier, boolean near, String user, RandomGenerator random) {
    if (!near) {
      return new DrawnPrompt(earlier.text(), earlier.task(), earlier.question(), user);
    }
    String text = earlier.text() + RandomChoice.one(List.of("!", "?", " ...", " !", " :)"), random);
    return new DrawnPrompt(text, worded(earlier.task(), text), earlier.question(), user);
  }

  /// The task with another text.
  static WorldTask worded(WorldTask task, String text) {
    return new WorldTask(task.useCase(), text, task.goal(), task.constraints(), task.traits());
  }

  private Supplier<DrawnPrompt> baseModel() {
    RandomGenerator random = SeededRandom.of(seed, "base model");
    PitmanYor users = new PitmanYor("base-customer");
    return () -> {
      String user = users.next(random);
      WorldTask task = random.nextBoolean() ? examples(random) : beginning(random);
      return new DrawnPrompt(task.prompt(), task, task.prompt(), user);
    };
  }

  /// A few-shot prompt: two questions with answers, and one without.
  private WorldTask examples(RandomGenerator random) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 2; i++) {
      WorldTask solved = tasks.question(RandomChoice.one(world.facts(), random), random);
      String answer = tasks.answer(solved, AnswerQuality.GOOD, random);
      text.append("Q: %s\nA: %s\n\n".formatted(solved.prompt(), answer));
    }
    WorldTask open = tasks.question(RandomChoice.one(world.facts(), random), random);
    return worded(open, text + "Q: " + open.prompt() + "\nA:");
  }

  /// The statement of a fact without its end: "The fox lives".
  private WorldTask beginning(RandomGenerator random) {
    Fact fact = RandomChoice.one(world.facts(), random);
    String statement = fact.statement();
    String text = statement.substring(0, statement.lastIndexOf(fact.value())).strip();
    Set<WorldTask.Trait> traits = EnumSet.of(WorldTask.Trait.CONTINUATION_STYLE);
    return new WorldTask(
        Prompt.UseCase.GENERATION, text, new WorldTask.AnswerFact(fact), List.of(), traits);
  }
}
