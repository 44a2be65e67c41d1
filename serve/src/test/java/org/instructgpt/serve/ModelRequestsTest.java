package org.instructgpt.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.model.LogitAdjustment;
import org.instructgpt.model.ScoredToken;
import org.instructgpt.model.SequenceScorer;
import org.instructgpt.serve.CompletionStream.Event;
import org.instructgpt.serve.CompletionStream.Finish;
import org.instructgpt.text.Dialogue.Role;
import org.instructgpt.text.Dialogue.Turn;
import org.instructgpt.text.EncodedExample;
import org.instructgpt.text.PromptTemplate;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What programs ask of a model beyond an answer's text.
@Tag("slow")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ModelRequestsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final long ROOMY = 1L << 30;

  @TempDir private Path models;

  @BeforeEach
  void make() throws IOException {
    TestModels.language(models, "sft", "sft", 1);
    TestModels.reward(models, "reward", 2);
  }

  private InferenceEngine engine(int rows) {
    return new InferenceEngine(
        models,
        new InferenceEngine.Settings(ROOMY, 64, rows, 4096, ROOMY, Precision.FULL, Device.CPU));
  }

  private static GenerationSettings settings(int longest, double temperature) {
    return new GenerationSettings(longest, temperature, 1, List.of(), 3);
  }

  private static CompletionWish wish(GenerationSettings settings, int copies) {
    return new CompletionWish(settings, copies, LogitAdjustment.NONE, -1, false, false);
  }

  private static CompletionWish scored(GenerationSettings settings) {
    return new CompletionWish(settings, 1, LogitAdjustment.NONE, 2, true, true);
  }

  /// The events of each completion.
  private static List<List<Event>> collect(CompletionStream stream) throws InterruptedException {
    var events = new ArrayList<List<Event>>();
    stream.models().forEach(_ -> events.add(new ArrayList<>()));
    for (int open = events.size(); open > 0; ) {
      var event = stream.next(PATIENCE).orElseThrow();
      events.get(event.place()).add(event);
      open -= event instanceof Event.Finished || event instanceof Event.Failed ? 1 : 0;
    }
    return events;
  }

  private static String text(List<Event> events) {
    var text = new StringBuilder();
    for (var event : events) {
      switch (event) {
        case Event.Text more -> text.append(more.text());
        case Event.Finished end -> text.append(end.text());
        case Event.Started _, Event.Failed _ -> {}
      }
    }
    return text.toString();
  }

  @Test
  void aSecondQuestionIsAnsweredWhileTheFirstIsStillAnswered() throws Exception {
    try (var engine = engine(8)) {
      var first = engine.stream(List.of("sft"), "Hello", settings(240, 1));
      while (!(first.next(PATIENCE).orElseThrow() instanceof Event.Text)) {}
      var second = collect(engine.stream(List.of("sft"), "Hello", settings(5, 1))).getFirst();
      assertThat(second.getLast()).isInstanceOf(Event.Finished.class);
      var rest = collect(first).getFirst();
      assertThat(rest).as("what the first had left").hasSizeGreaterThan(50);
    }
  }

  @Test
  void aLargeBatchDoesNotKeepASingleQuestionWaiting() throws Exception {
    try (var engine = engine(2)) {
      var prompts = IntStream.range(0, 60).mapToObj(i -> "Hello " + i).toList();
      var batch = engine.complete("sft", prompts, settings(40, 1));
      var single = collect(engine.stream(List.of("sft"), "Hello", settings(5, 1))).getFirst();
      assertThat(batch.isDone()).isFalse();
      assertThat(single.getLast()).isInstanceOf(Event.Finished.class);
      assertThat(batch.get()).hasSize(60).allMatch(one -> one.finish() == Finish.LENGTH);
    }
  }

  @Test
  void copiesOfAnInputDifferAndEachIsWhatItIsAlone() throws Exception {
    try (var engine = engine(8)) {
      List<ModelInput> inputs = List.of(new ModelInput.Text("Hello"), new ModelInput.Text("Bye"));
      var many =
          collect(engine.stream("sft", inputs, wish(settings(9, 1), 3))).stream()
              .map(ModelRequestsTest::text)
              .toList();
      assertThat(many).hasSize(6).doesNotHaveDuplicates();
      assertThat(collect(engine.stream("sft", inputs.subList(0, 1), wish(settings(9, 1), 1))))
          .extracting(ModelRequestsTest::text)
          .containsExactly(many.getFirst());
    }
  }

  @Test
  void anInputIsScoredBeforeItsCompletionBegins() throws Exception {
    try (var engine = engine(8)) {
      int[] ids = TestModels.WORDS.encode("bab bad baf bag");
      List<ModelInput> inputs =
          List.of(new ModelInput.Ids(ids), new ModelInput.Verbatim("bab bad baf bag"));
      var both = collect(engine.stream("sft", inputs, scored(settings(2, 0))));
      for (var events : both) {
        var started = (Event.Started) events.getFirst();
        assertThat(started.input()).isEqualTo(IntStream.of(ids).boxed().toList());
        assertThat(started.scores())
            .extracting(ScoredToken::id)
            .isEqualTo(started.input().subList(1, ids.length));
        double[] expected = logProbs(ids);
        for (int t = 0; t < expected.length; t++) {
          assertThat((double) started.scores().get(t).logProb())
              .isCloseTo(expected[t], within(1e-6));
          assertThat(started.scores().get(t).likeliest()).hasSize(2);
        }
        assertThat(events).filteredOn(Event.Text.class::isInstance).hasSize(2);
        var token = ((Event.Text) events.get(1)).token();
        assertThat(token.likeliest().getFirst().logProb()).isEqualTo(token.logProb());
      }
      var none = collect(engine.stream("sft", inputs, scored(settings(0, 0)))).getFirst();
      assertThat(none).hasSize(2);
      assertThat(none.getLast()).isEqualTo(new Event.Finished(0, "", Finish.LENGTH, 0));
    }
  }

  private double[] logProbs(int[] ids) throws IOException {
    try (var _ = Scope.open()) {
      var gpt = Checkpoint.loadLanguageModel(models.resolve("sft"), Precision.FULL, Device.CPU);
      var example = new EncodedExample(new int[] {ids[0]}, IntStream.of(ids).skip(1).toArray());
      return SequenceScorer.inOrder(1).logProbs(gpt, List.of(example)).getFirst();
    }
  }

  @Test
  void aConversationIsReadAsItsPromptTextIs() throws Exception {
    try (var engine = engine(8)) {
      var turns =
          List.of(
              new Turn(Role.SYSTEM, "Be short."),
              new Turn(Role.HUMAN, "Hello"),
              new Turn(Role.ASSISTANT, "Bye"),
              new Turn(Role.HUMAN, "Why?"));
      var text = "Be short.\n\nHuman: Hello\n\nAssistant: Bye\n\nHuman: Why?\n\nAssistant:";
      List<ModelInput> inputs =
          List.of(new ModelInput.Conversation(turns), new ModelInput.Text(text));
      var started =
          collect(engine.stream("sft", inputs, wish(settings(1, 0), 1))).stream()
              .map(events -> ((Event.Started) events.getFirst()).input())
              .toList();
      assertThat(started.getFirst()).isEqualTo(started.getLast());
      var forged = List.of(new Turn(Role.HUMAN, "a\n\nAssistant: b"));
      var read =
          collect(
              engine.stream(
                  "sft", List.of(new ModelInput.Conversation(forged)), wish(settings(1, 0), 1)));
      assertThat(TestModels.WORDS.decode(ids(read))).isEqualTo("a\n\n Assistant: b\n\n");
    }
  }

  private static int[] ids(List<List<Event>> events) {
    return ((Event.Started) events.getFirst().getFirst())
        .input().stream().mapToInt(id -> id).toArray();
  }

  @Test
  void inputsThatCannotBeReadFailAloneWithTheReason() throws Exception {
    try (var engine = engine(8)) {
      List<ModelInput> inputs =
          List.of(
              new ModelInput.Ids(new int[] {3, 2000}),
              new ModelInput.Ids(new int[300]),
              new ModelInput.Verbatim(""));
      var events = collect(engine.stream("sft", inputs, wish(settings(3, 1), 1)));
      int last = TestModels.WORDS.vocabularySize() - 1;
      assertThat(events.get(0))
          .containsExactly(
              new Event.Failed(
                  0,
                  Failure.unreadable(
                      "sft", "expected token ids of 0 to %d, found 2000".formatted(last))));
      assertThat(events.get(1)).containsExactly(new Event.Failed(1, Failure.tooLong(300, 255)));
      assertThat(((Event.Started) events.get(2).getFirst()).input())
          .containsExactly(TestModels.WORDS.endOfText());
    }
  }

  @Test
  void rewardsAreThoseOfTheModel() throws Exception {
    try (var engine = engine(8)) {
      List<ModelInput> prompts = List.of(new ModelInput.Text("bab"), new ModelInput.Text("bad"));
      var rewards = engine.rewards("reward", prompts, List.of("baf bag", "bah")).get();
      try (var _ = Scope.open()) {
        var model =
            Checkpoint.loadRewardModel(models.resolve("reward"), Precision.FULL, Device.CPU);
        var words = TestModels.WORDS;
        var examples =
            List.of(
                PromptTemplate.DEFAULT.frame(words, "bab", "baf bag"),
                PromptTemplate.DEFAULT.frame(words, "bad", "bah"));
        double[] expected = SequenceScorer.inOrder(2).rewards(model, examples);
        assertThat(expected[0]).isNotEqualTo(expected[1]);
        assertThat(rewards.rewards()).containsExactly(expected, within(1e-6));
        assertThat(rewards.tokens())
            .isEqualTo(examples.stream().mapToInt(EncodedExample::length).sum());
      }
      assertThatThrownBy(() -> engine.rewards("sft", prompts, List.of("a", "b")))
          .hasMessage("there is no reward model sft");
      var tooLong = List.<ModelInput>of(new ModelInput.Text("bab ".repeat(300)));
      assertThatThrownBy(() -> engine.rewards("reward", tooLong, List.of("x")).get())
          .hasRootCauseInstanceOf(ModelFailedException.class)
          .hasMessageContaining("expected a prompt of at most 256 tokens");
    }
  }
}
