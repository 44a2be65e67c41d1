package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.instructgpt.collect.CustomerFeedback;
import org.instructgpt.collect.Intake;
import org.instructgpt.project.Workspace;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.Split;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What customers said of answers, learned from where that is asked for.
@Tag("slow")
class FromFeedbackTest {
  private static final Instant NOON = Instant.parse("2026-03-04T12:00:00Z");

  @TempDir Path folder;
  private CommandSession session;
  private Workspace workspace;

  @BeforeEach
  void makeTheStart() throws IOException {
    session = new CommandSession(folder);
    session.makeTheStart();
    workspace = Workspace.open(folder.resolve("workspace"));
  }

  /// Stores two comparisons and one rewritten answer of a customer whose prompts are for training.
  ///
  /// @return the prompts
  private List<Prompt> say() throws IOException {
    try (var store = workspace.store()) {
      var intake = new Intake(store, new SplittableRandom(1));
      var feedback = CustomerFeedback.open(store);
      var prompts = new ArrayList<Prompt>();
      for (int user = 0; prompts.size() < 3; user++) {
        var name = "customer-" + user;
        var consent = intake.accept(name, "terms-1", NOON);
        var prompt = intake.prompt(name, Optional.empty(), "Customer asks " + user, NOON);
        if (prompt.split() == Split.TRAIN) {
          var _ = store.writeNow(handle -> intake.add(handle, prompt, consent));
          prompts.add(prompt);
        }
      }
      for (int i = 0; i < prompts.size(); i++) {
        var prompt = prompts.get(i);
        var better = i == 2 ? new Output("the cat", Output.HUMAN) : new Output("a cat", "ppo");
        var said =
            new Ranking(
                "said-" + i,
                prompt.id(),
                List.of(new Output("the dog", "sft"), better),
                List.of(2, 1),
                prompt.user().orElseThrow(),
                NOON);
        var _ =
            store.writeNow(handle -> {
              feedback.put(handle, said);
              return true;
            });
      }
      return prompts;
    }
  }

  private String told(Runnable work) {
    int before = session.out().toString().length();
    work.run();
    return session.out().toString().substring(before);
  }

  private String facts(String model) throws IOException {
    return Files.readString(session.model(model).resolve("lineage.json"));
  }

  @Test
  void aRewardModelLearnsFromItWhereThatIsAskedFor() throws IOException {
    say();
    var without =
        told(() -> session.train("reward", "--from", "supervised", "--name", "labelers-alone"));
    assertThat(without)
        .contains(
            "what customers said of answers is not learned from, 3 entries; --from-feedback adds it");
    assertThat(rankings("labelers-alone")).isEqualTo(rankings("reward"));

    var with =
        told(() ->
            session.train(
                "reward", "--from", "supervised", "--name", "with-customers", "--from-feedback"));
    assertThat(with).doesNotContain("not learned from");
    assertThat(rankings("with-customers")).isEqualTo(rankings("reward") + 3);
    // Whom a model learned from is known, so that what is withdrawn can be traced.
    var records = Files.readString(workspace.root().resolve("runs/reward-3/records.txt"));
    assertThat(records).contains("said-0", "said-1", "said-2");
  }

  private int rankings(String model) throws IOException {
    var found = Pattern.compile("\"rankings\" : (\\d+)").matcher(facts(model));
    assertThat(found.find()).as(facts(model)).isTrue();
    return Integer.parseInt(found.group(1));
  }

  @Test
  void answersThatCustomersWroteAreDemonstrations() throws IOException {
    say();
    session.train("sft", "--start", "--name", "with-customers", "--from-feedback");
    var records = Files.readString(workspace.root().resolve("runs/supervised-2/records.txt"));
    assertThat(records).contains("said-2").doesNotContain("said-0", "said-1");
  }

  @Test
  void whatIsWithdrawnIsNotLearnedFrom() throws IOException {
    var prompts = say();
    try (var store = workspace.store()) {
      new Intake(store, new SplittableRandom(2))
          .withdraw(prompts.getFirst().user().orElseThrow(), NOON);
    }
    session.train("reward", "--from", "supervised", "--name", "later", "--from-feedback");
    assertThat(rankings("later")).isEqualTo(rankings("reward") + 2);
  }

  @Test
  void aRoundOfTheLoopMakesTheNextRewardModelAndPolicy() throws IOException {
    var loop =
        new String[] {
          "loop",
          "--from-feedback",
          "--workspace",
          workspace.root().toString(),
          "--reward-from",
          "supervised",
          "--recipe",
          folder.resolve("recipe.yaml").toString()
        };
    assertThat(session.run((Object[]) loop)).isEqualTo(2);
    assertThat(session.err().toString()).contains("expected what customers said of answers, found");

    say();
    session.succeed((Object[]) loop);
    assertThat(session.out().toString())
        .contains("round 1: 3 rankings of customers, 1 answer written anew")
        .contains("ppo-ptx-round-1");
    assertThat(rankings("reward-round-1")).isGreaterThan(rankings("reward"));
    assertThat(facts("ppo-ptx-round-1")).contains("reward-round-1");

    session.succeed((Object[]) loop);
    assertThat(session.model("ppo-ptx-round-2")).isDirectory();
  }

  @Test
  void flagsOfFeedbackWithoutItAreRefused() {
    assertThat(session.run("loop", "--workspace", workspace.root(), "--from", "supervised"))
        .isEqualTo(2);
    assertThat(session.err().toString()).contains("belong to --from-feedback");
  }
}
