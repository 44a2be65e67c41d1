package org.instructgpt.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.model.Sampler;
import org.instructgpt.serve.CompletionStream.Event;
import org.instructgpt.serve.CompletionStream.Finish;
import org.instructgpt.text.PromptTemplate;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class InferenceEngineTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final GenerationSettings SHORT = new GenerationSettings(12, 1, 1, List.of(), 3);
  private static final GenerationSettings LONG = new GenerationSettings(200, 1, 1, List.of(), 3);
  private static final long ROOMY = 1L << 30;

  @TempDir private Path models;

  private void model(String name, String stage, long seed) throws IOException {
    TestModels.language(models, name, stage, seed);
  }

  private InferenceEngine engine(long bytes, int waiting) {
    return new InferenceEngine(
        models, new InferenceEngine.Settings(bytes, waiting, Precision.FULL, Device.CPU));
  }

  private record Outcome(String text, List<Event> events, Finish finish, int tokens) {}

  /// What each model generates, to its end.
  private static List<Outcome> collect(CompletionStream stream) throws InterruptedException {
    var events = new ArrayList<List<Event>>();
    stream.models().forEach(_ -> events.add(new ArrayList<>()));
    int open = events.size();
    while (open > 0) {
      var event = stream.next(PATIENCE).orElseThrow();
      events.get(event.place()).add(event);
      open -= event instanceof Event.Finished || event instanceof Event.Failed ? 1 : 0;
    }
    return events.stream().map(InferenceEngineTest::outcome).toList();
  }

  private static Outcome outcome(List<Event> events) {
    var text = new StringBuilder();
    for (var event : events) {
      if (event instanceof Event.Text more) {
        text.append(more.text());
      }
    }
    if (events.getLast() instanceof Event.Finished end) {
      text.append(end.text());
    }
    return events.getLast() instanceof Event.Finished(int _, var _, Finish finish, int tokens)
        ? new Outcome(text.toString(), events, finish, tokens)
        : new Outcome(text.toString(), events, Finish.FAILED, 0);
  }

  @Test
  void aStreamHasTheTextThatTheSamplerGives() throws Exception {
    model("sft", "sft", 1);
    String expected;
    int expectedTokens;
    try (var _ = Scope.open()) {
      var folder = models.resolve("sft");
      var gpt = Checkpoint.loadLanguageModel(folder, Precision.FULL, Device.CPU);
      var tokenizer = Checkpoint.tokenizer(folder);
      var settings = new Sampler.Settings(12, 1, 3, 1, false);
      var sampled =
          new Sampler(gpt, tokenizer, settings)
              .sample(List.of(PromptTemplate.DEFAULT.prompt(tokenizer, "Hello")), 0);
      expectedTokens = sampled.getFirst().tokens().length;
      expected = tokenizer.decode(sampled.getFirst().tokens()).strip();
    }
    try (var engine = engine(ROOMY, 8)) {
      var outcome = collect(engine.stream(List.of("sft"), "Hello", SHORT)).getFirst();
      assertThat(outcome.text()).isEqualTo(expected);
      assertThat(outcome.tokens()).isEqualTo(expectedTokens);
      assertThat(outcome.finish()).isEqualTo(Finish.LENGTH);
      assertThat(outcome.events().getFirst()).isInstanceOf(Event.Started.class);
    }
  }

  @Test
  void aBaseModelGetsThePromptAsItIsAndAnAlignedOneFramed() throws Exception {
    model("base", "pretrain", 1);
    model("sft", "sft", 1);
    try (var engine = engine(ROOMY, 8)) {
      var base = engine.complete("base", List.of("Hello\n\n"), SHORT).get();
      var sft = engine.complete("sft", List.of("Hello"), SHORT).get();
      assertThat(sft)
          .hasSize(1)
          .first()
          .extracting(Completion::text)
          .isEqualTo(base.getFirst().text().strip());
      assertThat(engine.complete("base", List.of("Hello"), SHORT).get()).isNotEqualTo(base);
      assertThat(engine.complete("base", List.of("Hello \t "), SHORT).get())
          .isEqualTo(engine.complete("base", List.of("Hello"), SHORT).get());
    }
  }

  @Test
  void modelsSideBySideTakeTurnsTokenByToken() throws Exception {
    model("one", "sft", 1);
    model("two", "sft", 2);
    try (var engine = engine(ROOMY, 8)) {
      collect(engine.stream(List.of("one", "two"), "warm up", SHORT));
      String both;
      do { // until the second has started well before the first has finished
        both = together(engine.stream(List.of("one", "two"), "Hello", LONG));
      } while (both.length() < 100);
      // Most tokens are text at once, some only with the next.
      assertThat(both).contains("01010101").doesNotContain("00000").doesNotContain("11111");
    }
  }

  /// The models whose text came, one digit a text, while both were generating.
  private static String together(CompletionStream stream) throws InterruptedException {
    var order = new StringBuilder();
    for (int ended = 0; ended < 2; ) {
      var event = stream.next(PATIENCE).orElseThrow();
      if (event instanceof Event.Text more && !more.text().isEmpty()) {
        order.append(event.place());
      }
      ended += event instanceof Event.Finished ? 1 : 0;
    }
    int from = Math.max(order.indexOf("0"), order.indexOf("1"));
    int to = Math.min(order.lastIndexOf("0"), order.lastIndexOf("1"));
    return from < to ? order.substring(from, to) : "";
  }

  @Test
  void aCancelledStreamEndsAtItsNextToken() throws Exception {
    model("sft", "sft", 1);
    try (var engine = engine(ROOMY, 8)) {
      var stream = engine.stream(List.of("sft"), "Hello", LONG);
      while (!(stream.next(PATIENCE).orElseThrow() instanceof Event.Text)) {}
      stream.cancel();
      var outcome = collect(stream).getFirst();
      assertThat(outcome.finish()).isEqualTo(Finish.CANCELLED);
      assertThat(outcome.tokens()).isLessThan(100);
    }
  }

  @Test
  void aRequestBeyondTheBoundIsRefusedAtOnceAndAdmittedLater() throws Exception {
    model("sft", "sft", 1);
    try (var engine = engine(ROOMY, 2)) {
      var first = engine.stream(List.of("sft"), "Hello", LONG);
      var second = engine.stream(List.of("sft"), "Hello", LONG);
      assertThatThrownBy(() -> engine.stream(List.of("sft"), "Hello", SHORT))
          .isInstanceOf(InferenceEngine.Overloaded.class)
          .hasMessage("2 answers are under way, and at most 2 may be");
      first.cancel();
      second.cancel();
      collect(first);
      collect(second);
      assertThat(eventually(() -> engine.stream(List.of("sft"), "Hello", SHORT))).isNotNull();
    }
  }

  private interface Attempt {
    CompletionStream make();
  }

  /// The last event comes a moment before the request is over.
  private static CompletionStream eventually(Attempt attempt) throws InterruptedException {
    for (int i = 0; i < 100; i++) {
      try {
        return attempt.make();
      } catch (InferenceEngine.Overloaded _) {
        Thread.sleep(10);
      }
    }
    return attempt.make();
  }

  @Test
  void modelsThatDoNotFitIntoMemoryTogetherAnswerOneAfterTheOther() throws Exception {
    model("one", "sft", 1);
    model("two", "sft", 2);
    model("three", "sft", 3);
    long size = Files.size(models.resolve("one/model.safetensors"));
    List<String> roomy;
    try (var engine = engine(ROOMY, 8)) {
      roomy = texts(engine);
    }
    for (long room : new long[] {0, size, 2 * size + 1}) {
      try (var engine = engine(room, 8)) {
        assertThat(texts(engine)).isEqualTo(roomy);
        assertThat(texts(engine)).isEqualTo(roomy);
      }
    }
  }

  private static List<String> texts(InferenceEngine engine) throws InterruptedException {
    return collect(engine.stream(List.of("one", "two", "three"), "Hello", SHORT)).stream()
        .map(Outcome::text)
        .toList();
  }

  @Test
  void aModelThatWasTrainedAnewIsLoadedAnew() throws Exception {
    model("sft", "sft", 1);
    try (var engine = engine(ROOMY, 8)) {
      var before = collect(engine.stream(List.of("sft"), "Hello", SHORT)).getFirst().text();
      var weights = models.resolve("sft/model.safetensors");
      var then = Files.getLastModifiedTime(weights);
      model("sft", "sft", 2);
      Files.setLastModifiedTime(weights, FileTime.fromMillis(then.toMillis() + 1000));
      var after = collect(engine.stream(List.of("sft"), "Hello", SHORT)).getFirst().text();
      assertThat(after).isNotEqualTo(before);
    }
  }

  @Test
  void aPromptThatFillsTheContextFailsWithItsLengthAndTheLimit() throws Exception {
    model("sft", "sft", 1);
    try (var engine = engine(ROOMY, 8)) {
      var prompt = "word ".repeat(300);
      int tokens = PromptTemplate.DEFAULT.prompt(TestModels.WORDS, prompt).length;
      var outcome = collect(engine.stream(List.of("sft"), prompt, SHORT)).getFirst();
      assertThat(outcome.events())
          .containsExactly(new Event.Failed(0, Failure.tooLong(tokens, 255)));
    }
  }

  @Test
  void aPromptOfABatchThatIsTooLongGetsNoAnswer() throws Exception {
    model("sft", "sft", 1);
    try (var engine = engine(ROOMY, 8)) {
      var answers = engine.complete("sft", List.of("word ".repeat(300), "Hello"), SHORT).get();
      assertThat(answers.getFirst()).isEqualTo(new Completion("", Finish.FAILED));
      assertThat(answers.getLast().text()).isNotEmpty();
      assertThat(answers.getLast().finish()).isEqualTo(Finish.LENGTH);
    }
  }

  @Test
  void aPromptThatNearlyFillsTheContextLeavesTheRestOfItsBatchAlone() throws Exception {
    model("sft", "sft", 1);
    try (var engine = engine(ROOMY, 8)) {
      var prompts = new ArrayList<String>();
      String full = "word";
      while (PromptTemplate.DEFAULT.prompt(TestModels.WORDS, full + " word").length < 256) {
        full += " word";
      }
      prompts.add(full);
      for (int i = 0; i < 7; i++) {
        prompts.add("Hello " + i);
      }
      var answers = engine.complete("sft", prompts, LONG).get();
      assertThat(answers).extracting(Completion::finish).doesNotContain(Finish.FAILED);
      assertThat(answers.subList(1, 8)).allSatisfy(one -> assertThat(one.text()).isNotEmpty());
    }
  }

  @Test
  void aDamagedModelFailsAndAnotherStillAnswers() throws Exception {
    model("sft", "sft", 1);
    model("bad", "sft", 1);
    var weights = models.resolve("bad/model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length / 2] ^= 1;
    Files.write(weights, bytes);
    try (var engine = engine(ROOMY, 8)) {
      for (int i = 0; i < 2; i++) {
        var outcome = collect(engine.stream(List.of("bad", "sft"), "Hello", SHORT));
        assertThat(outcome.get(0).events())
            .containsExactly(new Event.Failed(0, Failure.notLoaded("bad")));
        assertThat(outcome.get(1).tokens()).isEqualTo(12);
      }
    }
  }

  @Test
  void onlyLanguageModelsThatAreThereCanBeAsked() throws Exception {
    model("sft", "sft", 1);
    TestModels.reward(models, "reward", 1);
    try (var engine = engine(ROOMY, 8)) {
      for (var name : List.of("reward", "nobody", "../models/sft", "", "sft/../sft")) {
        assertThatThrownBy(() -> engine.stream(List.of("sft", name), "Hello", SHORT))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("there is no language model " + name);
      }
    }
  }

  @Test
  void closingCancelsRequestsAndFreesTheMemory() throws Exception {
    model("sft", "sft", 1);
    long before = Scope.liveObjects();
    var engine = engine(ROOMY, 8);
    var stream = engine.stream(List.of("sft"), "Hello", LONG);
    while (!(stream.next(PATIENCE).orElseThrow() instanceof Event.Text)) {}
    engine.close();
    assertThat(collect(stream).getFirst().finish()).isEqualTo(Finish.CANCELLED);
    assertThat(Scope.liveObjects()).isEqualTo(before);
    assertThatThrownBy(() -> engine.stream(List.of("sft"), "Hello", SHORT))
        .isInstanceOf(InferenceEngine.Overloaded.class);
  }

  @Test
  void closingWithGraceLetsRequestsEnd() throws Exception {
    model("sft", "sft", 1);
    var engine = engine(ROOMY, 8);
    var stream = engine.stream(List.of("sft"), "Hello", LONG);
    engine.close(PATIENCE);
    assertThat(collect(stream).getFirst().tokens()).isGreaterThan(100);
  }
}
