package org.instructgpt.studio;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import org.instructgpt.collect.CustomerFeedback;
import org.instructgpt.collect.Intake;
import org.instructgpt.records.Output;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.Store;
import org.instructgpt.serve.CompletionStream.Finish;
import org.instructgpt.studio.PlaygroundHistory.Answer;
import org.instructgpt.studio.PlaygroundHistory.Turn;
import org.instructgpt.web.ApiError;
import org.jdbi.v3.core.Handle;

/// What an account says of answers in its own turns. Each saying is one transaction, which keeps
/// the [CustomerFeedback] that trainings read in step.
///
/// Nothing is added to a prompt whose consent is withdrawn, and only answers that ended can be
/// judged: of one that the person stopped, the text that was seen.
record AnswerOpinions(
    Store store, PlaygroundHistory history, CustomerFeedback feedback, Intake intake) {
  /// Of an answer that a person wrote, in characters.
  static final int LONGEST = 20_000;

  static AnswerOpinions of(PlaygroundServices services) {
    return new AnswerOpinions(
        services.store(), services.history(), services.feedback(), services.intake());
  }

  /// One of the answers of a turn.
  record AnswerAt(String turn, int place) {}

  /// The id of the feedback that thumbs of one turn make.
  static String thumbsId(String turn) {
    return "thumbs-" + turn;
  }

  /// The id of the feedback that a better answer makes.
  static String rewriteId(String turn, int place) {
    return "rewrite-" + turn + "-" + place;
  }

  /// The better answer that a person wrote, among the feedback by id.
  static Optional<String> rewritten(Map<String, Ranking> feedback, String turn, int place) {
    return Optional.ofNullable(feedback.get(rewriteId(turn, place)))
        .map(ranking -> ranking.outputs().getFirst().text());
  }

  /// The id of the feedback that a vote makes.
  static String voteId(String turn) {
    return "vote-" + turn;
  }

  /// Stores a thumb, or takes it back, which is possible without consent too. Of a turn with a
  /// thumb up and a thumb down the judged answers are ranked.
  ///
  /// @param verdict 1 for thumbs up, -1 for thumbs down, empty for neither
  /// @return false when the account has no such answer
  boolean thumb(String account, String turn, int place, OptionalInt verdict, Instant now) {
    return within(
        account,
        turn,
        (handle, found) -> {
          var answer = find(found, place);
          if (answer.isEmpty()) {
            return false;
          }
          if (verdict.isPresent()) {
            requireConsent(handle, found);
            requireEnded(answer.get());
          }
          judge(handle, found, place, verdict, now);
          return true;
        });
  }

  /// Stores a better answer, in the place of one that was written before.
  ///
  /// @return false when the account has no such answer
  boolean rewrite(String account, String turn, int place, String text, Instant now) {
    var better = text.stripTrailing();
    if (better.isEmpty() || better.length() > LONGEST) {
      throw ApiError.invalid("text", "refusal.rewrite", LONGEST);
    }
    return within(
        account,
        turn,
        (handle, found) -> {
          var answer = find(found, place);
          if (answer.isEmpty()) {
            return false;
          }
          requireConsent(handle, found);
          requireEnded(answer.get());
          if (answer.get().text().strip().equals(better.strip())) {
            throw ApiError.invalid("text", "refusal.rewrite-same");
          }
          var outputs = List.of(new Output(better, Output.HUMAN), output(answer.get()));
          put(handle, found, rewriteId(turn, place), outputs, List.of(1, 2), now);
          return true;
        });
  }

  /// Deletes a better answer, which is possible without consent too.
  ///
  /// @return false when the account has no such turn
  boolean forgetRewrite(String account, String turn, int place) {
    return within(
        account,
        turn,
        (handle, _) -> {
          feedback.remove(handle, rewriteId(turn, place));
          return true;
        });
  }

  /// Stores which answers of a turn are better than others, in the place of an earlier such
  /// ranking.
  ///
  /// @param places of two or more answers
  /// @param ranks one for each of the places, 1 is best, equal ranks are a tie
  /// @return false when the account has no such turn or the turn no such answer
  boolean prefer(
      String account, String turn, List<Integer> places, List<Integer> ranks, Instant now) {
    var answers = places.stream().map(place -> new AnswerAt(turn, place)).toList();
    return prefer(account, answers, ranks, now);
  }

  /// The same of answers of several turns with the same prompt: the ranking is the first one's.
  boolean prefer(String account, List<AnswerAt> answers, List<Integer> ranks, Instant now) {
    requireRanks(answers, ranks);
    return within(
        account,
        answers.getFirst().turn,
        (handle, first) -> {
          var outputs = new ArrayList<Output>();
          for (var at : answers) {
            var turn = history.turn(handle, account, at.turn);
            var answer = turn.flatMap(found -> find(found, at.place));
            if (turn.isEmpty() || answer.isEmpty()) {
              return false;
            }
            if (!turn.get().text().equals(first.text())) {
              throw ApiError.invalid("answers", "refusal.other-prompts");
            }
            requireConsent(handle, turn.get());
            requireEnded(answer.get());
            outputs.add(output(answer.get()));
          }
          put(handle, first, voteId(first.id()), outputs, ranks, now);
          return true;
        });
  }

  /// Stores a vote of the arena, which counts once.
  ///
  /// @return the models that answered, by place; empty when the account has no such turn there
  Optional<List<String>> vote(String account, String turn, ArenaVotes.Vote vote, Instant now) {
    return store.writeNow(handle -> {
      var found = history.turn(handle, account, turn).filter(_ -> new ArenaVotes(handle).has(turn));
      found.ifPresent(there -> {
        requireConsent(handle, there);
        there.answers().forEach(AnswerOpinions::requireEnded);
        if (!new ArenaVotes(handle).vote(turn, vote, now)) {
          throw ApiError.conflict("refusal.voted");
        }
        var outputs = there.answers().stream().map(AnswerOpinions::output).toList();
        put(handle, there, voteId(turn), outputs, vote.ranks(), now);
      });
      return found.map(there -> there.answers().stream().map(Answer::model).toList());
    });
  }

  private boolean within(String account, String turn, BiFunction<Handle, Turn, Boolean> work) {
    return store.writeNow(handle ->
        history.turn(handle, account, turn).map(found -> work.apply(handle, found)).orElse(false));
  }

  private static Optional<Answer> find(Turn turn, int place) {
    return turn.answers().stream().filter(answer -> answer.place() == place).findFirst();
  }

  private void requireConsent(Handle handle, Turn turn) {
    if (!intake.allows(handle, turn.prompt())) {
      throw ApiError.forbidden(
          intake.consents(handle, turn.account()) ? "refusal.withdrawn" : "refusal.notice-first");
    }
  }

  private static void requireEnded(Answer answer) {
    if (answer.finish().isEmpty()) {
      throw ApiError.conflict("refusal.unfinished");
    }
    if (answer.finish().get() == Finish.FAILED) {
      throw ApiError.conflict("refusal.failed");
    }
  }

  private static void requireRanks(List<AnswerAt> answers, List<Integer> ranks) {
    int k = answers.size();
    if (k < Ranking.LEAST
        || k > Ranking.MOST
        || new HashSet<>(answers).size() < k
        || ranks.size() != k
        || ranks.stream().anyMatch(rank -> rank < 1 || rank > k)) {
      throw ApiError.invalid("ranks", "refusal.ranks");
    }
  }

  private void judge(Handle handle, Turn turn, int place, OptionalInt verdict, Instant now) {
    history.judge(handle, turn.id(), place, verdict);
    var judged = new ArrayList<Answer>();
    var ranks = new ArrayList<Integer>();
    for (var answer : turn.answers()) {
      var thumb = answer.place() == place ? verdict : answer.verdict();
      if (thumb.isPresent() && answer.finish().filter(f -> f != Finish.FAILED).isPresent()) {
        judged.add(answer);
        ranks.add(thumb.getAsInt() > 0 ? 1 : 2);
      }
    }
    if (ranks.contains(1) && ranks.contains(2)) {
      var outputs = judged.stream().map(AnswerOpinions::output).toList();
      put(handle, turn, thumbsId(turn.id()), outputs, ranks, now);
    } else {
      feedback.remove(handle, thumbsId(turn.id()));
    }
  }

  private void put(
      Handle handle, Turn turn, String id, List<Output> outputs, List<Integer> ranks, Instant now) {
    feedback.put(handle, new Ranking(id, turn.prompt(), outputs, ranks, turn.account(), now));
  }

  private static Output output(Answer answer) {
    boolean ended =
        answer.finish().filter(f -> f != Finish.LENGTH && f != Finish.CANCELLED).isPresent();
    return new Output(answer.text(), answer.model(), ended);
  }
}
