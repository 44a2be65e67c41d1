package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.instructgpt.project.Workspace;
import org.instructgpt.records.Filter;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Best of n and rejection sampling from the command line.
@Tag("slow")
class BestOfTest {
  @TempDir static Path shared;
  @TempDir Path folder;
  private final CommandSession session = new CommandSession(shared);

  @BeforeAll
  static void makeTheStart() throws IOException {
    new CommandSession(shared).makeTheStart();
  }

  @Test
  void theBestOfFourIsTheOneTheRewardModelGivesMost() throws IOException {
    var in = folder.resolve("in.jsonl");
    Files.writeString(in, "{\"id\":1,\"prompt\":\"Ask 1\"}\n{\"id\":2,\"prompt\":\"Ask 2\"}\n");
    generate(in, "best.jsonl", "--best-of", "4", "--reward-model", session.model("reward"));
    // The same random streams, one completion after another: row r of the prompt at place i is the
    // (4 i + r)-th, as if each prompt had been given four times.
    var four = folder.resolve("four.jsonl");
    Files.writeString(
        four,
        "{\"id\":1,\"prompt\":\"Ask 1\"}\n".repeat(4)
            + "{\"id\":2,\"prompt\":\"Ask 2\"}\n".repeat(4));
    generate(four, "all.jsonl", "--reward-model", session.model("reward"));
    var best = CommandSession.lines(folder.resolve("best.jsonl"));
    var all = CommandSession.lines(folder.resolve("all.jsonl"));
    assertThat(best).hasSize(2);
    for (int i = 0; i < 2; i++) {
      var own = all.subList(4 * i, 4 * i + 4);
      double most =
          own.stream().mapToDouble(line -> line.path("reward").asDouble()).max().orElseThrow();
      var wanted = own.stream().filter(line -> line.path("reward").asDouble() == most).findFirst();
      assertThat(best.get(i).path("completion")).isEqualTo(wanted.orElseThrow().path("completion"));
      assertThat(best.get(i).path("reward").asDouble()).isCloseTo(most, within(1e-5));
      assertThat(best.get(i).path("samples").asInt()).isEqualTo(4);
      assertThat(own.stream().map(line -> line.path("reward").asDouble()).distinct().count())
          .isGreaterThan(1);
    }
  }

  @Test
  void theBestAnswersBecomeDemonstrationsOfAFurtherTraining() throws IOException {
    var in = folder.resolve("in.jsonl");
    var prompts = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      prompts.append("{\"id\":%d,\"prompt\":\"Say %d\"}\n".formatted(i, i));
    }
    Files.writeString(in, prompts);
    generate(
        in,
        "best.jsonl",
        "--best-of",
        "3",
        "--reward-model",
        session.model("reward"),
        "--demonstrations",
        "--max-new-tokens",
        "24");
    var lines = CommandSession.lines(folder.resolve("best.jsonl"));
    assertThat(lines).isNotEmpty();
    assertThat(lines)
        .allSatisfy(line -> {
          assertThat(line.path("labeler").asText()).isEqualTo("model:supervised:best-of-3:reward");
          assertThat(line.path("prompt").asText()).startsWith("Say ");
          assertThat(line.size()).isEqualTo(3);
        });
    var rejection = folder.resolve("rejection");
    session.succeed("import", "--workspace", rejection, folder.resolve("best.jsonl"));
    assertThat(session.out().toString()).contains("completions");
    try (var store = new Workspace(rejection).store()) {
      var given = store.demonstrations(Filter.ALL);
      assertThat(given).hasSize(lines.size());
      assertThat(given)
          .allMatch(each -> each.item().labeler().equals("model:supervised:best-of-3:reward"));
    }
    session.succeed(
        "sft",
        "--workspace",
        rejection,
        "--from",
        session.model("supervised"),
        "--name",
        "again",
        "--recipe",
        shared.resolve("recipe.yaml"),
        "--set",
        "epochs=1");
    assertThat(rejection.resolve("models/again/model.safetensors")).exists();
  }

  @Test
  void whatCannotBeChosenIsRefused() throws IOException {
    var in = folder.resolve("in.jsonl");
    Files.writeString(in, "{\"id\":1,\"prompt_ids\":[1,2]}\n");
    assertThat(generateRefused(in, "--best-of", "4")).contains("--best-of 4: expected a model");
    assertThat(generateRefused(in, "--best-of", "0")).contains("expected 1 to 10,000, found 0");
    assertThat(generateRefused(in, "--best-of", "2000000000"))
        .contains("expected 1 to 10,000, found 2000000000");
    assertThat(generateRefused(in, "--reward-model", session.model("base")))
        .contains("holds a language model, but a reward model was expected");
    assertThat(
            generateRefused(
                in,
                "--best-of",
                "4",
                "--reward-model",
                session.model("reward"),
                "--temperature",
                "0"))
        .contains("expected a --temperature above 0");
    assertThat(generateRefused(in, "--demonstrations"))
        .contains("line 1: prompt: expected the text of the prompt, for --demonstrations");
    assertThat(folder.resolve("no.jsonl")).doesNotExist();
  }

  private String generateRefused(Path in, Object... flags) {
    session.err().getBuffer().setLength(0);
    assertThat(session.run(generateArguments(in, "no.jsonl", flags))).isEqualTo(2);
    return session.err().toString();
  }

  private void generate(Path in, String name, Object... flags) {
    session.succeed(generateArguments(in, name, flags));
  }

  private Object[] generateArguments(Path in, String name, Object... flags) {
    var all =
        new ArrayList<Object>(
            List.of("generate", "--model", session.model("supervised"), "--in", in));
    all.addAll(List.of("--out", folder.resolve(name), "--precision", "float32"));
    if (!Arrays.asList(flags).contains("--max-new-tokens")) {
      all.addAll(List.of("--max-new-tokens", "12"));
    }
    all.addAll(Arrays.asList(flags));
    return all.toArray();
  }
}
