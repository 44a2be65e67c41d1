package org.instructgpt.experiment;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.instructgpt.collect.CustomerFeedback;
import org.instructgpt.files.Count;
import org.instructgpt.project.Workspace;

/// A round of the loop on what customers said of answers: curation of the prompts that came, a new
/// reward model on all rankings with theirs among them, and with it a new policy from the
/// supervised start (paper section 3.1).
///
/// Whether the new policy is better is for people to say: nobody judges it here.
///
/// @param folder of the workspace
/// @param from the supervised policy that reinforcement learning starts from
/// @param rewardFrom the model whose body the reward model takes
/// @param recipe flags of both trainings, such as `--recipe FILE`
/// @param text pretraining text for PPO-ptx
public record FeedbackLoop(
    Path folder, String from, String rewardFrom, List<String> recipe, List<String> text) {

  /// Copies the lists.
  public FeedbackLoop {
    recipe = List.copyOf(recipe);
    text = List.copyOf(text);
  }

  /// Runs the next round, or what is left of one that was stopped.
  ///
  /// @param commandsWithLog commands that log to a file
  /// @return what was made; empty if it was stopped
  /// @throws IllegalArgumentException if customers have said nothing, or models are missing
  public Optional<String> run(Function<Path, Commands> commandsWithLog, PrintWriter out)
      throws IOException {
    var workspace = Workspace.open(folder);
    var amount = amount(workspace);
    if (amount.rankings() == 0) {
      throw new IllegalArgumentException(
          "--from-feedback: expected what customers said of answers, found none in %s; it comes from the studio (thumbs, comparisons, edited answers, the arena) and from POST /v1/feedback"
              .formatted(workspace.feedback()));
    }
    var _ = workspace.checkpoint(from, "--from");
    var _ = workspace.checkpoint(rewardFrom, "--reward-from");
    int round = round(workspace);
    out.println(
        "round %d: %s, %s"
            .formatted(
                round,
                Count.of(amount.rankings(), "ranking of customers", "rankings of customers"),
                Count.of(amount.rewritten(), "answer written anew", "answers written anew")));
    var commands = commandsWithLog.apply(workspace.root().resolve("loop-feedback.log"));
    var steps =
        new ResumableSteps(
            workspace.root().resolve("loop-feedback-" + round + ".json"),
            out,
            commands,
            commands.clock());
    var reward = "reward-round-" + round;
    var policy = new MeasuredModel.Round(round).stored();
    steps
        .then("curate", "Curation of the prompts", 2, command(List.of("curate"), List.of()))
        .then(
            reward,
            "A reward model on all rankings, those of customers among them",
            25,
            command(List.of("reward", "--from-feedback", "--from", rewardFrom), named(reward)))
        .then(
            policy,
            "A policy from " + from,
            90,
            command(List.of("ppo", "--from", from, "--reward-model", reward), ppo(named(policy))));
    return steps.run() ? Optional.of(made(workspace, reward, policy)) : Optional.empty();
  }

  private static CustomerFeedback.Amount amount(Workspace workspace) throws IOException {
    try (var store = workspace.store()) {
      return CustomerFeedback.open(store).amount();
    }
  }

  /// The first round whose policy does not exist.
  private static int round(Workspace workspace) {
    int round = 1;
    while (Files.isDirectory(workspace.model(new MeasuredModel.Round(round).stored()))) {
      round++;
    }
    return round;
  }

  private List<String> named(String name) {
    var flags = new ArrayList<>(recipe);
    flags.addAll(List.of("--name", name));
    return flags;
  }

  private List<String> ppo(List<String> flags) {
    var all = new ArrayList<>(flags);
    if (!text.isEmpty()) {
      all.add("--text");
      all.addAll(text);
    }
    return all;
  }

  private List<String> command(List<String> verb, List<String> flags) {
    var command = new ArrayList<>(verb);
    command.addAll(List.of("--workspace", folder.toString()));
    command.addAll(flags);
    return command;
  }

  private static String made(Workspace workspace, String reward, String policy) {
    return """

    %s learned from customers' feedback too; the policy is
    %s
    Whether it is better, people say: customers in the studio's arena, labelers in a round of comparisons.
    """
        .formatted(reward, workspace.model(policy));
  }
}
