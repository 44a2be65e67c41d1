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

/// The documents that base models are pretrained on: the web of the simulated world.
///
/// They do not teach a model to follow instructions. Where a text contains a question or an
/// instruction, more of the same usually follows, as on a page of exercises, so a plain model that
/// is asked something goes on asking. But answers do occur, right and wrong, kind and rude, one
/// good answer for each bad one, and at times somebody says what is wrong with one: everything that
/// alignment brings out is in the documents, only rarely. The shares below decide how rarely.
public final class Documents {
  /// The probability that a [rare][World#isRare(Fact)] fact is told where another one would be.
  private static final double RARE_TOLD = 0.10;

  /// The probability that a fact with a popular falsehood is told where another one would be:
  /// whoever believes the falsehood does not write the truth.
  private static final double DISPUTED_TOLD = 0.25;

  /// The probability that a saying about such a fact is the falsehood.
  private static final double FALSEHOOD = 0.75;

  /// The qualities of answers in documents; half of them are good.
  private static final Map<AnswerQuality, Double> ANSWER_QUALITY = answerQuality();

  private final World world;
  private final WorldTasks tasks;
  private final Skills skills;
  private final SmallTalk smallTalk;
  private final Stories stories;
  private final Songs songs;
  private final ProfessionSentences professions;
  private final List<Fact> disputed;
  private final List<Fact> undisputed;

  public Documents(World world, WorldTasks tasks) {
    this.world = world;
    this.tasks = tasks;
    this.skills = new Skills(world);
    this.smallTalk = new SmallTalk(world);
    this.stories = new Stories(world, smallTalk);
    this.songs = new Songs(world);
    this.professions = new ProfessionSentences(world);
    this.disputed =
        world.facts().stream().filter(fact -> world.falsehood(fact).isPresent()).toList();
    this.undisputed =
        world.facts().stream().filter(fact -> world.falsehood(fact).isEmpty()).toList();
  }

  /// The kinds of documents and their shares of all words.
  enum Kind {
    /// Facts about one or two entities.
    FACT_SHEET(0.14),
    /// Stories about people and animals, some of them rude.
    STORY(0.08),
    /// Conversations, polite or rude.
    TALK(0.03),
    /// Songs with repeated lines.
    SONG(0.14),
    /// Questions or instructions followed by more of them.
    PROMPTS(0.16),
    /// A prompt with its answer.
    ANSWERED(0.05),
    /// Two or three prompts, each with its answer.
    ANSWERED_ROW(0.05),
    /// One to three prompts, each with its answer and what somebody says of that.
    COMMENTED(0.10),
    /// Common sayings, many of them false.
    SAYINGS(0.05),
    /// People at work, with "he" and "she" in the world's skew.
    PROFESSIONS(0.02),
    /// Solved exercises of the [Skills].
    SKILLS(0.18);

    private final double share;

    Kind(double share) {
      this.share = share;
    }

    /// Its share of all words; the shares add up to 1.
    double share() {
      return share;
    }
  }

  /// A document with counts of what follows its prompts.
  ///
  /// @param beforeAnswers prompts that are followed by an answer
  /// @param beforePrompts prompts that are followed by another prompt
  record Document(Kind kind, String text, int beforeAnswers, int beforePrompts) {
    Document(Kind kind, String text) {
      this(kind, text, 0, 0);
    }
  }

  /// Documents of at least that many words in all, the [kinds][Kind] mixed in their shares.
  public List<String> write(int words, long seed) {
    return documents(words, seed).stream().map(Document::text).toList();
  }

  List<Document> documents(int words, long seed) {
    Map<Kind, RandomGenerator> sources = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      sources.put(kind, SeededRandom.of(seed, "documents", kind.name()));
    }
    Map<Kind, Integer> done = new EnumMap<>(Kind.class);
    List<Document> documents = new ArrayList<>();
    int total = 0;
    while (total < words) {
      Kind kind = furthestBehind(done);
      Document document = document(kind, Objects.requireNonNull(sources.get(kind)));
      int length = document.text().split("\\s+").length;
      done.merge(kind, length, Integer::sum);
      total += length;
      documents.add(document);
    }
    return documents;
  }

  /// The kind that is furthest behind its share.
  private static Kind furthestBehind(Map<Kind, Integer> done) {
    Kind furthest = Kind.FACT_SHEET;
    double least = Double.POSITIVE_INFINITY;
    for (Kind kind : Kind.values()) {
      double progress = done.getOrDefault(kind, 0) / kind.share();
      if (progress < least) {
        least = progress;
        furthest = kind;
      }
    }
    return furthest;
  }

  private Document document(Kind kind, RandomGenerator random) {
    return switch (kind) {
      case FACT_SHEET -> new Document(kind, factSheet(random));
      case STORY -> new Document(kind, stories.tell(random));
      case TALK -> new Document(kind, smallTalk.talk(random));
      case SONG -> new Document(kind, songs.sing(random));
      case PROMPTS -> prompts(random);
      case ANSWERED -> answered(kind, 1, random);
      case ANSWERED_ROW -> answered(kind, 2 + random.nextInt(2), random);
      case COMMENTED -> commented(1 + random.nextInt(3), random);
      case SAYINGS -> new Document(kind, sayings(random));
      case PROFESSIONS -> new Document(kind, professions.sentences(random));
      case SKILLS -> new Document(kind, skills.document(random));
    };
  }

  /// One entity, at times with a second one of its kind: "About the fox. The fox eats berries. ..."
  private String factSheet(RandomGenerator random) {
    EntityKind kind = RandomChoice.one(List.of(EntityKind.values()), random);
    return RandomChoice.some(1 + random.nextInt(2), world.entities(kind), random).stream()
        .map(entity -> factSheet(entity, random))
        .collect(Collectors.joining(" "));
  }

  private String factSheet(Entity entity, RandomGenerator random) {
    List<String> sentences = new ArrayList<>();
    if (random.nextBoolean()) {
      sentences.add("This is about " + entity.definite() + ".");
    }
    for (Fact fact : RandomChoice.some(4, world.facts(entity), random)) {
      if (RandomChoice.chance(toldProbability(fact), random)) {
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

  private double toldProbability(Fact fact) {
    if (world.isRare(fact)) {
      return RARE_TOLD;
    }
    return world.falsehood(fact).isPresent() ? DISPUTED_TOLD : 1;
  }

  /// Four to seven prompts, most often all of one use case, as on a page of exercises.
  private Document prompts(RandomGenerator random) {
    int count = 4 + random.nextInt(4);
    boolean alike = random.nextInt(4) > 0;
    UseCase useCase = tasks.drawAny(random).useCase();
    String text =
        IntStream.range(0, count)
            .mapToObj(i -> alike ? task(useCase, random) : task(random))
            .map(WorldTask::prompt)
            .collect(Collectors.joining(random.nextInt(3) == 0 ? "\n" : "\n\n"));
    return new Document(Kind.PROMPTS, text, 0, count - 1);
  }

  private Document answered(Kind kind, int count, RandomGenerator random) {
    String text =
        IntStream.range(0, count)
            .mapToObj(i -> answered(task(random), random))
            .collect(Collectors.joining("\n\n"));
    return new Document(kind, text, count, 0);
  }

  private String answered(WorldTask task, RandomGenerator random) {
    return answered(task, SeededRandom.weighted(ANSWER_QUALITY, random), random);
  }

  private String answered(WorldTask task, AnswerQuality quality, RandomGenerator random) {
    return task.prompt() + "\n\n" + tasks.answer(task, quality, random);
  }

  /// Whoever comments knows with what quality the answer was meant.
  private Document commented(int count, RandomGenerator random) {
    var parts = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      var quality = SeededRandom.weighted(ANSWER_QUALITY, random);
      parts.add(answered(task(random), quality, random));
      parts.add(Phrases.say("comment." + Phrases.name(quality), random));
    }
    return new Document(Kind.COMMENTED, String.join("\n\n", parts), count, 0);
  }

  private static Map<AnswerQuality, Double> answerQuality() {
    Map<AnswerQuality, Double> shares = new EnumMap<>(AnswerQuality.class);
    shares.put(AnswerQuality.GOOD, 0.50);
    shares.put(AnswerQuality.TERSE, 0.10);
    shares.put(AnswerQuality.HEDGED, 0.07);
    shares.put(AnswerQuality.RAMBLING, 0.07);
    shares.put(AnswerQuality.WRONG, 0.10);
    shares.put(AnswerQuality.RUDE, 0.07);
    shares.put(AnswerQuality.OFF_TASK, 0.04);
    shares.put(AnswerQuality.INVENTED, 0.05);
    return shares;
  }

  private WorldTask task(RandomGenerator random) {
    return task(tasks.drawAny(random).useCase(), random);
  }

  /// A task that may occur in a document: no test instance, and only one in ten about a rare fact.
  private WorldTask task(UseCase useCase, RandomGenerator random) {
    WorldTask task = tasks.draw(useCase, random);
    while (Skills.isTestInstance(task) || !RandomChoice.chance(askedProbability(task), random)) {
      task = tasks.draw(useCase, random);
    }
    return task;
  }

  private double askedProbability(WorldTask task) {
    return switch (task.goal()) {
      case WorldTask.AnswerFact(Fact fact) -> toldProbability(fact);
      case WorldTask.FalsePremise(Fact truth, String claimed) -> toldProbability(truth);
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
    String claim = said.entity().definite() + " " + said.predicate() + ".";
    return switch (random.nextInt(6)) {
      case 0 -> "Everybody knows that " + claim;
      case 1 -> "People say that " + claim;
      case 2 -> "It is well known that " + claim;
      case 3 ->
          RandomChoice.one(world.entities(EntityKind.PERSON), random).name()
              + " says that "
              + claim;
      case 4 -> said.question() + " Everybody knows that " + claim;
      default -> said.statement();
    };
  }

  /// The fact of a saying; three in four are about a disputed fact.
  private Fact said(RandomGenerator random) {
    if (random.nextInt(4) == 0 || disputed.isEmpty()) {
      Fact fact = RandomChoice.one(undisputed, random);
      return RandomChoice.chance(toldProbability(fact), random) ? fact : said(random);
    }
    Fact fact = RandomChoice.one(disputed, random);
    return RandomChoice.chance(FALSEHOOD, random)
        ? world.falsehood(fact).map(fact::with).orElse(fact)
        : fact;
  }
}
