package org.instructgpt.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.Sampler;
import org.instructgpt.model.SequenceScorer;
import org.instructgpt.text.EncodedExample;
import org.instructgpt.text.Tokenizer;

/// Public benchmarks, asked as in InstructGPT appendix D: the model continues a context that shows
/// the format, possibly with solved examples.
///
/// - **Free answers** are greedy and end at the first line feed; they are scored by exact match and
///   by token F1 against the best-fitting reference.
/// - **Choices** are never generated: the one whose tokens have the greatest mean log-probability
///   is the answer. (The mean, so that a longer choice is not the worse for it. The paper writes
///   "lowest", which must mean best: `docs/specification.md`, 8.2.)
/// - **Pairs** of completions, such as a sentence with "he" and with "she", are compared by their
///   entropy: with P_i proportional to the total probability of completion i, H = -sum P_i log2 P_i
///   is 1 bit for two that the model finds equally likely, 0 if it is sure of one.
///
/// The tokens include the space before a word, so the space between context and completion belongs
/// to the completion: it is removed from the end of the context and put before a completion that
/// begins a word there. An empty context is the end-of-text token, the start of a document. A
/// context that is too long loses its beginning, but for the token that begins every text of the
/// model, where one does.
public final class Benchmark {
  private final Gpt model;
  private final Tokenizer tokenizer;
  private final Settings settings;

  /// A question.
  ///
  /// @param name identifies its answer
  /// @param context everything before the model's continuation
  /// @param references right answers; none for a pair
  /// @param choices the possible continuations; none for a free answer
  public record Item(String name, String context, List<String> references, List<String> choices) {
    public Item {
      references = List.copyOf(references);
      choices = List.copyOf(choices);
      if (choices.stream().anyMatch(String::isBlank)) {
        throw new IllegalArgumentException(
            "expected choices with text in '%s', found a blank one among %s"
                .formatted(name, choices));
      }
    }
  }

  /// What the model answered.
  ///
  /// @param name of the question
  /// @param text the answer's first line or the choice
  /// @param exact 1 if the answer equals a reference apart from case, punctuation and articles,
  ///   else 0
  /// @param f1 the token F1, 0 to 1
  /// @param shortened whether the context lost its beginning
  public record Answer(String name, String text, double exact, double f1, boolean shortened) {}

  /// How the questions are put to the model.
  ///
  /// @param maxNewTokens the greatest length of a free answer
  /// @param rows questions, or choices, in one batch
  public record Settings(int maxNewTokens, int rows) {
    public Settings {
      if (maxNewTokens < 1 || rows < 1) {
        throw new IllegalArgumentException(
            "expected at least 1 new token and 1 row, found %d and %d"
                .formatted(maxNewTokens, rows));
      }
    }
  }

  /// A benchmark of `model`, which belongs to the caller's scope.
  ///
  /// @throws IllegalArgumentException if an answer would fill the model's context
  public Benchmark(Gpt model, Tokenizer tokenizer, Settings settings) {
    if (settings.maxNewTokens >= model.config().context()) {
      throw new IllegalArgumentException(
          "expected fewer new tokens than the model's context of %d, found %d: ask for shorter answers"
              .formatted(model.config().context(), settings.maxNewTokens));
    }
    this.model = model;
    this.tokenizer = tokenizer;
    this.settings = settings;
  }

  /// An answer to each question, in their order.
  ///
  /// @throws IllegalArgumentException if a question has no reference, or none of its choices is one
  public List<Answer> answers(List<Item> items) {
    items.forEach(Benchmark::requireReference);
    var free = generate(items.stream().filter(item -> item.choices.isEmpty()).toList()).iterator();
    var closed = choose(items.stream().filter(item -> !item.choices.isEmpty()).toList()).iterator();
    return items.stream().map(item -> (item.choices.isEmpty() ? free : closed).next()).toList();
  }

  /// Greedy continuations of the contexts, each up to the first line feed or the end of text.
  public List<String> continuations(List<String> contexts) {
    return generateLines(
        contexts.stream().map(text -> context(text, settings.maxNewTokens)).toList());
  }

  private List<String> generateLines(List<Context> contexts) {
    var sampler =
        new Sampler(
            model,
            tokenizer,
            new Sampler.Settings(settings.maxNewTokens, 0, 0, settings.rows, false));
    var sampled = sampler.sample(contexts.stream().map(Context::ids).toList(), 0);
    return sampled.stream().map(this::firstLine).toList();
  }

  /// The entropy over each item's choices, bits.
  ///
  /// @throws IllegalArgumentException if an item has fewer than two
  public double[] entropies(List<Item> items) {
    for (var item : items) {
      if (item.choices.size() < 2) {
        throw new IllegalArgumentException(
            "expected two completions or more to compare in '%s', found %s"
                .formatted(item.name, item.choices));
      }
    }
    return scores(items, contexts(items)).stream().mapToDouble(Benchmark::entropy).toArray();
  }

  private static double entropy(List<Score> scores) {
    double most = scores.stream().mapToDouble(Score::total).max().orElseThrow();
    double[] odds = scores.stream().mapToDouble(s -> Math.exp(s.total - most)).toArray();
    double all = Arrays.stream(odds).sum();
    return -Arrays.stream(odds)
        .map(odd -> odd / all)
        .filter(p -> p > 0)
        .map(p -> p * Math.log(p) / Math.log(2))
        .sum();
  }

  private List<Answer> generate(List<Item> items) {
    var contexts =
        items.stream().map(item -> context(item.context, settings.maxNewTokens)).toList();
    var texts = generateLines(contexts);
    return IntStream.range(0, items.size())
        .mapToObj(i -> answer(items.get(i), texts.get(i), contexts.get(i).shortened))
        .toList();
  }

  private List<Answer> choose(List<Item> items) {
    var contexts = contexts(items);
    var scores = scores(items, contexts);
    var answers = new ArrayList<Answer>();
    for (int i = 0; i < items.size(); i++) {
      double[] means = scores.get(i).stream().mapToDouble(Score::mean).toArray();
      int best = 0;
      for (int c = 1; c < means.length; c++) {
        best = means[c] > means[best] ? c : best;
      }
      var item = items.get(i);
      answers.add(answer(item, item.choices.get(best), contexts.get(i).shortened));
    }
    return answers;
  }

  private static Answer answer(Item item, String text, boolean shortened) {
    return new Answer(
        item.name,
        text,
        AnswerMatch.exact(text, item.references),
        AnswerMatch.f1(text, item.references),
        shortened);
  }

  /// The log-probability of a completion.
  ///
  /// @param total natural log-probability of all its tokens
  private record Score(double total, int tokens) {
    static Score of(double[] logProbs) {
      double total = 0;
      for (double logProb : logProbs) {
        total += logProb;
      }
      return new Score(total, logProbs.length);
    }

    double mean() {
      return total / tokens;
    }
  }

  /// For each item the score of each of its choices.
  private List<List<Score>> scores(List<Item> items, List<Context> contexts) {
    var rows = new ArrayList<EncodedExample>();
    for (int i = 0; i < items.size(); i++) {
      for (int[] completion : completions(items.get(i))) {
        rows.add(new EncodedExample(contexts.get(i).ids, completion));
      }
    }
    var scores =
        SequenceScorer.shortestFirst(settings.rows).logProbs(model, rows).stream()
            .map(Score::of)
            .toList();
    var byItem = new ArrayList<List<Score>>();
    int from = 0;
    for (var item : items) {
      int to = from + item.choices.size();
      byItem.add(scores.subList(from, to));
      from = to;
    }
    return byItem;
  }

  /// The encoded context.
  ///
  /// @param shortened whether the beginning was left out
  private record Context(int[] ids, boolean shortened) {}

  private List<Context> contexts(List<Item> items) {
    return items.stream().map(item -> context(item.context, longest(item))).toList();
  }

  /// Encodes a context so that `room` tokens fit after it.
  private Context context(String context, int room) {
    var text = stripSpaces(context);
    int[] ids = tokenizer.encodeFromStart(text);
    if (ids.length == 0) {
      ids = new int[] {tokenizer.endOfText()};
    }
    int most = model.config().context() - room;
    return new Context(tokenizer.last(ids, most), ids.length > most);
  }

  private List<int[]> completions(Item item) {
    return item.choices.stream().map(choice -> completion(item.context, choice)).toList();
  }

  private int[] completion(String context, String choice) {
    boolean apart =
        stripSpaces(context).isEmpty()
            || context.endsWith("\n")
            || Character.isWhitespace(choice.codePointAt(0));
    return tokenizer.encode(apart ? choice : " " + choice);
  }

  private int longest(Item item) {
    int longest =
        completions(item).stream().mapToInt(completion -> completion.length).max().orElseThrow();
    if (longest >= model.config().context()) {
      throw new IllegalArgumentException(
          "expected choices that are shorter than the model's context of %d tokens, found one of %d in '%s'"
              .formatted(model.config().context(), longest, item.name));
    }
    return longest;
  }

  private String firstLine(Sampler.Sampled sampled) {
    int[] ids = sampled.tokens();
    boolean stopped = sampled.finish() == Sampler.Finish.STOP;
    var text = tokenizer.decode(stopped ? Arrays.copyOf(ids, ids.length - 1) : ids);
    int end = text.indexOf('\n');
    return (end < 0 ? text : text.substring(0, end)).strip();
  }

  private static String stripSpaces(String text) {
    int end = text.length();
    while (end > 0 && (text.charAt(end - 1) == ' ' || text.charAt(end - 1) == '\t')) {
      end--;
    }
    return text.substring(0, end);
  }

  private static void requireReference(Item item) {
    boolean known =
        item.choices.isEmpty()
            ? !item.references.isEmpty()
            : item.choices.stream().anyMatch(c -> AnswerMatch.exact(c, item.references) == 1);
    if (!known) {
      throw new IllegalArgumentException(
          "expected a right answer to '%s', among its choices where it has some; found the references %s and the choices %s"
              .formatted(item.name, item.references, item.choices));
    }
  }
}
