import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.*;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The task of the experiment with stories260K, and its judge. `run` beside this file calls it.
///
/// **The task.** Somebody asks for a story about somebody and something. A story earns a point for each of
///
/// 1. the name is in it;
/// 2. the thing is in it;
/// 3. it ends well: a word of [#JOY] is in its last sentence;
/// 4. it is whole: it ended by itself, within the limit, with a full stop or alike;
///
/// A note of fewer than 60 words is no story and gets none. The judge ranks the outputs of a prompt by their points; equal
/// points are ties. No model sees the points.
class Task {
  private static final List<String> NAMES =
      List.of("Lily", "Tim", "Timmy", "Tom", "Sue", "Ben", "Max", "Mia", "Anna", "Sara", "Jack", "Bob", "Amy", "Spot");
  private static final List<String> THINGS =
      List.of("dog", "cat", "bird", "ball", "box", "toy", "car", "tree", "flower", "fish", "bear", "bunny", "frog",
          "cake", "hat", "boat", "doll", "book", "duck", "house", "garden", "bike", "apple", "rock", "truck", "stick",
          "ladybug", "butterfly", "cookie", "kite");
  private static final List<String> REQUESTS =
      List.of("Tell a story about %s and a %s.", "Write about %s. There must be a %s.", "%s and the %s: a story, please.");
  private static final Pattern JOY =
      Pattern.compile("\\b(happy|happily|smil\\w*|friends?|lov\\w*|fun|proud|laugh\\w*|hugg\\w*|glad|best)\\b");
  private static final int LEAST_WORDS = 60;
private static final int POINTS = 4;
  private static final JsonMapper JSON = new JsonMapper();

  /// Who and what a request is about.
  private record Asked(String name, String thing) {
    static Asked in(String request) {
      return new Asked(
          NAMES.stream().filter(name -> says(request, name)).findFirst().orElseThrow(),
          THINGS.stream().filter(thing -> says(request, thing)).findFirst().orElseThrow());
    }

    int[] points(String story, boolean ended) {
      var text = story.strip();
      if (words(text) < LEAST_WORDS) {
        return new int[POINTS];
      }
      return new int[] {
        says(text, name) ? 1 : 0,
        says(text, thing) ? 1 : 0,
        JOY.matcher(lastSentence(text)).find() ? 1 : 0,
        ended && text.matches("(?s).*[.!?]\"?") ? 1 : 0
      };
    }
  }

  private static int words(String text) {
    return text.strip().split("\\s+").length;
  }

  private static boolean says(String text, String word) {
    return Pattern.compile("\\b" + word + "\\b").matcher(text).find();
  }

  private static String lastSentence(String text) {
    var sentences = text.split("(?<=[.!?])\"?\\s+");
    return sentences[sentences.length - 1];
  }

  public static void main(String[] words) throws IOException {
    var rest = Arrays.copyOfRange(words, 1, words.length);
    switch (words[0]) {
      case "openings" -> openings(Integer.parseInt(rest[0]));
      case "text" -> stories(rest[0]).forEach(story -> print(Map.of("text", story)));
      case "demonstrations" -> demonstrations(rest[0], Integer.parseInt(rest[1]));
      case "requests" -> requests(rest[0], Integer.parseInt(rest[1]));
      case "rankings" -> rankings(rest[0], rest[1]);
      case "texts" -> texts(rest[0]);
      case "spans" -> spans(rest[0]);
      case "pairs" -> pairs(rest[0]);
      case "row" -> row(rest[0], Arrays.copyOfRange(rest, 1, rest.length));
      case "shown" -> shown(Integer.parseInt(rest[0]), Arrays.copyOfRange(rest, 1, rest.length));
      default -> throw new IllegalArgumentException("unknown: " + words[0]);
    }
  }

  /// Lines for `generate --frame verbatim`: how stories begin.
  private static void openings(int count) {
    IntStream.range(0, count).forEach(id -> print(Map.of("id", id, "prompt", "Once upon a time")));
  }

  private static Stream<String> stories(String generated) throws IOException {
    return lines(generated)
        .filter(line -> line.path("finish_reason").asText().equals("stop"))
        .map(line -> "Once upon a time" + line.path("completion").asText());
  }

  /// Whole stories of at most `most` tokens, each under a request for what is in it.
  private static void demonstrations(String generated, int most) throws IOException {
    var random = new Random(1);
    lines(generated)
        .filter(line -> line.path("finish_reason").asText().equals("stop"))
        .filter(line -> line.path("completion_ids").size() <= most)
        .forEach(line -> {
          var story = "Once upon a time" + line.path("completion").asText();
          var names = NAMES.stream().filter(name -> says(story, name)).toList();
          var things = THINGS.stream().filter(thing -> says(story, thing)).toList();
          if (!names.isEmpty() && !things.isEmpty()) {
            var request = request(random, pick(random, names), pick(random, things));
            print(Map.of("prompt", request, "completion", story, "labeler", "script"));
          }
        });
  }

  /// The requests whose remainder after a division by ten is less than 8, or not: for training, or for the test.
  private static void requests(String part, int each) {
    var all = new ArrayList<String>();
    for (var name : NAMES) {
      for (var thing : THINGS) {
        REQUESTS.forEach(request -> all.add(request.formatted(name, thing)));
      }
    }
    Collections.shuffle(all, new Random(2));
    for (int at = 0; at < all.size(); at++) {
      if ((at % 10 < 8) == part.equals("training")) {
        for (int copy = 0; copy < each; copy++) {
          print(Map.of("id", all.get(at), "prompt", all.get(at)));
        }
      }
    }
  }

  /// Rankings of all outputs of a request. Two of six are made short first: whoever has never seen a note does not know
  /// that it is none of a story, and a policy would find that out.
  private static void rankings(String generated, String model) throws IOException {
    record Output(String text, boolean ended, String model) {}
    var random = new Random(3);
    var outputs = new LinkedHashMap<String, List<Output>>();
    lines(generated).forEach(line -> {
      var given = outputs.computeIfAbsent(line.path("id").asText(), _ -> new ArrayList<>());
      var text = line.path("completion").asText();
      boolean made = given.size() % 6 >= 4;
      given.add(
          made
              ? new Output(beginning(text, 1 + random.nextInt(4)), true, "script")
              : new Output(text, ended(line), model));
    });
    outputs.forEach((request, given) -> {
      var asked = Asked.in(request);
      var points = given.stream().mapToInt(each -> IntStream.of(asked.points(each.text, each.ended)).sum()).toArray();
      print(Map.of(
          "prompt", request,
          "completions", given.stream().map(Output::text).toList(),
          "ended", given.stream().map(Output::ended).toList(),
          "ranks", IntStream.of(points).mapToObj(mine -> 1 + IntStream.of(points).filter(other -> other > mine).count()).toList(),
          "models", given.stream().map(Output::model).toList(),
          "labeler", "script"));
    });
  }

  /// The first sentences of a text.
  private static String beginning(String text, int sentences) {
    return Stream.of(text.strip().split("(?<=[.!?])(?=\\s)")).limit(sentences).collect(Collectors.joining());
  }

  /// A row of the table: a model's mean points and reward, its KL from the supervised policy, and its perplexities.
  ///
  /// @param files answers, their rewards, their log-probabilities under the supervised policy, and log-probabilities of
  ///   real stories and of stories that the pretrained model told
  private static void row(String label, String... files) throws IOException {
    var answers = lines(files[0]).toList();
    var sums = new double[POINTS];
    double words = 0;
    double own = 0;
    for (var line : answers) {
      var points = judged(line.path("id").asText(), line);
      IntStream.range(0, POINTS).forEach(at -> sums[at] += points[at]);
      words += words(line.path("completion").asText());
      own += sum(line);
    }
    int n = answers.size();
    double reference = lines(files[2]).mapToDouble(Task::sum).sum();
    System.out.printf(
        "| %s | %s | %.2f | %.3f | %.1f | %.3f | %.3f | %.0f |%n",
        label,
        DoubleStream.of(sums).mapToObj(sum -> "%.1f%%".formatted(100 * sum / n)).collect(Collectors.joining(" | ")),
        DoubleStream.of(sums).sum() / n,
        lines(files[1]).mapToDouble(line -> line.path("reward").asDouble()).average().orElseThrow(),
        (own - reference) / n,
        perplexity(files[3]),
        perplexity(files[4]),
        words / n);
  }

  private static double sum(JsonNode line) {
    double sum = 0;
    for (var each : line.path("logprobs")) {
      sum += each.asDouble();
    }
    return sum;
  }

  private static double perplexity(String logprobs) throws IOException {
    var all = lines(logprobs).toList();
    long tokens = all.stream().mapToLong(line -> line.path("logprobs").size()).sum();
    return Math.exp(-all.stream().mapToDouble(Task::sum).sum() / tokens);
  }

  /// Lines for `score` and `logprobs`: answers under their requests.
  private static void pairs(String generated) throws IOException {
    lines(generated).forEach(line ->
        print(Map.of(
            "id", line.path("id"),
            "prompt", line.path("id"),
            "completion_ids", line.path("completion_ids"),
            "finish_reason", line.path("finish_reason"))));
  }

  /// Lines for `logprobs`: each text of a file after the token that begins one.
  private static void spans(String texts) throws IOException {
    lines(texts).forEach(line ->
        print(Map.of("id", 0, "prompt_ids", List.of(1), "completion", line.path("text").asText().strip())));
  }

  /// Texts of a file with a line `<|endoftext|>` between them.
  private static void texts(String file) throws IOException {
    for (var text : Files.readString(Path.of(file)).split("<\\|endoftext\\|>")) {
      if (!text.isBlank()) {
        print(Map.of("text", text.strip()));
      }
    }
  }

  /// The first requests, each with what the models answer.
  private static void shown(int count, String... files) throws IOException {
    var requests = lines(files[0]).map(line -> line.path("id").asText()).distinct().limit(count).toList();
    for (var request : requests) {
      System.out.printf("%n**%s**%n", request);
      for (var file : files) {
        var answer = lines(file).filter(line -> line.path("id").asText().equals(request)).findFirst().orElseThrow();
        System.out.printf("%n%s (%d of 4):%n%n> %s%n", file, IntStream.of(judged(request, answer)).sum(),
            answer.path("completion").asText().strip().replace("\n", "\n> "));
      }
    }
  }

  private static int[] judged(String request, JsonNode line) {
    return Asked.in(request).points(line.path("completion").asText(), ended(line));
  }

  private static boolean ended(JsonNode line) {
    return line.path("finish_reason").asText().equals("stop");
  }

  private static String request(Random random, String name, String thing) {
    return pick(random, REQUESTS).formatted(name, thing);
  }

  private static <T> T pick(Random random, List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private static Stream<JsonNode> lines(String file) throws IOException {
    return Files.readAllLines(Path.of(file)).stream().map(line -> {
      try {
        return JSON.readTree(line);
      } catch (IOException e) {
        throw new IllegalArgumentException(file, e);
      }
    });
  }

  private static void print(Map<String, ?> line) {
    try {
      System.out.println(JSON.writeValueAsString(line));
    } catch (IOException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
