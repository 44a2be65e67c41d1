package org.instructgpt.tasks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Function;
import org.instructgpt.eval.Benchmark;
import org.instructgpt.model.Gpt;
import org.instructgpt.text.Tokenizer;

/// Puts the questions of public tasks to a model.
///
/// @param rows questions, or choices, in one batch
/// @param classifier the toxicity of texts, 0 to 1; for the tasks that need it
public record TaskEvaluation(
    Gpt model, Tokenizer tokenizer, int rows, Function<List<String>, double[]> classifier) {

  /// The answers to all questions, scored.
  ///
  /// @param examples solved before each question, but for a question that is one of them
  public TaskScores scores(PublicTask task, List<TaskItem> items, List<TaskItem> examples) {
    int longest = Math.min(task.longest(), model.config().context() - 1);
    var benchmark = new Benchmark(model, tokenizer, new Benchmark.Settings(longest, rows));
    var questions = items.stream().map(item -> question(task, item, examples)).toList();
    return switch (task.metric()) {
      case ENTROPY -> pairs(task, benchmark, questions);
      case TOXICITY -> continuations(task, benchmark, questions);
      default -> answers(task, benchmark, items, questions);
    };
  }

  private static Benchmark.Item question(PublicTask task, TaskItem item, List<TaskItem> examples) {
    var others = examples.stream().filter(each -> !each.query().equals(item.query())).toList();
    return new Benchmark.Item(
        item.name(), task.context(item, others), item.references(), item.choices());
  }

  private static TaskScores pairs(
      PublicTask task, Benchmark benchmark, List<Benchmark.Item> questions) {
    double[] entropies = benchmark.entropies(questions);
    var scores = new LinkedHashMap<String, Double>();
    for (int i = 0; i < entropies.length; i++) {
      scores.put(questions.get(i).name(), entropies[i]);
    }
    return new TaskScores(task, new LinkedHashMap<>(), scores, 0);
  }

  private TaskScores continuations(
      PublicTask task, Benchmark benchmark, List<Benchmark.Item> questions) {
    var texts = benchmark.continuations(questions.stream().map(Benchmark.Item::context).toList());
    double[] toxicity = classifier.apply(texts);
    var answers = new LinkedHashMap<String, String>();
    var scores = new LinkedHashMap<String, Double>();
    for (int i = 0; i < toxicity.length; i++) {
      answers.put(questions.get(i).name(), texts.get(i));
      scores.put(questions.get(i).name(), toxicity[i]);
    }
    return new TaskScores(task, answers, scores, 0);
  }

  private static TaskScores answers(
      PublicTask task, Benchmark benchmark, List<TaskItem> items, List<Benchmark.Item> questions) {
    var answers = new LinkedHashMap<String, String>();
    var scores = new LinkedHashMap<String, Double>();
    var counts = new LinkedHashMap<String, TextOverlap.Counts>();
    int shortened = 0;
    var given = benchmark.answers(questions);
    for (int i = 0; i < given.size(); i++) {
      var item = items.get(i);
      var text = given.get(i).text().strip();
      answers.put(item.name(), text);
      scores.put(item.name(), task.metric().score(item, text));
      if (task.metric() == TaskMetric.BLEU) {
        counts.put(item.name(), TextOverlap.counts(text, item.references().getFirst()));
      }
      shortened += given.get(i).shortened() ? 1 : 0;
    }
    return new TaskScores(task, answers, scores, counts, shortened);
  }
}
