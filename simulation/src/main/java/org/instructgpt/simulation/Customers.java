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
import org.instructgpt.simulation.PromptIndex.Letter;
import org.instructgpt.simulation.WorldTasks.Care;

/// Who asks: the users of a playground, with all that makes their prompts need curation (paper
/// section 3.2) before anybody learns from them.
///
/// They ask in the ten use cases of Table 1 in about its shares. A few ask hundreds of times, most
/// only once or twice; one prompt in twelve repeats an earlier one, exactly or but for its end; one
/// in twenty-five tells something personal. Each has an [intent][#intent(String)], which only the
/// judge may look at.
///
/// The prompts are the beginning of an endless series: the first thousand are the same however many
/// are asked for.
public final class Customers {
  private static final double EXACT_DUPLICATES = 0.04;
  private static final double NEAR_DUPLICATES = 0.04;
  private static final double PERSONAL = 0.04;

  /// How many other questions somebody thinks of when theirs was asked before.
  private static final int PATIENCE = 4;

  /// How often somebody asks what they always ask.
  private static final double HABIT = 0.2;

  /// How often a duplicate repeats what the same user asked before, and not what another did.
  private static final double OWN = 0.8;

  /// One user in so many asks for an organisation, of which there are so many.
  private static final int IN_ORGANISATION = 3;

  private static final int ORGANISATIONS = 40;

  /// The playground opened with this world's calendar and gets a prompt every seven minutes.
  private static final Instant OPENING = Instant.parse("2021-01-04T08:00:00Z");

  private static final Duration PAUSE = Duration.ofMinutes(7);

  private final World world;
  private final WorldTasks tasks;
  private final long seed;
  private final PromptIndex asked;
  private final PromptIndex askedABaseModel;

  public Customers(World world, WorldTasks tasks, long seed) {
    this.world = world;
    this.tasks = tasks;
    this.seed = seed;
    this.asked = new PromptIndex(playground());
    this.askedABaseModel = new PromptIndex(baseModel());
  }

  /// The first prompts that customers asked: nothing left out, nothing redacted, the use case
  /// unsettled, the split by user in the [usual fractions][Split.Fractions#USUAL].
  public List<Prompt> ask(int prompts) {
    return prompts("customer", asked.first(prompts));
  }

  /// The first prompts that customers sent to a plain language model, which they do not expect to
  /// follow instructions: questions with answers before them, and beginnings to be gone on with
  /// (paper section 1.1, item 3).
  public List<Prompt> askAsToABaseModel(int prompts) {
    return prompts("base", askedABaseModel.first(prompts));
  }

  /// What a prompt means; empty for a text that nobody here wrote.
  ///
  /// It need not have been asked for in this run, and what its writer told of themselves may have
  /// been redacted or cut. Prompts beyond the 12,000th are known once they were asked for.
  public Optional<WorldTask> intent(String prompt) {
    return PromptIndex.search(archives(), prompt);
  }

  /// Where intents are found.
  List<PromptIndex> archives() {
    return List.of(asked, askedABaseModel);
  }

  private List<Prompt> prompts(String series, List<Letter> letters) {
    List<Prompt> prompts = new ArrayList<>();
    for (Letter letter : letters) {
      int number = prompts.size();
      Optional<String> user = Optional.of(letter.user());
      Optional<String> organisation = organisation(letter.user());
      prompts.add(
          new Prompt(
              id(seed, series, number),
              letter.text(),
              Prompt.Source.CUSTOMER,
              user,
              organisation,
              Split.Fractions.USUAL.splitOf(user, organisation, letter.text()),
              Optional.empty(),
              OPENING.plus(PAUSE.multipliedBy(number))));
    }
    return List.copyOf(prompts);
  }

  /// A name that depends on nothing but these.
  static String id(long seed, String series, Object number) {
    String name = series + "/" + seed + "/" + number;
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
  }

  private Optional<String> organisation(String user) {
    long number =
        Math.floorMod(
            SeededRandom.hash(seed, "organisation", user), IN_ORGANISATION * ORGANISATIONS);
    return number < ORGANISATIONS ? Optional.of("organisation-" + number) : Optional.empty();
  }

  private Supplier<Letter> playground() {
    RandomGenerator random = SeededRandom.of(seed, "playground");
    PitmanYor crowd = new PitmanYor("customer");
    List<Letter> all = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    Map<String, List<Letter>> byUser = new HashMap<>();
    return () -> {
      String user = crowd.next(random);
      List<Letter> own = byUser.computeIfAbsent(user, u -> new ArrayList<>());
      List<Letter> earlier = RandomChoice.chance(OWN, random) && !own.isEmpty() ? own : all;
      double fate = random.nextDouble();
      boolean again = fate < EXACT_DUPLICATES + NEAR_DUPLICATES && !earlier.isEmpty();
      Letter letter =
          again
              ? again(RandomChoice.one(earlier, random), fate < NEAR_DUPLICATES, user, random)
              : fresh(user, seen, random);
      seen.add(letter.text());
      all.add(letter);
      own.add(letter);
      return letter;
    };
  }

  /// Something that nobody asked before, as far as there still is such a thing: in a small world
  /// people hit upon the same question more often than in ours.
  private Letter fresh(String user, Set<String> seen, RandomGenerator random) {
    boolean habit = RandomChoice.chance(HABIT, random);
    Prompt.UseCase useCase =
        tasks.drawAny(habit ? SeededRandom.of(seed, "habit", user) : random).useCase();
    WorldTask task = tasks.draw(useCase, random);
    for (int i = 0; i < PATIENCE && seen.contains(task.prompt()); i++) {
      task = tasks.draw(useCase, random);
    }
    String question = task.prompt();
    String text =
        RandomChoice.chance(PERSONAL, random) ? PersonalDetails.around(question, random) : question;
    return new Letter(text, worded(task, text), question, user);
  }

  /// The same once more, with another end if it shall be a near duplicate.
  private static Letter again(Letter letter, boolean near, String user, RandomGenerator random) {
    if (!near) {
      return new Letter(letter.text(), letter.task(), letter.core(), user);
    }
    String text = letter.text() + RandomChoice.one(List.of("!", "?", " ...", " !", " :)"), random);
    return new Letter(text, worded(letter.task(), text), letter.core(), user);
  }

  /// The task under another text.
  static WorldTask worded(WorldTask task, String text) {
    return new WorldTask(task.useCase(), text, task.goal(), task.constraints(), task.traits());
  }

  private Supplier<Letter> baseModel() {
    RandomGenerator random = SeededRandom.of(seed, "base model");
    PitmanYor crowd = new PitmanYor("base-customer");
    return () -> {
      String user = crowd.next(random);
      WorldTask task = random.nextBoolean() ? examples(random) : beginning(random);
      return new Letter(task.prompt(), task, task.prompt(), user);
    };
  }

  /// Two questions with answers, and one without.
  private WorldTask examples(RandomGenerator random) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 2; i++) {
      WorldTask solved = tasks.question(RandomChoice.one(world.facts(), random), random);
      String answer = tasks.answer(solved, Care.GOOD, random);
      text.append("Q: %s\nA: %s\n\n".formatted(solved.prompt(), answer));
    }
    WorldTask open = tasks.question(RandomChoice.one(world.facts(), random), random);
    return worded(open, text + "Q: " + open.prompt() + "\nA:");
  }

  /// The statement of a fact without its end: "The fox lives".
  private WorldTask beginning(RandomGenerator random) {
    World.Fact fact = RandomChoice.one(world.facts(), random);
    String statement = fact.statement();
    String text = statement.substring(0, statement.lastIndexOf(fact.value())).strip();
    Set<WorldTask.Trait> traits = EnumSet.of(WorldTask.Trait.CONTINUATION_STYLE);
    return new WorldTask(
        Prompt.UseCase.GENERATION, text, new WorldTask.AnswerFact(fact), List.of(), traits);
  }
}
