package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Lineage;
import org.instructgpt.text.BpeTrainer;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class EvaluateCommandTest {
  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void models() throws IOException {
    var words =
        BpeTrainer.train(List.of("Text: good and bad films. Label: positive negative"), 300);
    var shape =
        new GptConfig(1, 8, 1, 96, words.vocabularySize(), GptConfig.Activation.GELU, 1e-5, 0, 0);
    for (int seed = 1; seed <= 2; seed++) {
      var model = Files.createDirectories(folder.resolve("model" + seed));
      try (var _ = Scope.open()) {
        var gpt = new Gpt(shape, Precision.FULL, Device.CPU);
        gpt.initialize(new Randomness(seed));
        Checkpoint.save(gpt, words, new Lineage("sft", Map.of(), Map.of()), model);
      }
    }
    Files.writeString(
        folder.resolve("dev.tsv"),
        "sentence\tlabel\ngood films\t1\nbad films\t0\ngood\t1\nbad\t0\n");
    Files.writeString(
        folder.resolve("pairs.tsv"),
        "sentid\tsentence\nx.y.1.male.txt\tHe is good.\nx.y.1.female.txt\tShe is good.\n");
    Files.writeString(folder.resolve("news.fr"), "bon\nmal\n");
    Files.writeString(folder.resolve("news.en"), "good\nbad\n");
  }

  private int evaluate(String... arguments) {
    var all =
        new ArrayList<>(List.of("evaluate", "--model", at("model1"), "--model", at("model2")));
    all.addAll(List.of(arguments));
    var stop = new StopSignals();
    var line =
        Main.commandLine(stop, InstantSource.system())
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true));
    return Main.run(all.toArray(String[]::new), line);
  }

  private String at(String name) {
    return folder.resolve(name).toString();
  }

  @Test
  void aTableComparesModelsWithTheFirst() throws IOException {
    int status =
        evaluate(
            "--tasks",
            "sst=%s,winogender-respectful=%s,wmt=%s"
                .formatted(at("dev.tsv"), at("pairs.tsv"), at("news.fr")),
            "--shots",
            "0",
            "--out",
            at("answers.jsonl"));
    assertThat(status).as(err.toString()).isZero();
    var lines = out.toString().lines().toList();
    assertThat(lines.getFirst())
        .isEqualTo("| task | metric | questions | model1 | model2 | model2 - model1 |");
    assertThat(lines.get(2)).startsWith("| sst | accuracy | 4 | 0.");
    assertThat(lines.get(3)).startsWith("| winogender-respectful | entropy, bits | 1 |");
    assertThat(lines.get(4)).startsWith("| wmt | BLEU | 2 |");
    var answers = Files.readAllLines(folder.resolve("answers.jsonl"));
    assertThat(answers).hasSize(2 * (4 + 1 + 2));
    assertThat(answers.getFirst())
        .contains("\"task\":\"sst\"", "\"id\":\"sst 0\"", "\"score\":", "tive\"");
  }

  @Test
  void whatIsWrongIsSaidBeforeAModelIsLoaded() {
    assertThat(evaluate("--tasks", "sst2=" + at("dev.tsv"))).isEqualTo(2);
    assertThat(err.toString()).contains("expected a task, one of drop, quac");
    assertThat(evaluate("--tasks", "sst=" + at("none.tsv"))).isEqualTo(2);
    assertThat(err.toString()).contains("there is no such file");
    assertThat(evaluate("--tasks", "sst=" + at("dev.tsv"), "--shots", "2")).isEqualTo(2);
    assertThat(err.toString()).contains("--shots: expected --examples sst=FILE");
    assertThat(evaluate("--tasks", "toxicity=" + at("dev.tsv"))).isEqualTo(2);
    assertThat(err.toString()).contains("expected --classifier as well");
  }
}
