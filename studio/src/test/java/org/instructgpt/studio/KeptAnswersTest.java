package org.instructgpt.studio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.instructgpt.api.AnswerStore.AnswerId;
import org.instructgpt.api.AnswerStore.Asked;
import org.instructgpt.api.AnswerStore.Given;
import org.instructgpt.api.AnswerStore.Opinion;
import org.instructgpt.api.AnswerStore.Reply;
import org.instructgpt.api.ApiAccess.Keeping;
import org.instructgpt.collect.CustomerFeedback;
import org.instructgpt.collect.Intake;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.Store;
import org.instructgpt.serve.CompletionStream.Finish;
import org.instructgpt.serve.GenerationSettings;
import org.instructgpt.serve.ModelCatalog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What programs ask and say, in the store.
class KeptAnswersTest {
  private static final Instant NOON = Instant.parse("2026-03-04T12:00:00Z");
  private static final Keeping TEAM = new Keeping("key:team", "terms-3", true);
  private static final Keeping ADA = new Keeping("account-ada", "2026-11 SFT", false);
  private static final GenerationSettings SETTINGS = new GenerationSettings(16, 1, 1, List.of(), 7);

  @TempDir Path folder;
  private Store store;
  private Intake intake;
  private KeptAnswers kept;

  @BeforeEach
  void open() throws IOException {
    store = Store.open(folder.resolve("feedback.db"));
    intake = new Intake(store, new SecureRandom());
    kept = KeptAnswers.in(store, ModelCatalog.of(List.of()), () -> NOON, new SecureRandom());
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static Asked asked(String id, String prompt, Optional<String> user, Given... answers) {
    return new Asked(id, "sft", prompt, user, SETTINGS, List.of(answers));
  }

  private static Given answer(String text) {
    return new Given(text, Finish.COMPLETE, 3);
  }

  private List<Ranking> said() throws IOException {
    var all = new ArrayList<Ranking>();
    CustomerFeedback.open(store).each(each -> all.add(each.item()));
    return all;
  }

  @Test
  void requestsOfAKeyArePromptsOfItsUsersUnderAConsentOnRecord() {
    assertThat(kept.keep(TEAM, asked("c-1", "Who?", Optional.of("bo"), answer("Me")))).isTrue();
    assertThat(kept.keep(TEAM, asked("c-2", "What?", Optional.empty(), answer("It")))).isTrue();
    assertThat(kept.keep(TEAM, asked("c-3", "Why?", Optional.of("Bo Ek"), answer("So")))).isTrue();
    var prompts = store.prompts(Filter.ALL);
    assertThat(prompts).extracting(Prompt::text).containsExactly("Who?", "What?", "Why?");
    assertThat(prompts)
        .extracting(prompt -> prompt.organisation().orElse(""))
        .containsOnly("key:team");
    assertThat(prompts)
        .extracting(prompt -> prompt.user().orElse(""))
        .satisfiesExactly(
            user -> assertThat(user).isEqualTo("bo"),
            user -> assertThat(user).isEqualTo("key:team"),
            user -> assertThat(user).matches("[0-9a-f]{64}"));
    assertThat(intake.consent("bo")).map(Intake.Consent::notice).contains("terms-3");
    var objection = intake.objection();
    assertThat(prompts).allSatisfy(prompt -> assertThat(objection.apply(prompt)).isEmpty());
  }

  @Test
  void ofAUserWhoWithdrewNothingMoreIsKept() {
    kept.keep(TEAM, asked("c-1", "Who?", Optional.of("bo"), answer("Me")));
    intake.withdraw("bo", NOON);
    assertThat(kept.keep(TEAM, asked("c-2", "Why?", Optional.of("bo"), answer("So")))).isFalse();
    assertThat(kept.keep(TEAM, asked("c-3", "How?", Optional.of("cy"), answer("So")))).isTrue();
    assertThat(store.prompts(Filter.ALL)).extracting(Prompt::text).containsExactly("Who?", "How?");
  }

  @Test
  void requestsOfAnAccountAreKeptWhileItsConsentIsInForce() {
    var asked = asked("c-1", "Who?", Optional.empty(), answer("Me"));
    assertThat(kept.keep(ADA, asked)).isFalse();
    intake.accept(ADA.account(), "2026-11 SFT", NOON);
    assertThat(kept.keep(ADA, asked)).isTrue();
    intake.withdraw(ADA.account(), NOON);
    assertThat(kept.keep(ADA, asked("c-2", "Why?", Optional.empty(), answer("So")))).isFalse();
    assertThat(store.prompts(Filter.ALL)).hasSize(1);
  }

  @Test
  void opinionsBecomeFeedback() throws IOException {
    kept.keep(TEAM, asked("c-1", "Who?", Optional.of("bo"), answer("Me"), answer("You")));
    var cut = new Given("Nobody at", Finish.LENGTH, 3);
    kept.keep(TEAM, asked("c-2", "Who?", Optional.of("bo"), cut));
    kept.keep(TEAM, asked("c-3", "Other?", Optional.of("bo"), answer("Yes")));
    var first = new AnswerId("c-1", 0);
    var second = new AnswerId("c-1", 1);
    var third = new AnswerId("c-2", 0);

    assertThat(kept.take(TEAM, new Opinion.Thumb(first, 1, Optional.empty())))
        .isEqualTo(Reply.KEPT);
    assertThat(said()).isEmpty();
    kept.take(TEAM, new Opinion.Thumb(second, -1, Optional.of("rude")));
    assertThat(said().getFirst().ranks()).containsExactly(1, 2);
    assertThat(PlaygroundHistory.open(store).criticized(10, 0).getFirst().answer().report())
        .contains("rude");

    assertThat(kept.take(TEAM, new Opinion.Ranked(List.of(first, third), List.of(2, 1))))
        .isEqualTo(Reply.KEPT);
    assertThat(said().getLast().outputs())
        .containsExactly(new Output("Me", "sft"), new Output("Nobody at", "sft", false));
    assertThat(said().getLast().ranks()).containsExactly(2, 1);

    assertThat(kept.take(TEAM, new Opinion.Rewritten(third, "Nobody at all.")))
        .isEqualTo(Reply.KEPT);
    assertThat(said().getLast().outputs().getFirst())
        .isEqualTo(new Output("Nobody at all.", Output.HUMAN));
    assertThat(said()).hasSize(3);

    assertThat(kept.take(TEAM, new Opinion.Rewritten(first, "Me"))).isEqualTo(Reply.SAME_TEXT);
    var other = new Opinion.Ranked(List.of(first, new AnswerId("c-3", 0)), List.of(1, 2));
    assertThat(kept.take(TEAM, other)).isEqualTo(Reply.OTHER_PROMPTS);
    for (var unknown : List.of(new AnswerId("c-9", 0), new AnswerId("c-1", 2))) {
      assertThat(kept.take(TEAM, new Opinion.Thumb(unknown, 1, Optional.empty())))
          .isEqualTo(Reply.UNKNOWN);
    }
    assertThat(kept.take(ADA, new Opinion.Thumb(first, 1, Optional.empty())))
        .isEqualTo(Reply.UNKNOWN);

    intake.withdraw("bo", NOON);
    assertThat(kept.take(TEAM, new Opinion.Rewritten(first, "I"))).isEqualTo(Reply.UNKNOWN);
    assertThat(said()).hasSize(3);
  }

  @Test
  void aPersonIsErasedWithEverythingThatWasSaid() throws IOException {
    kept.keep(TEAM, asked("c-1", "Who?", Optional.of("bo"), answer("Me"), answer("You")));
    kept.take(TEAM, new Opinion.Rewritten(new AnswerId("c-1", 0), "I"));
    var modules = ErasableModules.of(store, () -> NOON, new SecureRandom()).modules();
    assertThat(store.erase(Set.of("bo"), Set.of(), modules)).isNotNull();
    assertThat(store.prompts(Filter.ALL)).isEmpty();
    assertThat(said()).isEmpty();
    assertThat(PlaygroundHistory.open(store).count("key:team")).isZero();
  }
}
