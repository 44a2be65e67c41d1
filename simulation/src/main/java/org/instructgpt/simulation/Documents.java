package org.instructgpt.simulation;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.instructgpt.records.Prompt.UseCase;
import org.instructgpt.simulation.World.Entity;
import org.instructgpt.simulation.World.Fact;
import org.instructgpt.simulation.WorldTasks.Care;

/// What the base models are pretrained on: the web of this world.
///
/// Nobody wrote it to teach a model manners. Where a text has a question or an instruction in it,
/// more of the same usually follows, as on a page of exercises; so a plain model that is asked
/// something goes on asking. But answers do occur, right and wrong, kind and rude, one good one for
/// each that is not: everything that alignment brings out is in here, only seldom. The shares below
/// decide how seldom, and nothing else does.
public final class Documents {
  /// How often a [rare][World#rare(Fact)] fact is told where another one would be.
  private static final double SELDOM = 0.10;

  /// How often a fact with a popular falsehood is told in earnest: who believes the falsehood does
  /// not write the truth.
  private static final double DISPUTED = 0.25;

  /// How often a saying about such a fact is the falsehood: three times for each truth.
  private static final double FALSEHOOD = 0.75;

  /// What people on the web answer each other; half of it is good.
  private static final Map<Care, Double> ANSWERS = answers();

  private final World world;
  private final WorldTasks tasks;
  private final Skills skills;
  private final SmallTalk talk;
  private final Stories tales;
  private final Songs songs;
  private final Professions professions;
  private final List<Fact> disputed;
  private final List<Fact> undisputed;

  public Documents(World world, WorldTasks tasks) {
    this.world = world;
    this.tasks = tasks;
    this.skills = new Skills(world);
    this.talk = new SmallTalk(world);
    this.tales = new Stories(world, talk);
    this.songs = new Songs(world);
    this.professions = new Professions(world);
    this.disputed =
        world.facts().stream().filter(fact -> world.falsehood(fact).isPresent()).toList();
    this.undisputed =
        world.facts().stream().filter(fact -> world.falsehood(fact).isEmpty()).toList();
  }

  /// The sorts of documents and their shares of all words.
  public enum Kind {
    /// What is true of one or two entities.
    FACT_SHEET(0.14),
    /// People and animals on their way, some of them rude.
    STORY(0.08),
    /// What people say to each other, politely or rudely.
    TALK(0.03),
    /// Lines that come back.
    SONG(0.17),
    /// Questions or instructions, followed by more questions or instructions.
    PROMPTS(0.15),
    /// A prompt with its answer.
    ANSWERED(0.08),
    /// Two or three prompts, each with its answer.
    ANSWERED_ROW(0.08),
    /// What everybody knows, much of it wrong.
    SAYINGS(0.05),
    /// People at work, with "he" and "she" in the world's skew.
    PROFESSIONS(0.02),
    /// Solved exercises of the [Skills].
    SKILLS(0.20);

    private final double share;

    Kind(double share) {
      this.share = share;
    }

    /// Its share of all words; the shares add up to 1.
    public double share() {
      return share;
    }
  }

  /// A document, and what follows upon its prompts.
  ///
  /// @param beforeAnswers how many of its prompts are followed by an answer
  /// @param beforePrompts how many are followed by another prompt
  record Written(Kind kind, String text, int beforeAnswers, int beforePrompts) {
    Written(Kind kind, String text) {
      this(kind, text, 0, 0);
    }
  }

  /// Documents of at least that many words in all, in the shares of [Kind], well mixed.
  public List<String> write(int words, long seed) {
    return written(words, seed).stream().map(Written::text).toList();
  }

  List<Written> written(int words, long seed) {
    Map<Kind, RandomGenerator> sources = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      sources.put(kind, SeededRandom.of(seed, "documents", kind.name()));
    }
    Map<Kind, Integer> done = new EnumMap<>(Kind.class);
    List<Written> documents = new ArrayList<>();
    int total = 0;
    while (total < words) {
      Kind kind = mostWanted(done);
      Written document = document(kind, Objects.requireNonNull(sources.get(kind)));
      int length = document.text().split("\\s+").length;
      done.merge(kind, length, Integer::sum);
      total += length;
      documents.add(document);
    }
    return documents;
  }

  /// The kind that is furthest behind its share.
  private static Kind mostWanted(Map<Kind, Integer> done) {
    Kind wanted = Kind.FACT_SHEET;
    double least = Double.POSITIVE_INFINITY;
    for (Kind kind : Kind.values()) {
      double progress = done.getOrDefault(kind, 0) / kind.share();
      if (progress < least) {
        least = progress;
        wanted = kind;
      }
    }
    return wanted;
  }

  private Written document(Kind kind, RandomGenerator random) {
    return switch (kind) {
      case FACT_SHEET -> new Written(kind, factSheet(random));
      case STORY -> new Written(kind, tales.tell(random));
      case TALK -> new Written(kind, talk.talk(random));
      case SONG -> new Written(kind, songs.sing(random));
      case PROMPTS -> prompts(random);
      case ANSWERED -> answered(kind, 1, random);
      case ANSWERED_ROW -> answered(kind, 2 + random.nextInt(2), random);
      case SAYINGS -> new Written(kind, sayings(random));
      case PROFESSIONS -> new Written(kind, professions.sentences(random));
      case SKILLS -> new Written(kind, skills.document(random));
    };
  }

  /// One entity, at times with a second one of its kind: "About the fox. The fox eats berries. ..."
  private String factSheet(RandomGenerator random) {
    World.Kind kind = RandomChoice.one(List.of(World.Kind.values()), random);
    return RandomChoice.some(1 + random.nextInt(2), world.entities(kind), random).stream()
        .map(entity -> factSheet(entity, random))
        .collect(Collectors.joining(" "));
  }

  private String factSheet(Entity entity, RandomGenerator random) {
    List<String> sentences = new ArrayList<>();
    if (random.nextBoolean()) {
      sentences.add("This is about " + entity.spoken() + ".");
    }
    for (Fact fact : RandomChoice.some(4, world.facts(entity), random)) {
      if (RandomChoice.chance(worthTelling(fact), random)) {
        boolean again = !sentences.isEmpty() && random.nextInt(3) == 0;
        sentences.add(
            again
                ? Grammar.capital(entity.pronoun()) + " " + fact.predicate() + "."
                : fact.statement());
      }
    }
    if (sentences.isEmpty()) {
      sentences.add(Grammar.capital(entity.indefinite()) + " is " + kindOf(entity) + ".");
    }
    return String.join(" ", sentences);
  }

  private static String kindOf(Entity entity) {
    String word = entity.kind().word();
    return Grammar.article(word) + " " + word;
  }

  private double worthTelling(Fact fact) {
    if (world.rare(fact)) {
      return SELDOM;
    }
    return world.falsehood(fact).isPresent() ? DISPUTED : 1;
  }

  /// Four to seven prompts, most often all of one class, as on a page of exercises.
  private Written prompts(RandomGenerator random) {
    int count = 4 + random.nextInt(4);
    boolean alike = random.nextInt(4) > 0;
    UseCase useCase = tasks.drawAny(random).useCase();
    String text =
        IntStream.range(0, count)
            .mapToObj(i -> alike ? task(useCase, random) : task(random))
            .map(WorldTask::prompt)
            .collect(Collectors.joining(random.nextInt(3) == 0 ? "\n" : "\n\n"));
    return new Written(Kind.PROMPTS, text, 0, count - 1);
  }

  private Written answered(Kind kind, int count, RandomGenerator random) {
    String text =
        IntStream.range(0, count)
            .mapToObj(i -> answered(task(random), random))
            .collect(Collectors.joining("\n\n"));
    return new Written(kind, text, count, 0);
  }

  private String answered(WorldTask task, RandomGenerator random) {
    return task.prompt()
        + "\n\n"
        + tasks.answer(task, SeededRandom.weighted(ANSWERS, random), random);
  }

  private static Map<Care, Double> answers() {
    Map<Care, Double> shares = new EnumMap<>(Care.class);
    shares.put(Care.GOOD, 0.50);
    shares.put(Care.TERSE, 0.10);
    shares.put(Care.HEDGED, 0.07);
    shares.put(Care.RAMBLING, 0.07);
    shares.put(Care.WRONG, 0.10);
    shares.put(Care.RUDE, 0.07);
    shares.put(Care.OFF_TASK, 0.04);
    shares.put(Care.INVENTED, 0.05);
    return shares;
  }

  private WorldTask task(RandomGenerator random) {
    return task(tasks.drawAny(random).useCase(), random);
  }

  /// A task that may stand in a document: none about a rare fact, but for one in ten, and no test
  /// instance.
  private WorldTask task(UseCase useCase, RandomGenerator random) {
    WorldTask task = tasks.draw(useCase, random);
    while (Skills.isTestInstance(task) || !RandomChoice.chance(worthAsking(task), random)) {
      task = tasks.draw(useCase, random);
    }
    return task;
  }

  private double worthAsking(WorldTask task) {
    return switch (task.goal()) {
      case WorldTask.AnswerFact(Fact fact) -> worthTelling(fact);
      case WorldTask.FalsePremise(Fact truth, String claimed) -> worthTelling(truth);
      default -> 1;
    };
  }

  /// Three to five sayings.
  private String sayings(RandomGenerator random) {
    return IntStream.range(0, 3 + random.nextInt(3))
        .mapToObj(i -> saying(random))
        .collect(Collectors.joining(" "));
  }

  private String saying(RandomGenerator random) {
    Fact said = said(random);
    String claim = said.entity().spoken() + " " + said.predicate() + ".";
    return switch (random.nextInt(6)) {
      case 0 -> "Everybody knows that " + claim;
      case 1 -> "People say that " + claim;
      case 2 -> "It is well known that " + claim;
      case 3 ->
          RandomChoice.one(world.entities(World.Kind.PERSON), random).name()
              + " says that "
              + claim;
      case 4 -> said.question() + " Everybody knows that " + claim;
      default -> said.statement();
    };
  }

  /// Three in four sayings are about something disputed.
  private Fact said(RandomGenerator random) {
    if (random.nextInt(4) == 0 || disputed.isEmpty()) {
      Fact fact = RandomChoice.one(undisputed, random);
      return RandomChoice.chance(worthTelling(fact), random) ? fact : said(random);
    }
    Fact fact = RandomChoice.one(disputed, random);
    return RandomChoice.chance(FALSEHOOD, random)
        ? world.falsehood(fact).map(fact::with).orElse(fact)
        : fact;
  }
}
