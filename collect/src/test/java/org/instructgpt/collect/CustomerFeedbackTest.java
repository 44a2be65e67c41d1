package org.instructgpt.collect;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.instructgpt.records.Demonstration;
import org.instructgpt.records.Dialect;
import org.instructgpt.records.Output;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.Store;
import org.instructgpt.records.TestServer;
import org.instructgpt.records.WithPrompt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("slow")
@ParameterizedClass
@EnumSource(Dialect.class)
final class CustomerFeedbackTest {
  private static final Instant NOON = Instant.parse("2026-03-04T12:00:00.123Z");

  @Parameter Dialect dialect;
  @TempDir Path folder;
  private Store store;
  private Intake intake;
  private CustomerFeedback feedback;

  @BeforeEach
  void open() throws Exception {
    store =
        Store.open(
            dialect == Dialect.SQLITE
                ? folder.resolve("feedback.db").toString()
                : TestServer.database());
    intake = new Intake(store, new SplittableRandom(1));
    feedback = CustomerFeedback.open(store);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private String ask(String account, String text) {
    var consent = intake.accept(account, "terms-1", NOON);
    return intake.ask(account, Optional.empty(), text, consent, NOON).id();
  }

  private void put(Ranking said) {
    var _ =
        store.writeNow(handle -> {
          feedback.put(handle, said);
          return true;
        });
  }

  private List<WithPrompt<Ranking>> all() {
    var all = new ArrayList<WithPrompt<Ranking>>();
    feedback.each(all::add);
    return all;
  }

  private static Ranking liked(String id, String prompt, String account, List<Integer> ranks) {
    var outputs = List.of(new Output("a \"cat\"\n猫", "sft"), new Output("", "ppo", false));
    return new Ranking(id, prompt, outputs, ranks, account, NOON);
  }

  @Test
  void whatWasSaidComesBackInItsOrderAsItWasSaid() {
    var first = liked("b", ask("ada", "Who?"), "ada", List.of(2, 1));
    var second = liked("a", ask("bo", "What?"), "bo", List.of(1, 1));
    put(first);
    put(second);
    assertThat(all()).extracting(WithPrompt::item).containsExactly(first, second);
    assertThat(all()).extracting(each -> each.prompt().text()).containsExactly("Who?", "What?");
    assertThat(feedback.amount()).isEqualTo(new CustomerFeedback.Amount(2, 0));
  }

  @Test
  void whatIsSaidAnewTakesThePlaceOfWhatWasSaid() {
    var prompt = ask("ada", "Who?");
    put(liked("a", prompt, "ada", List.of(2, 1)));
    var other = liked("a", prompt, "ada", List.of(1, 2));
    put(other);
    assertThat(all()).extracting(WithPrompt::item).containsExactly(other);
    var _ =
        store.writeNow(handle -> {
          feedback.remove(handle, "a");
          return true;
        });
    assertThat(all()).isEmpty();
  }

  @Test
  void anAnswerThatACustomerWroteIsADemonstrationToo() {
    var prompt = ask("ada", "Who?");
    var outputs = List.of(new Output("Me.", Output.HUMAN), new Output("Nobody", "sft", false));
    put(new Ranking("a", prompt, outputs, List.of(1, 2), "ada", NOON));
    put(liked("b", prompt, "ada", List.of(2, 1)));
    var written = new ArrayList<WithPrompt<Demonstration>>();
    feedback.eachRewritten(written::add);
    assertThat(written)
        .extracting(WithPrompt::item)
        .containsExactly(new Demonstration("a", prompt, "Me.", "ada", NOON));
    assertThat(feedback.amount()).isEqualTo(new CustomerFeedback.Amount(2, 1));
  }

  @Test
  void moreThanAPageIsHandedOnOnce() {
    var prompt = ask("ada", "Who?");
    for (int i = 0; i < 1001; i++) {
      put(liked("said-" + i, prompt, "ada", List.of(2, 1)));
    }
    assertThat(all()).hasSize(1001).extracting(each -> each.item().id()).doesNotHaveDuplicates();
  }

  @Test
  void personsAndPromptsAreErased() {
    var mine = ask("ada", "Who?");
    var other = ask("ada", "What?");
    put(liked("a", mine, "ada", List.of(2, 1)));
    put(liked("b", other, "ada", List.of(2, 1)));
    put(liked("c", ask("bo", "Where?"), "bo", List.of(2, 1)));
    var erased = store.erase(Set.of(), Set.of(mine), List.of(feedback, intake));
    assertThat(erased).isNotNull();
    assertThat(all()).extracting(each -> each.item().id()).containsExactly("b", "c");
    var _ = store.erase(Set.of("ada"), Set.of(), List.of(feedback, intake));
    assertThat(all()).extracting(each -> each.item().id()).containsExactly("c");
  }
}
