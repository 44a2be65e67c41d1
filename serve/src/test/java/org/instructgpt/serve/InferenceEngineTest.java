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
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.instructgpt.model.Checkpoint;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.Sampler;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.serve.CompletionStream.Finish;
import org.instructgpt.serve.CompletionStream.Piece;
import org.instructgpt.text.BpeTrainer;
import org.instructgpt.text.PromptTemplate;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class InferenceEngineTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final GenerationSettings SHORT = new GenerationSettings(12, 1, 1, List.of(), 3);
  private static final GenerationSettings LONG = new GenerationSettings(200, 1, 1, List.of(), 3);
  private static final long ROOMY = 1L << 30;

  /// Two thousand tokens, nearly all of them syllables, so that nearly each is text of its own.
  private static final Tokenizer WORDS = BpeTrainer.train(List.of("Hello", syllables()), 2000);

  private static String syllables() {
    var text = new StringBuilder();
    for (char first : "bcdfghjklmnprstvwz".toCharArray()) {
      for (char middle : "aeiou".toCharArray()) {
        for (char last : "bdfghklmnprstvwxz".toCharArray()) {
          text.append(' ').append(first).append(middle).append(last);
        }
      }
    }
    return text.toString();
  }

  @TempDir private Path models;

  private static GptConfig shape() {
    return new GptConfig(
        1, 8, 1, 256, WORDS.vocabularySize(), GptConfig.Activation.GELU, 1e-5, 0, 0);
  }

  /// A model that writes nonsense, for ever: its end of text is as likely as any other token.
  private void model(String name, String stage, long seed) throws IOException {
    var folder = Files.createDirectories(models.resolve(name));
    try (var _ = Scope.open()) {
      var gpt = new Gpt(shape(), Precision.FULL, Device.CPU);
      gpt.initialize(new Randomness(seed));
      Checkpoint.save(gpt, WORDS, new Lineage(stage, Map.of(), Map.of()), folder);
    }
  }

  private InferenceEngine speaker(long bytes, int waiting) {
    return new InferenceEngine(
        models, new InferenceEngine.Settings(bytes, waiting, Precision.FULL, Device.CPU));
  }

  private record Said(String text, List<Piece> pieces, Finish finish, int tokens) {}

  /// What each model says to the end.
  private static List<Said> listen(CompletionStream speech) throws InterruptedException {
    var said = new ArrayList<List<Piece>>();
    speech.models().forEach(_ -> said.add(new ArrayList<>()));
    int open = said.size();
    while (open > 0) {
      var piece = speech.next(PATIENCE).orElseThrow();
      said.get(piece.place()).add(piece);
      open -= piece instanceof Piece.Ended || piece instanceof Piece.Failed ? 1 : 0;
    }
    return said.stream().map(InferenceEngineTest::said).toList();
  }

  private static Said said(List<Piece> pieces) {
    var text = new StringBuilder();
    for (var piece : pieces) {
      if (piece instanceof Piece.Text more) {
        text.append(more.text());
      }
    }
    return pieces.getLast() instanceof Piece.Ended(int _, Finish finish, int tokens)
        ? new Said(text.toString(), pieces, finish, tokens)
        : new Said(text.toString(), pieces, Finish.FAILED, 0);
  }

  @Test
  void whatIsHeardIsWhatTheSamplerSays() throws Exception {
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
    try (var speaker = speaker(ROOMY, 8)) {
      var said = listen(speaker.speak(List.of("sft"), "Hello", SHORT)).getFirst();
      assertThat(said.text()).isEqualTo(expected);
      assertThat(said.tokens()).isEqualTo(expectedTokens);
      assertThat(said.finish()).isEqualTo(Finish.LENGTH);
      assertThat(said.pieces().getFirst()).isEqualTo(new Piece.Begun(0));
    }
  }

  @Test
  void aBaseModelGetsThePromptAsItIsAndAnAlignedOneFramed() throws Exception {
    model("base", "pretrain", 1);
    model("sft", "sft", 1);
    try (var speaker = speaker(ROOMY, 8)) {
      var base = speaker.answers("base", List.of("Hello\n\n"), SHORT).get();
      var sft = speaker.answers("sft", List.of("Hello"), SHORT).get();
      assertThat(sft)
          .hasSize(1)
          .first()
          .extracting(InferenceEngine.Answer::text)
          .isEqualTo(base.getFirst().text().strip());
      assertThat(speaker.answers("base", List.of("Hello"), SHORT).get()).isNotEqualTo(base);
      assertThat(speaker.answers("base", List.of("Hello \t "), SHORT).get())
          .isEqualTo(speaker.answers("base", List.of("Hello"), SHORT).get());
    }
  }

  @Test
  void modelsSideBySideTakeTurnsTokenByToken() throws Exception {
    model("one", "sft", 1);
    model("two", "sft", 2);
    try (var speaker = speaker(ROOMY, 8)) {
      listen(speaker.speak(List.of("one", "two"), "warm up", SHORT));
      String both;
      do { // until the second has begun well before the first has ended
        both = together(speaker.speak(List.of("one", "two"), "Hello", LONG));
      } while (both.length() < 100);
      // Most tokens are heard at once, some only with the next.
      assertThat(both).contains("01010101").doesNotContain("00000").doesNotContain("11111");
    }
  }

  /// Who was heard, one character a text, while both of two models had something to say.
  private static String together(CompletionStream speech) throws InterruptedException {
    var order = new StringBuilder();
    for (int ended = 0; ended < 2; ) {
      var piece = speech.next(PATIENCE).orElseThrow();
      if (piece instanceof Piece.Text) {
        order.append(piece.place());
      }
      ended += piece instanceof Piece.Ended ? 1 : 0;
    }
    int from = Math.max(order.indexOf("0"), order.indexOf("1"));
    int to = Math.min(order.lastIndexOf("0"), order.lastIndexOf("1"));
    return from < to ? order.substring(from, to) : "";
  }

  @Test
  void aListenerWhoLeavesEndsTheAnswerAtItsNextToken() throws Exception {
    model("sft", "sft", 1);
    try (var speaker = speaker(ROOMY, 8)) {
      var speech = speaker.speak(List.of("sft"), "Hello", LONG);
      while (!(speech.next(PATIENCE).orElseThrow() instanceof Piece.Text)) {}
      speech.cancel();
      var said = listen(speech).getFirst();
      assertThat(said.finish()).isEqualTo(Finish.CANCELLED);
      assertThat(said.tokens()).isLessThan(100);
    }
  }

  @Test
  void moreThanTheBoundIsRefusedAtOnceAndTakenWhenThereIsRoom() throws Exception {
    model("sft", "sft", 1);
    try (var speaker = speaker(ROOMY, 2)) {
      var first = speaker.speak(List.of("sft"), "Hello", LONG);
      var second = speaker.speak(List.of("sft"), "Hello", LONG);
      assertThatThrownBy(() -> speaker.speak(List.of("sft"), "Hello", SHORT))
          .isInstanceOf(InferenceEngine.Full.class)
          .hasMessage("2 answers are under way, and at most 2 may be");
      first.cancel();
      second.cancel();
      listen(first);
      listen(second);
      assertThat(eventually(() -> speaker.speak(List.of("sft"), "Hello", SHORT))).isNotNull();
    }
  }

  private interface Attempt {
    CompletionStream make();
  }

  /// The last word comes a moment before the place is free.
  private static CompletionStream eventually(Attempt attempt) throws InterruptedException {
    for (int i = 0; i < 100; i++) {
      try {
        return attempt.make();
      } catch (InferenceEngine.Full _) {
        Thread.sleep(10);
      }
    }
    return attempt.make();
  }

  @Test
  void modelsThatDoNotFitTogetherComeOneAfterTheOther() throws Exception {
    model("one", "sft", 1);
    model("two", "sft", 2);
    model("three", "sft", 3);
    long size = Files.size(models.resolve("one/model.safetensors"));
    List<String> roomy;
    try (var speaker = speaker(ROOMY, 8)) {
      roomy = texts(speaker);
    }
    for (long room : new long[] {0, size, 2 * size + 1}) {
      try (var speaker = speaker(room, 8)) {
        assertThat(texts(speaker)).isEqualTo(roomy);
        assertThat(texts(speaker)).isEqualTo(roomy);
      }
    }
  }

  private static List<String> texts(InferenceEngine speaker) throws InterruptedException {
    return listen(speaker.speak(List.of("one", "two", "three"), "Hello", SHORT)).stream()
        .map(Said::text)
        .toList();
  }

  @Test
  void aModelThatWasTrainedAnewIsLoadedAnew() throws Exception {
    model("sft", "sft", 1);
    try (var speaker = speaker(ROOMY, 8)) {
      var before = listen(speaker.speak(List.of("sft"), "Hello", SHORT)).getFirst().text();
      var weights = models.resolve("sft/model.safetensors");
      var then = Files.getLastModifiedTime(weights);
      model("sft", "sft", 2);
      Files.setLastModifiedTime(weights, FileTime.fromMillis(then.toMillis() + 1000));
      var after = listen(speaker.speak(List.of("sft"), "Hello", SHORT)).getFirst().text();
      assertThat(after).isNotEqualTo(before);
    }
  }

  @Test
  void aPromptThatLeavesNoRoomIsToldWithTheNumbers() throws Exception {
    model("sft", "sft", 1);
    try (var speaker = speaker(ROOMY, 8)) {
      var prompt = "word ".repeat(300);
      int tokens = PromptTemplate.DEFAULT.prompt(WORDS, prompt).length;
      var said = listen(speaker.speak(List.of("sft"), prompt, SHORT)).getFirst();
      assertThat(said.pieces())
          .containsExactly(new Piece.Failed(0, "failed.long", List.of(tokens, 255)));
    }
  }

  @Test
  void aPromptOfManyThatIsTooLongGetsNoAnswer() throws Exception {
    model("sft", "sft", 1);
    try (var speaker = speaker(ROOMY, 8)) {
      var answers = speaker.answers("sft", List.of("word ".repeat(300), "Hello"), SHORT).get();
      assertThat(answers.getFirst()).isEqualTo(new InferenceEngine.Answer("", Finish.FAILED));
      assertThat(answers.getLast().text()).isNotEmpty();
      assertThat(answers.getLast().finish()).isEqualTo(Finish.LENGTH);
    }
  }

  @Test
  void aPromptThatNearlyFillsTheContextTakesNoOtherOfItsBatchWithIt() throws Exception {
    model("sft", "sft", 1);
    try (var speaker = speaker(ROOMY, 8)) {
      var prompts = new ArrayList<String>();
      String full = "word";
      while (PromptTemplate.DEFAULT.prompt(WORDS, full + " word").length < 256) {
        full += " word";
      }
      prompts.add(full);
      for (int i = 0; i < 7; i++) {
        prompts.add("Hello " + i);
      }
      var answers = speaker.answers("sft", prompts, LONG).get();
      assertThat(answers).extracting(InferenceEngine.Answer::finish).doesNotContain(Finish.FAILED);
      assertThat(answers.subList(1, 8)).allSatisfy(one -> assertThat(one.text()).isNotEmpty());
    }
  }

  @Test
  void aDamagedModelFailsAndAnotherStillSpeaks() throws Exception {
    model("sft", "sft", 1);
    model("bad", "sft", 1);
    var weights = models.resolve("bad/model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length / 2] ^= 1;
    Files.write(weights, bytes);
    try (var speaker = speaker(ROOMY, 8)) {
      for (int i = 0; i < 2; i++) {
        var said = listen(speaker.speak(List.of("bad", "sft"), "Hello", SHORT));
        assertThat(said.get(0).pieces())
            .containsExactly(new Piece.Failed(0, "failed.load", List.of("bad")));
        assertThat(said.get(1).tokens()).isEqualTo(12);
      }
    }
  }

  @Test
  void onlyLanguageModelsThatAreThereCanBeAsked() throws Exception {
    model("sft", "sft", 1);
    var folder = Files.createDirectories(models.resolve("reward"));
    try (var _ = Scope.open()) {
      Checkpoint.save(
          new ScalarModel(shape(), Precision.FULL, Device.CPU),
          WORDS,
          new Lineage("reward", Map.of(), Map.of()),
          folder);
    }
    try (var speaker = speaker(ROOMY, 8)) {
      for (var name : List.of("reward", "nobody", "../models/sft", "", "sft/../sft")) {
        assertThatThrownBy(() -> speaker.speak(List.of("sft", name), "Hello", SHORT))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("there is no language model " + name);
      }
    }
  }

  @Test
  void closingCutsOffWhatIsNotOverInTimeAndFreesTheMemory() throws Exception {
    model("sft", "sft", 1);
    long before = Scope.liveObjects();
    var speaker = speaker(ROOMY, 8);
    var speech = speaker.speak(List.of("sft"), "Hello", LONG);
    while (!(speech.next(PATIENCE).orElseThrow() instanceof Piece.Text)) {}
    speaker.close();
    assertThat(listen(speech).getFirst().finish()).isEqualTo(Finish.CANCELLED);
    assertThat(Scope.liveObjects()).isEqualTo(before);
    assertThatThrownBy(() -> speaker.speak(List.of("sft"), "Hello", SHORT))
        .isInstanceOf(InferenceEngine.Full.class);
  }

  @Test
  void closingWithGraceLetsWhatIsUnderWayEnd() throws Exception {
    model("sft", "sft", 1);
    var speaker = speaker(ROOMY, 8);
    var speech = speaker.speak(List.of("sft"), "Hello", LONG);
    speaker.close(PATIENCE);
    assertThat(listen(speech).getFirst().tokens()).isGreaterThan(100);
  }
}
