package org.instructgpt.project;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeSet;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.model.Lineage;
import org.instructgpt.ppo.PpoModels;
import org.instructgpt.ppo.ResponseScorer;
import org.instructgpt.ppo.RewardService;
import org.instructgpt.ppo.Settings;
import org.instructgpt.ppo.TextReward;

/// What scores the responses of a run, and the networks that this asks for.
///
/// @param source as it was asked for
/// @param parent the supervised policy's folder
/// @param judge the reward model's folder, if a reward model scores
record Scoring(RewardSource source, Path parent, Optional<Path> judge) {

  /// Looks for what is asked for.
  ///
  /// @throws IllegalArgumentException if the reward model is not there, or reads other ids or less
  ///   than the policy
  static Scoring of(RewardSource source, Workspace workspace, Path parent) throws IOException {
    if (!(source instanceof RewardSource.Model(var name))) {
      return new Scoring(source, parent, Optional.empty());
    }
    var judge = workspace.checkpoint(name, "--reward-model", Checkpoint.Kind.REWARD);
    TrainingRun.requireSameTokenizer(parent, judge);
    int reads = Checkpoint.shape(judge).context();
    int context = Checkpoint.shape(parent).context();
    if (reads < context) {
      throw new IllegalArgumentException(
          "--reward-model %s: it has a context of %d, but the policy's is %d: it must read as far; train it from a model that does"
              .formatted(name, reads, context));
    }
    return new Scoring(source, parent, Optional.of(judge));
  }

  /// Notes the reward among the facts of a run.
  void note(TrainingRun run) throws IOException {
    if (judge.isPresent()) {
      run.from("reward_model", "--reward-model", judge.get());
    } else {
      run.with("reward_source", source.description());
    }
  }

  /// Says what a person should know of it before it is trained on.
  void tell(Settings settings, PrintWriter out) throws IOException {
    if (judge.isPresent()) {
      warning(judge.get(), settings.reward()).ifPresent(out::println);
      return;
    }
    out.println("responses are scored by the " + source.description());
    if (settings.objective().group() == null) {
      out.println(
          "there is no reward model for the value network to start from: it has the policy's body and a small random head, and learns from the first iteration on");
    }
  }

  /// What a score says of a response that was cut off, when the reward model never saw one.
  private static Optional<String> warning(Path judge, Settings.Rewards rewards) throws IOException {
    long seen = Lineage.read(judge).at("/made/settings/" + RewardRecords.CUT_COMPLETIONS).asLong(0);
    boolean settled =
        rewards.missingEndOfTextScore() != null || rewards.missingEndOfTextPenalty() > 0;
    return seen > 0 || settled
        ? Optional.empty()
        : Optional.of(
            "the reward model %s was not trained on answers that a limit cut off, so its score of responses that do not end (score_cut) is a guess: have such answers ranked, or set ppo.reward.missing_end_of_text_penalty or missing_end_of_text_score"
                .formatted(judge));
  }

  /// The networks that a run begins with; they belong to the scope that is open.
  PpoModels models(Settings settings, ContextFitter fitting, RunOptions options)
      throws IOException {
    var begun = new ModelsToTrain(options, fitting.ends(), settings.seed());
    boolean compared = settings.objective().group() != null;
    if (judge.isPresent()) {
      return begun.ppo(parent, judge.get(), compared);
    }
    var ends = new TreeSet<>(Checkpoint.ends(parent));
    ends.add(fitting.tokenizer().endOfText());
    ends.addAll(fitting.ends());
    var scorer = ResponseScorer.of(texts(options), fitting.tokenizer(), ends);
    return begun.ppo(parent, scorer, compared);
  }

  private TextReward texts(RunOptions options) {
    return switch (source) {
      case RewardSource.Rule(var rule) -> rule;
      case RewardSource.Service(var settings) ->
          RewardService.of(settings, () -> options.stop().get().requested());
      case RewardSource.Model model ->
          throw new IllegalStateException(model + " reads ids, not texts");
    };
  }
}
