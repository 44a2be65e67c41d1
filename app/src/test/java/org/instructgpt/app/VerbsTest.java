package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.project.RewardScorer;
import org.instructgpt.project.Workspace;
import org.instructgpt.text.BpeTrainer;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `logprobs`, `score`, `generate`, `inspect` and `doctor` from the command line, on a model of
/// random weights.
@Tag("slow")
class VerbsTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CONTEXT = 24;

  @TempDir static Path models;
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path in = Path.of("");
  private Path answers = Path.of("");

  @BeforeAll
  static void makeModels() throws IOException {
    var tokenizer =
        BpeTrainer.train(List.of("the cat sat on the mat, the dog sat on the log"), 270);
    var config = GptConfig.small(2, 16, 2, CONTEXT, 280);
    var lineage = new Lineage("sft", Map.of("steps", 3), Map.of());
    try (var _ = Scope.open()) {
      var policy = new Gpt(config, Precision.FULL, Device.CPU);
      policy.initialize(new Randomness(7));
      Checkpoint.save(policy, tokenizer, lineage, Files.createDirectory(models.resolve("sft")));
      var reward = new ScalarModel(config, Precision.FULL, Device.CPU);
      reward.initializeFrom(policy, new Randomness(8));
      Checkpoint.save(reward, tokenizer, lineage, Files.createDirectory(models.resolve("reward")));
      reward.setBias(10);
      Checkpoint.save(reward, tokenizer, lineage, Files.createDirectory(models.resolve("shifted")));
    }
  }

  @BeforeEach
  void names() {
    in = folder.resolve("in.jsonl");
    answers = folder.resolve("answers.jsonl");
  }

  @Test
  void generatedTextHasTheLogProbsThatLogprobsFinds() throws IOException {
    write("{\"id\":1,\"prompt\":\"the cat\"}", "{\"id\":\"b\",\"prompt_ids\":[70,71,72,73,74,75]}");
    assertThat(verb("generate", "sft", "--max-new-tokens", "8", "--precision", "float32")).isZero();
    var generated = read();
    assertThat(generated).hasSize(2);
    assertThat(generated.get(0).get("id").intValue()).isEqualTo(1);
    assertThat(generated.get(1).get("id").textValue()).isEqualTo("b");
    for (var answer : generated) {
      assertThat(answer.get("completion").isTextual()).isTrue();
      assertThat(answer.get("completion_ids")).hasSizeBetween(1, 8);
      assertThat(answer.get("finish_reason").textValue()).isIn("stop", "length");
    }
    write(
        "{\"id\":1,\"prompt\":\"the cat\",\"completion_ids\":%s}"
            .formatted(generated.get(0).get("completion_ids")),
        "{\"id\":2,\"prompt_ids\":[70,71,72,73,74,75],\"completion_ids\":%s}"
            .formatted(generated.get(1).get("completion_ids")));
    assertThat(verb("logprobs", "sft", "--precision", "float32")).isZero();
    var found = read();
    for (int i = 0; i < 2; i++) {
      assertThat(found.get(i).get("completion_ids"))
          .isEqualTo(generated.get(i).get("completion_ids"));
      assertClose(found.get(i).get("logprobs"), generated.get(i).get("logprobs"));
    }
  }

  @Test
  void theBatchSizeChangesNothing() throws IOException {
    var lines = new String[40];
    for (int i = 0; i < lines.length; i++) {
      lines[i] =
          "{\"id\":%d,\"prompt\":\"%s\",\"completion\":\"sat on%s\"}"
              .formatted(i, "the ".repeat(1 + i % 5) + "cat", " a mat".repeat(i % 3));
    }
    write(lines);
    assertThat(verb("logprobs", "sft", "--precision", "float32", "--batch-size", "1")).isZero();
    var alone = read();
    assertThat(verb("logprobs", "sft", "--precision", "float32", "--batch-size", "7")).isZero();
    var together = read();
    assertThat(together).hasSize(40);
    for (int i = 0; i < 40; i++) {
      assertThat(together.get(i).get("id").intValue()).isEqualTo(i);
      assertClose(together.get(i).get("logprobs"), alone.get(i).get("logprobs"));
    }
  }

  @Test
  void theSeedDecidesWhatIsGenerated() throws IOException {
    write("{\"id\":1,\"prompt\":\"the cat\"}", "{\"id\":2,\"prompt\":\"the dog\"}");
    assertThat(verb("generate", "sft", "--seed", "5")).isZero();
    var first = read();
    assertThat(verb("generate", "sft", "--seed", "5")).isZero();
    assertThat(read()).isEqualTo(first);
    assertThat(verb("generate", "sft", "--seed", "6")).isZero();
    assertThat(read()).isNotEqualTo(first);
  }

  @Test
  void scoresAreShiftedByTheRewardBias() throws IOException {
    write(
        "{\"id\":1,\"prompt\":\"the cat\",\"completion\":\"sat\"}",
        "{\"id\":2,\"prompt\":\"the\",\"completion\":\"dog sat on the mat\"}");
    assertThat(verb("score", "reward", "--precision", "float32")).isZero();
    var plain = read();
    try (var scorer = RewardScorer.open(models.resolve("reward"))) { // from Java the same
      assertThat((float) scorer.score("the cat", "sat"))
          .isEqualTo(plain.getFirst().get("reward").floatValue());
    }
    assertThat(verb("score", "shifted", "--precision", "float32")).isZero();
    var shifted = read();
    for (int i = 0; i < 2; i++) {
      assertThat(shifted.get(i).get("reward").doubleValue())
          .isCloseTo(plain.get(i).get("reward").doubleValue() + 10, within(1e-4));
    }
  }

  @Test
  void anAnswerThatWasCutOffIsScoredWithoutAnEndOfText() throws IOException {
    write(
        "{\"id\":1,\"prompt\":\"the cat\",\"completion\":\"sat\"}",
        "{\"id\":2,\"prompt\":\"the cat\",\"completion\":\"sat\",\"ended\":false}",
        "{\"id\":3,\"prompt\":\"the cat\",\"completion\":\"sat\",\"finish_reason\":\"length\"}",
        "{\"id\":4,\"prompt\":\"the cat\",\"completion\":\"sat\",\"finish_reason\":\"stop\"}");
    assertThat(verb("score", "reward", "--precision", "float32")).isZero();
    var rewards = read().stream().map(line -> line.get("reward").doubleValue()).toList();
    assertThat(rewards.get(1)).isNotEqualTo(rewards.get(0)).isEqualTo(rewards.get(2));
    assertThat(rewards.get(3)).isEqualTo(rewards.get(0));
    assertThat(verb("logprobs", "sft")).isZero();
    int ended = read().get(0).get("completion_ids").size();
    assertThat(read().get(1).get("completion_ids")).hasSize(ended - 1);
  }

  @Test
  void howAnAnswerEndedMustBeSaidWithoutContradiction() throws IOException {
    write(
        "{\"id\":1,\"prompt\":\"a\",\"completion\":\"b\",\"ended\":\"no\"}",
        "{\"id\":2,\"prompt\":\"a\",\"completion\":\"b\",\"finish_reason\":\"tired\"}",
        "{\"id\":3,\"prompt\":\"a\",\"completion\":\"b\",\"ended\":true,\"finish_reason\":\"length\"}");
    assertThat(verb("score", "reward")).isEqualTo(2);
    assertThat(err.toString())
        .contains("line 1: ended: expected true or false, found \"no\"")
        .contains("line 2: finish_reason: expected \"stop\" or \"length\", found \"tired\"")
        .contains("line 3: ended: expected false beside the finish_reason \"length\", found true");
  }

  @Test
  void ourOwnStagesAreFramedUnlessToldOtherwise() throws IOException {
    write("{\"id\":1,\"prompt\":\"the\",\"completion\":\"cat\"}");
    assertThat(verb("logprobs", "sft")).isZero();
    int framed = read().getFirst().get("completion_ids").size();
    assertThat(verb("logprobs", "sft", "--frame", "verbatim")).isZero();
    assertThat(read().getFirst().get("completion_ids")).hasSize(framed - 1);
  }

  @Test
  void aMistakeInALineIsToldAndNothingIsWritten() throws IOException {
    write(
        "{\"id\":1,\"prompt\":\"the\",\"completion\":\"cat\"}",
        "{\"id\":2,\"prompt_ids\":[1,2,280],\"completion\":\"cat\"}",
        "{\"id\":3,\"prompt\":\"%s\",\"completion\":\"cat\"}".formatted("x ".repeat(CONTEXT)),
        "{\"id\":4,\"prompt_ids\":[],\"completion\":\"cat\"}");
    assertThat(verb("logprobs", "sft")).isEqualTo(2);
    assertThat(err.toString())
        .contains("line 2: prompt: the token id 280 is not one of the model's 280")
        .containsPattern("line 3: prompt and completion have \\d+ tokens, but the model's context")
        .contains("line 4: prompt: expected at least one token, found none");
    assertThat(folder).isDirectoryNotContaining(path -> !path.equals(in));
  }

  @Test
  void aPromptThatFillsTheContextCannotBeCompleted() throws IOException {
    write("{\"id\":1,\"prompt_ids\":[%s1]}".formatted("1,".repeat(CONTEXT - 1)));
    assertThat(verb("generate", "sft")).isEqualTo(2);
    assertThat(err.toString()).contains("line 1: the prompt has 24 tokens and leaves no room");
  }

  @ParameterizedTest
  @ValueSource(strings = {"logprobs", "score", "generate"})
  void aMissingModelIsAMistakeOfTheUser(String verb) throws IOException {
    write("{\"id\":1,\"prompt\":\"the\",\"completion\":\"cat\"}");
    assertThat(verb(verb, "none")).isEqualTo(2);
    assertThat(err.toString()).hasLineCount(1).contains("there is no file", "none");
  }

  /// Folders, and files on their own.
  @ParameterizedTest
  @ValueSource(
      strings = {"pytorch_model.bin", "model.gguf", "model-1-of-2.safetensors", "tf_model.h5"})
  void aModelInAnotherLayoutIsToldByEveryVerbThatOpensOne(String name) throws IOException {
    write("{\"id\":1,\"prompt\":\"the\",\"completion\":\"cat\"}");
    var foreign = Files.createDirectory(folder.resolve("foreign"));
    Files.copy(models.resolve("sft").resolve("config.json"), foreign.resolve("config.json"));
    Files.writeString(foreign.resolve(name), "x");
    Workspace.create(folder.resolve("workspace"));
    int told = 0;
    for (var place : List.of(foreign, foreign.resolve(name))) {
      for (var verb : List.of("logprobs", "score", "generate")) {
        assertThat(run(verb, "--model", place, "--in", in, "--out", answers)).isEqualTo(2);
        told++;
      }
      if (!place.toString().endsWith(".gguf")) { // which is shown
        assertThat(run("inspect", place)).isEqualTo(2);
        told++;
      }
      for (var verb : List.of("sft", "reward", "ppo")) {
        var arguments =
            new ArrayList<Object>(
                List.of(verb, "-w", folder.resolve("workspace"), "--from", place));
        if (verb.equals("ppo")) {
          arguments.addAll(List.of("--reward-model", models.resolve("reward")));
        }
        assertThat(run(arguments.toArray())).isEqualTo(2);
        told++;
      }
    }
    assertThat(err.toString()).hasLineCount(told);
    assertThat(err.toString().lines())
        .allSatisfy(line ->
            assertThat(line).contains(name, "Only config.json with model.safetensors, or several"));
  }

  @Test
  void generatingEndsAtAnyIdThatTheModelNames() throws IOException {
    var many = Files.createDirectory(folder.resolve("many"));
    try (var files = Files.list(models.resolve("sft"))) {
      for (var file : files.toList()) {
        Files.copy(file, many.resolve(file.getFileName()));
      }
    }
    var ends = new StringBuilder("[2");
    for (int id = 3; id < 200; id++) {
      ends.append(",").append(id);
    }
    Files.writeString(
        many.resolve("generation_config.json"), "{\"eos_token_id\": %s]}".formatted(ends));
    write("{\"id\":1,\"prompt\":\"the cat\"}", "{\"id\":2,\"prompt\":\"the dog\"}");
    assertThat(run("generate", "--model", many, "--in", in, "--out", answers)).isZero();
    for (var answer : read()) {
      assertThat(answer.get("finish_reason").textValue()).isEqualTo("stop");
      var ids = answer.get("completion_ids");
      assertThat(ids.get(ids.size() - 1).intValue()).isBetween(0, 199);
      assertThat(ids.size()).isLessThan(8);
    }
  }

  @Test
  void progressAndRateGoToStandardErrorInPlainLines() throws IOException {
    write("{\"id\":1,\"prompt\":\"the\",\"completion\":\"cat\"}");
    var error = System.err;
    var heard = new ByteArrayOutputStream();
    System.setErr(new PrintStream(heard, true, StandardCharsets.UTF_8));
    try {
      for (var verb : List.of("logprobs", "generate")) {
        assertThat(verb(verb, "sft", "--precision", "float32")).isZero();
      }
    } finally {
      System.setErr(error);
    }
    assertThat(heard.toString(StandardCharsets.UTF_8))
        .contains(
            "logprobs: 1 line, precision float32, device cpu", "generate 1/1 lines", "lines/s")
        .doesNotContain("\r");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void theWrongKindOfModelIsRefused() throws IOException {
    write("{\"id\":1,\"prompt\":\"the\",\"completion\":\"cat\"}");
    assertThat(verb("score", "sft")).isEqualTo(2);
    assertThat(verb("logprobs", "reward")).isEqualTo(2);
    assertThat(err.toString()).contains("holds a language model", "holds a reward model");
    assertThat(answers).doesNotExist();
  }

  @Test
  void aDamagedModelIsRefused() throws IOException {
    write("{\"id\":1,\"prompt\":\"the\",\"completion\":\"cat\"}");
    var bad = Files.createDirectory(folder.resolve("bad"));
    for (var name : List.of("config.json", "tokenizer.json", "tokenizer_config.json")) {
      Files.copy(models.resolve("sft").resolve(name), bad.resolve(name));
    }
    var weights = Files.readAllBytes(models.resolve("sft").resolve("model.safetensors"));
    Files.write(
        bad.resolve("model.safetensors"), java.util.Arrays.copyOf(weights, weights.length - 8));
    assertThat(run("logprobs", "--model", bad, "--in", in, "--out", answers)).isEqualTo(2);
    assertThat(err.toString()).hasLineCount(1).contains("model.safetensors");
    assertThat(answers).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--precision=int8", "--device=tpu", "--batch-size=0", "--frame=oval"})
  void aWrongFlagIsAMistakeOfTheUser(String flag) throws IOException {
    write("{\"id\":1,\"prompt\":\"the\",\"completion\":\"cat\"}");
    assertThat(verb("logprobs", "sft", flag)).isEqualTo(2);
    assertThat(err.toString()).hasLineCount(1);
  }

  @Test
  void inspectTellsWhatACheckpointIsAndWhetherItChanged() throws IOException {
    assertThat(run("inspect", models.resolve("shifted"))).isZero();
    assertThat(out.toString())
        .contains("a reward model", "layers", "texts are framed", "\"steps\" : 3")
        .contains("model.safetensors: as it was written")
        .doesNotContain("CHANGED");
    assertThat(run("inspect", folder)).isEqualTo(2);
    assertThat(err.toString()).contains("is no checkpoint").hasLineCount(1);
  }

  /// Ten and more in whole numbers, less with two digits, and never nothing.
  private static final String RATE = "([1-9]\\d+|[1-9]\\.\\d\\d|0\\.(?!00)\\d\\d) GFLOP/s";

  @Test
  void doctorMeasuresTheMachine() {
    assertThat(run("doctor")).isZero();
    assertThat(out.toString())
        .contains("libtorch", "threads", "precision")
        .containsPattern("GEMM float32 +" + RATE)
        .containsPattern("GEMM bfloat16 +" + RATE);
  }

  private void write(String... lines) throws IOException {
    Files.write(in, List.of(lines));
  }

  private List<JsonNode> read() throws IOException {
    var found = new ArrayList<JsonNode>();
    for (var line : Files.readAllLines(answers)) {
      found.add(JSON.readTree(line));
    }
    return found;
  }

  private static void assertClose(JsonNode a, JsonNode b) {
    assertThat(a).hasSameSizeAs(b).isNotEmpty();
    for (int i = 0; i < a.size(); i++) {
      assertThat(a.get(i).doubleValue())
          .isNegative()
          .isCloseTo(b.get(i).doubleValue(), within(1e-4));
    }
  }

  private int verb(String verb, String model, String... more) {
    var arguments = new ArrayList<Object>(List.of(verb, "--model", models.resolve(model)));
    arguments.addAll(List.of("--in", in, "--out", answers));
    arguments.addAll(List.of(more));
    return run(arguments.toArray());
  }

  private int run(Object... arguments) {
    var line =
        Main.commandLine(new StopSignals(), () -> Instant.EPOCH)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true));
    var words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = String.valueOf(arguments[i]);
    }
    return Main.run(words, line);
  }
}
