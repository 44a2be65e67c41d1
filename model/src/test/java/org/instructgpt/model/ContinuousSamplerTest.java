package org.instructgpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.instructgpt.model.ContinuousSampler.Request;
import org.instructgpt.model.GptConfig.Activation;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContinuousSamplerTest {
  private static final int CONTEXT = 40;
  private static final int VOCABULARY = 50;
  private static final int END = 7;
  private static final long ROOMY = 1L << 28;
  private static final GptConfig CONFIG =
      new GptConfig(2, 32, 2, CONTEXT, VOCABULARY, Activation.GELU, 1e-5, 0, 0);

  /// What became of one request.
  private static final class Answer implements ContinuousSampler.Listener {
    final List<ScoredToken> tokens = new ArrayList<>();
    private final int patience;
    private boolean wanted = true;
    int begun;
    Sampler.Finish finish;

    /// @param patience after how many tokens it is ended
    Answer(int patience) {
      this.patience = patience;
    }

    @Override
    public boolean wanted() {
      return wanted;
    }

    @Override
    public void begun() {
      begun++;
    }

    @Override
    public boolean token(ScoredToken token) {
      assertThat(finish).isNull();
      tokens.add(token);
      return tokens.size() < patience;
    }

    @Override
    public void ended(Sampler.Finish why) {
      assertThat(finish).isNull();
      finish = why;
    }

    int[] ids() {
      return tokens.stream().mapToInt(ScoredToken::id).toArray();
    }
  }

  private static Gpt gpt() {
    var gpt = new Gpt(CONFIG, Precision.FULL, Device.CPU);
    gpt.initialize(new Randomness(3));
    VectorDecoderTest.shake(gpt);
    return gpt;
  }

  private static Sampler sampler(Gpt gpt, double temperature, int most) {
    return new Sampler(gpt, END, new Sampler.Settings(most, temperature, 5, 16, true));
  }

  private static Request request(int[] prompt, int most, double temperature, int place) {
    long stream = ContinuousSampler.stream(5, place);
    return new Request(prompt, most, temperature, 1, stream, LogitAdjustment.NONE, 3);
  }

  private static List<int[]> prompts(int count) {
    var random = new Random(1);
    return IntStream.range(0, count)
        .mapToObj(_ -> random.ints(1 + random.nextInt(20), 0, VOCABULARY).toArray())
        .toList();
  }

  private static <T> T with(Function<Gpt, T> test) {
    try (var _ = Scope.open()) {
      return test.apply(gpt());
    }
  }

  /// Requests come one by one, some while others are answered; each is answered as by a sampler
  /// that has all of them from the beginning.
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 16})
  void whatComesWhileOthersAreAnsweredIsAnsweredAsAlone(int rows) {
    var answers =
        with(gpt -> {
          var prompts = prompts(23);
          var expected = sampler(gpt, 1, 15).sample(prompts, 0);
          var all = new ArrayList<Answer>();
          var random = new Random(2);
          try (var batch = sampler(gpt, 1, 1).continuous(rows, CONTEXT, ROOMY)) {
            for (int i = 0; i < prompts.size(); i++) {
              var answer = new Answer(99);
              all.add(answer);
              batch.add(request(prompts.get(i), 15, 1, i), answer);
              for (int steps = random.nextInt(4); steps > 0; steps--) {
                boolean _ = batch.step();
              }
            }
            while (batch.step()) {
              assertThat(batch.size()).isPositive();
            }
            assertThat(batch.size()).isZero();
          }
          for (int i = 0; i < all.size(); i++) {
            assertThat(all.get(i).ids()).as("answer %d", i).isEqualTo(expected.get(i).tokens());
            assertThat(all.get(i).finish).isEqualTo(expected.get(i).finish());
            assertThat(all.get(i).begun).isEqualTo(1);
            for (int t = 0; t < all.get(i).tokens.size(); t++) {
              assertThat(all.get(i).tokens.get(t).logProb())
                  .isCloseTo(expected.get(i).logProbs()[t], within(1e-5f));
            }
          }
          return all;
        });
    assertThat(answers)
        .extracting(a -> a.finish)
        .contains(Sampler.Finish.STOP, Sampler.Finish.LENGTH);
  }

  @Test
  void greedyTokensAreTheLikeliestToTheBitAndScoresAreThoseOfTheWholeText() {
    with(gpt -> {
      var prompt = new int[] {4, 9, 11};
      var answer = answered(gpt, request(prompt, 12, 0, 0));
      for (var token : answer.tokens) {
        assertThat(token.likeliest()).hasSize(3);
        assertThat(token.likeliest().getFirst())
            .isEqualTo(new ScoredToken.Alternative(token.id(), token.logProb()));
        assertThat(token.likeliest())
            .isSortedAccordingTo((a, b) -> Float.compare(b.logProb(), a.logProb()));
      }
      int[] ids = answer.ids();
      int[] whole = Arrays.copyOf(prompt, prompt.length + ids.length);
      System.arraycopy(ids, 0, whole, prompt.length, ids.length);
      var scores = TokenScores.of(gpt, List.of(new int[] {1, 2}, whole), 2).get(1);
      assertThat(scores).hasSize(whole.length - 1);
      for (int t = 0; t < ids.length; t++) {
        var score = scores.get(prompt.length - 1 + t);
        assertThat(score.id()).isEqualTo(ids[t]);
        assertThat(score.logProb()).isCloseTo(answer.tokens.get(t).logProb(), within(1e-5f));
        assertThat(score.likeliest().getFirst().logProb()).isEqualTo(score.logProb());
      }
      return 0;
    });
  }

  private static Answer answered(Gpt gpt, Request request) {
    var answer = new Answer(99);
    try (var batch = sampler(gpt, 1, 1).continuous(2, CONTEXT, ROOMY)) {
      batch.add(request, answer);
      while (batch.step()) {
        // to its end
      }
    }
    return answer;
  }

  @Test
  void scoresOfATextAreItsLogProbabilities() {
    var reference = new ReferenceGpt(CONFIG, ReferenceGpt.weights(Gpt.shapes(CONFIG)));
    with(gpt -> {
      reference.copyTo(gpt.parameters());
      var texts = List.of(new int[] {1, 5, 5, 9}, new int[] {1, 2}, new int[] {3, 5, 5, 9, 4});
      var scores = TokenScores.of(gpt, texts, 0);
      for (int i = 0; i < texts.size(); i++) {
        var row = reference.read(texts.get(i));
        assertThat(scores.get(i)).hasSize(texts.get(i).length - 1);
        for (int t = 0; t < scores.get(i).size(); t++) {
          float expected = (float) row.logProb(t, texts.get(i)[t + 1]);
          assertThat(scores.get(i).get(t).logProb()).isCloseTo(expected, within(2e-5f));
          assertThat(scores.get(i).get(t).likeliest()).isEmpty();
        }
      }
      return 0;
    });
  }

  @Test
  void adjustmentsChangeTheChoiceAndNotTheScores() {
    with(gpt -> {
      var prompt = new int[] {4, 9, 11};
      var plain = answered(gpt, request(prompt, 6, 0, 0));
      int first = plain.ids()[0];
      var banned = new LogitAdjustment(0, 0, Map.of(first, -100.0, END, -100.0));
      var other = answered(gpt, new Request(prompt, 6, 0, 1, 1, banned, 3));
      assertThat(other.ids()).doesNotContain(first);
      assertThat(other.tokens.getFirst().likeliest())
          .isEqualTo(plain.tokens.getFirst().likeliest());
      assertThat(other.ids()[0]).isEqualTo(plain.tokens.getFirst().likeliest().get(1).id());
      var forced = new LogitAdjustment(0, 0, Map.of(33, 100.0));
      assertThat(answered(gpt, new Request(prompt, 4, 1, 1, 1, forced, -1)).ids())
          .containsExactly(33, 33, 33, 33);
      var once = new LogitAdjustment(200, 0, Map.of(33, 100.0, END, -500.0));
      assertThat(answered(gpt, new Request(prompt, 4, 1, 1, 1, once, -1)).ids())
          .startsWith(33)
          .doesNotHaveDuplicates();
      return 0;
    });
  }

  /// To the bit, so that company cannot change a token: of prompts that begin together, and of
  /// several responses to one.
  @Test
  void companyChangesNoBit() {
    with(gpt -> {
      var prompts = new ArrayList<>(prompts(9));
      prompts.addAll(Collections.nCopies(7, prompts.getLast()));
      var together = new ArrayList<Answer>();
      try (var batch = sampler(gpt, 1, 1).continuous(16, CONTEXT, ROOMY)) {
        for (int i = 0; i < prompts.size(); i++) {
          together.add(new Answer(99));
          batch.add(request(prompts.get(i), 15, 1, i), together.getLast());
        }
        while (batch.step()) {
          // to the end of all
        }
      }
      for (int i = 0; i < prompts.size(); i++) {
        assertThat(answered(gpt, request(prompts.get(i), 15, 1, i)).tokens)
            .isEqualTo(together.get(i).tokens);
      }
      return 0;
    });
  }

  @Test
  void penaltiesAreThoseOfTheFormula() {
    float[] logits = {1, 2, 3, 4};
    new LogitAdjustment(0.5, 0.25, Map.of(0, 2.0)).apply(logits, new int[] {1, 3, 1});
    assertThat(logits).containsExactly(3, 2 - 0.5f - 2 * 0.25f, 3, 4 - 0.5f - 0.25f);
  }

  @Test
  void whatIsNotWantedAnyMoreMakesRoomAtOnce() {
    with(gpt -> {
      try (var batch = sampler(gpt, 1, 1).continuous(2, CONTEXT, ROOMY)) {
        var impatient = new Answer(2);
        var gone = new Answer(99);
        var patient = new Answer(99);
        gone.wanted = false;
        var never = new LogitAdjustment(0, 0, Map.of(END, -1000.0));
        var endless = new Request(new int[] {1}, 30, 1, 1, 1, never, -1);
        for (var each : List.of(impatient, new Answer(99), gone, patient)) {
          batch.add(endless, each);
        }
        boolean _ = batch.step();
        assertThat(impatient.tokens).hasSize(1);
        assertThat(patient.begun).isZero();
        boolean _ = batch.step();
        assertThat(impatient.finish).isEqualTo(Sampler.Finish.ENDED);
        boolean _ = batch.step();
        assertThat(gone.finish).isEqualTo(Sampler.Finish.ENDED);
        assertThat(gone.begun).isZero();
        assertThat(patient.tokens).hasSize(1);
        while (batch.step()) {
          assertThat(impatient.tokens).hasSize(2);
        }
        assertThat(patient.tokens).hasSize(30);
      }
      return 0;
    });
  }

  @Test
  void theContextAndTheGivenRoomLimitAResponse() {
    with(gpt -> {
      var never = new LogitAdjustment(0, 0, Map.of(END, -1000.0));
      var long20 = new int[20];
      try (var batch = sampler(gpt, 1, 1).continuous(2, 24, ROOMY)) {
        assertThat(batch.slots()).isEqualTo(24);
        var answer = new Answer(99);
        batch.add(new Request(long20, 99, 1, 1, 1, never, -1), answer);
        while (batch.step()) {
          // to its end
        }
        assertThat(answer.tokens).hasSize(4);
        assertThat(answer.finish).isEqualTo(Sampler.Finish.LENGTH);
        for (int length : new int[] {0, 24}) {
          assertThatThrownBy(() ->
                  batch.add(new Request(new int[length], 9, 1, 1, 1, never, -1), new Answer(9)))
              .hasMessage("expected a prompt of 1 to 23 tokens, found one of " + length);
        }
      }
      try (var batch = sampler(gpt, 1, 1).continuous(64, 4096, 1)) {
        assertThat(batch.slots()).isEqualTo(CONTEXT);
        assertThat(batch.places()).isEqualTo(1);
      }
      return 0;
    });
  }

  @Test
  void aNucleusIsWhatSortingGives() {
    var random = new Random(4);
    for (int trial = 0; trial < 300; trial++) {
      int size = 1 + random.nextInt(200);
      var probabilities = new float[size];
      double sum = 0;
      double power = 1 + random.nextInt(12);
      for (int i = 0; i < size; i++) {
        probabilities[i] = (float) Math.pow(random.nextInt(20) / 20.0, power);
        sum += probabilities[i];
      }
      if (sum == 0) {
        continue;
      }
      for (int i = 0; i < size; i++) {
        probabilities[i] /= (float) sum;
      }
      double mass = 0.01 + 0.98 * random.nextDouble();
      var kept = probabilities.clone();
      TokenChoice.keepNucleus(kept, mass);
      assertThat(kept).isEqualTo(sortedNucleus(probabilities, mass));
    }
  }

  private static float[] sortedNucleus(float[] probabilities, double mass) {
    float[] sorted = probabilities.clone();
    Arrays.sort(sorted);
    double sum = 0;
    int least = sorted.length;
    while (least > 0 && sum < mass) {
      sum += sorted[--least];
    }
    var kept = probabilities.clone();
    for (int i = 0; i < kept.length; i++) {
      kept[i] = kept[i] < sorted[least] ? 0 : kept[i];
    }
    return kept;
  }
}
