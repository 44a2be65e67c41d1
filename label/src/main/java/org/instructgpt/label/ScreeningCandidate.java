package org.instructgpt.label;

import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.instructgpt.label.ScreeningQuestion.Answer;
import org.instructgpt.label.ScreeningQuestion.Topic;
import org.instructgpt.label.ScreeningResult.Score;
import org.instructgpt.label.ScreeningResult.Suggestion;
import org.instructgpt.statistics.Estimate;
import org.instructgpt.statistics.Estimate.Cluster;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// One candidate's screening: the answers, their scores, and the next question.
final class ScreeningCandidate {
  /// The mean grade that a candidate's demonstrations must reach.
  private static final double GRADE = 6;

  private final Handle handle;
  private final String labeler;
  private final ScreeningQuiz quiz;
  private final List<Given> given;

  ScreeningCandidate(Handle handle, String labeler) {
    this.handle = handle;
    this.labeler = labeler;
    this.quiz = new ScreeningQuiz(handle, labeler);
    this.given = given();
  }

  /// A stored answer.
  ///
  /// @param item the gold task, or the question itself if it comes from none
  private record Given(
      String question,
      String kind,
      String item,
      String answer,
      Optional<Boolean> agreed,
      Optional<Integer> grade) {}

  private List<Given> given() {
    return handle
        .createQuery(
            """
            SELECT question, kind, COALESCE(item, question) AS cluster, answer, agreed, grade
            FROM label_quiz_answer WHERE labeler = ? ORDER BY at, id\
            """)
        .bind(0, labeler)
        .map((row, _) ->
            new Given(
                row.getString("question"),
                row.getString("kind"),
                row.getString("cluster"),
                row.getString("answer"),
                Optional.ofNullable(row.getString("agreed")).map("1"::equals),
                Optional.ofNullable(row.getString("grade")).map(Integer::valueOf)))
        .list();
  }

  private Stream<Given> of(String kind) {
    return given.stream().filter(answer -> answer.kind().equals(kind));
  }

  /// Topics, then flags, comparisons and demonstrations; flags and comparisons are asked until the
  /// sequential test decides.
  Optional<ScreeningQuiz.Asked> next() {
    Set<String> answered = given.stream().map(Given::question).collect(Collectors.toSet());
    return open().filter(asked -> !answered.contains(asked.question().id())).findFirst();
  }

  private Stream<ScreeningQuiz.Asked> open() {
    boolean flags = share("flag").suggestion() == Suggestion.UNDECIDED;
    boolean choices = share("choice").suggestion() == Suggestion.UNDECIDED;
    return Stream.of(
            List.of(ScreeningQuiz.topics()),
            flags ? quiz.flags() : List.<ScreeningQuiz.Asked>of(),
            choices ? quiz.choices() : List.<ScreeningQuiz.Asked>of(),
            quiz.demonstrations())
        .flatMap(List::stream);
  }

  void answer(Answer answer, String id, Instant at) {
    if (given.stream().anyMatch(earlier -> earlier.question().equals(answer.id()))) {
      return;
    }
    ScreeningQuiz.Asked asked =
        next()
            .filter(open -> open.question().id().equals(answer.id()))
            .filter(open -> kind(open.question()).equals(kind(answer)))
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "expected an answer to the question that was asked, found one to '%s'"
                        .formatted(answer.id())));
    handle
        .createUpdate(
            """
            INSERT INTO label_quiz_answer
              (id, labeler, question, kind, item, prompt, answer, agreed, at)
            VALUES (:id, :me, :question, :kind, :item, :prompt, :answer, :agreed, :at)\
            """)
        .bind("id", id)
        .bind("me", labeler)
        .bind("question", answer.id())
        .bind("kind", kind(answer))
        .bind("item", asked.item().orElse(null))
        .bind("prompt", asked.prompt().orElse(null))
        .bind("answer", text(answer))
        .bind("agreed", number(asked.agreed(answer)))
        .bind("at", at.toEpochMilli())
        .execute();
  }

  private static @Nullable Integer number(Optional<Boolean> agreed) {
    return agreed.map(right -> right ? 1 : 0).orElse(null);
  }

  private static String kind(ScreeningQuestion question) {
    return switch (question) {
      case ScreeningQuestion.Flag _ -> "flag";
      case ScreeningQuestion.Choice _ -> "choice";
      case ScreeningQuestion.Demonstration _ -> "demonstration";
      case ScreeningQuestion.Topics _ -> "topics";
    };
  }

  private static String kind(Answer answer) {
    return switch (answer) {
      case Answer.Flagged _ -> "flag";
      case Answer.Chosen _ -> "choice";
      case Answer.Demonstrated _ -> "demonstration";
      case Answer.Knows _ -> "topics";
    };
  }

  private static String text(Answer answer) {
    return switch (answer) {
      case Answer.Flagged flagged -> String.valueOf(flagged.sensitive());
      case Answer.Chosen chosen -> String.valueOf(chosen.first());
      case Answer.Demonstrated demonstrated -> demonstrated.text();
      case Answer.Knows knows ->
          knows.topics().stream().sorted().map(StoredJson::word).collect(Collectors.joining(" "));
    };
  }

  ScreeningResult result() {
    Score flags = share("flag");
    Score comparisons = share("choice");
    Score demonstrations = grades();
    return new ScreeningResult(
        labeler,
        flags,
        comparisons,
        demonstrations,
        topics(),
        next().isEmpty(),
        together(List.of(flags, comparisons, demonstrations)),
        new Eligibility(handle).decisions(labeler));
  }

  /// Fails if one criterion fails, passes if all pass.
  private static Suggestion together(List<Score> scores) {
    var suggestions = scores.stream().map(Score::suggestion).collect(Collectors.toSet());
    if (suggestions.contains(Suggestion.FAIL)) {
      return Suggestion.FAIL;
    }
    return suggestions.equals(Set.of(Suggestion.PASS)) ? Suggestion.PASS : Suggestion.UNDECIDED;
  }

  /// Agreement with researchers, clustered by the gold tasks that the questions come from.
  private Score share(String kind) {
    var answers = of(kind).toList();
    int right = (int) answers.stream().filter(a -> a.agreed().orElse(false)).count();
    var clusters =
        answers.stream()
            .collect(
                Collectors.groupingBy(
                    Given::item,
                    Collectors.reducing(
                        new Cluster(0, 0),
                        a -> new Cluster(a.agreed().orElse(false) ? 1 : 0, 1),
                        Cluster::plus)));
    return new Score(
        answers.size(),
        clusters.isEmpty() ? Optional.empty() : Optional.of(Estimate.of(clusters.values())),
        SequentialTest.of(right, answers.size()));
  }

  /// The mean grade; undecided until every demonstration is graded.
  private Score grades() {
    var graded = of("demonstration").flatMap(a -> a.grade().stream()).toList();
    if (graded.isEmpty()) {
      return new Score(0, Optional.empty(), Suggestion.UNDECIDED);
    }
    var mean = Estimate.within(1, 7, graded.stream().map(grade -> new Cluster(grade, 1)).toList());
    boolean all = graded.size() >= quiz.demonstrations().size();
    Suggestion says = mean.value() >= GRADE ? Suggestion.PASS : Suggestion.FAIL;
    return new Score(graded.size(), Optional.of(mean), all ? says : Suggestion.UNDECIDED);
  }

  private Set<Topic> topics() {
    var topics = EnumSet.noneOf(Topic.class);
    of("topics")
        .flatMap(answer -> Arrays.stream(answer.answer().split(" ")))
        .filter(word -> !word.isEmpty())
        .forEach(word -> topics.add(StoredJson.constant(Topic.class, word)));
    return new HashSet<>(topics);
  }
}
