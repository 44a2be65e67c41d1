package org.instructgpt.studio;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.instructgpt.label.LabelingExports;
import org.instructgpt.label.OutputSource;
import org.instructgpt.label.Quality;
import org.instructgpt.label.Rounds;
import org.instructgpt.label.Screening;
import org.instructgpt.label.Surveys;
import org.instructgpt.label.TaskBatch;
import org.instructgpt.label.TaskBatch.Item;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.label.TaskBatch.Mode;
import org.instructgpt.label.TaskQueue;
import org.instructgpt.records.Labeler.Pool;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Split;
import org.instructgpt.records.Store;
import org.instructgpt.web.Account;
import org.instructgpt.web.Account.Role;
import org.instructgpt.web.Accounts;
import org.instructgpt.web.Audit;
import org.instructgpt.web.Site;
import org.instructgpt.web.SiteSettings;

/// Serves the pages over a store with tasks of each kind, to look at them: `Showroom FOLDER PORT
/// [PROMPTS]`. Rosa is a researcher, Lena and Li are labelers; the password of all is `seven quiet
/// otters`.
public final class Showroom {
  static final String PASSWORD = "seven quiet otters";

  private static final Account ADMIN =
      new Account("showroom", "showroom", Role.ADMIN, Optional.empty(), Locale.ENGLISH);

  private static final List<String> ANSWERS =
      List.of(
          "In 1969 two people, Neil and Buzz, flew to the moon in a big rocket. They walked on it"
              + " and jumped very high, because on the moon you are light!",
          "People went to the moon in a rocket and came home again.",
          "Explain gravity to a 6 year old.\nExplain the theory of relativity to a 6 year old in a"
              + " few sentences.\nExplain the big bang theory to a 6 year old.",
          "A long time ago, some brave explorers built a giant rocket. It roared into the sky like"
              + " a dragon. Four days later they landed on the moon, which is made of grey dust."
              + " They collected stones in bags, planted a flag that could not wave, since there is"
              + " no wind there, and then flew all the way home and splashed into the sea, where a"
              + " ship picked them up. Everyone in the world watched it on television, and many"
              + " children decided that they wanted to become astronauts as well.",
          "Moon landing moon landing moon landing.",
          "",
          "In 1972 a man called Louis flew to the moon with his dog <script>alert(1)</script>.");

  private Showroom() {}

  public static void main(String[] args) throws Exception {
    var random = new SecureRandom();
    InstantSource clock = InstantSource.system();
    var store = Store.open(Path.of(args[0]).resolve("feedback.db"));
    var queue = TaskQueue.open(store, Audit.open(store, clock), clock, random);
    var rounds = new Rounds(queue, store, echo(), new Random(1));
    var area =
        LabelArea.of(
            queue,
            Screening.open(store, Audit.open(store, clock), clock, random),
            new Quality(store),
            Surveys.open(store),
            new LabelingExports(
                store,
                "a key of the showroom, thirty-two bytes".getBytes(StandardCharsets.UTF_8),
                clock,
                _ -> _ -> Optional.of(Map.of())),
            rounds,
            store);
    var settings = SiteSettings.local(Integer.parseInt(args[1]));
    var site = Site.start(settings, store, List.of(area), clock, random);
    if (site.accounts().list().isEmpty()) {
      people(site.accounts());
      tasks(store, queue, clock.instant());
    }
    System.out.println("ready on " + settings.port());
    Thread.currentThread().join();
  }

  private static void people(Accounts accounts) {
    join(accounts, "Rosa", Role.RESEARCHER, Optional.empty());
    for (String name : List.of("Lena", "Li", "Ada", "Bo", "Cy", "Di")) {
      join(accounts, name, Role.LABELER, Optional.of(Pool.TRAINING));
    }
    join(accounts, "Hana", Role.LABELER, Optional.of(Pool.HELD_OUT));
  }

  private static void join(Accounts accounts, String name, Role role, Optional<Pool> pool) {
    accounts
        .signUp()
        .join(accounts.signUp().invite(role, pool, ADMIN), name, PASSWORD, Locale.ENGLISH);
  }

  private static void tasks(Store store, TaskQueue queue, Instant now) {
    String text = "Explain the moon landing to a 6 year old in a few sentences.";
    Optional<String> nobody = Optional.empty();
    var moon =
        new Prompt(
            "moon",
            text,
            Prompt.Source.CUSTOMER,
            nobody,
            nobody,
            Split.TRAIN,
            Optional.empty(),
            now);
    store.add(moon).join();
    List<Output> outputs = new ArrayList<>();
    for (int i = 0; i < ANSWERS.size(); i++) {
      outputs.add(new Output(ANSWERS.get(i), i % 2 == 0 ? "ppo" : "supervised"));
    }
    var none = new Item(nobody, List.of(), "");
    var about = new Item(Optional.of("moon"), List.of(), "");
    open(queue, Kind.COMPARE, 1, new Item(Optional.of("moon"), outputs, ""));
    open(queue, Kind.DEMONSTRATE, 2, about);
    open(queue, Kind.FEW_SHOT, 3, none);
    open(queue, Kind.TAG, 4, about);
    open(queue, Kind.USER_BASED, 5, new Item(nobody, List.of(), "Help a small shop to sell more"));
    open(queue, Kind.PLAIN, 6, none);
  }

  private static void open(TaskQueue queue, Kind kind, int priority, Item item) {
    Mode mode = kind == Kind.TAG ? Mode.EVALUATION : Mode.TRAINING;
    String version = mode == Mode.TRAINING ? "training-1" : "evaluation-1";
    var batch = new TaskBatch(kind + " to see", kind, mode, 9, Optional.empty(), priority, version);
    queue.open(batch, List.of(item), "showroom");
  }

  /// Two models that answer at once.
  private static OutputSource echo() {
    return new OutputSource() {
      @Override
      public List<String> models() {
        return List.of("ppo", "supervised");
      }

      @Override
      public List<List<OutputSource.Answer>> answers(String model, List<String> prompts, int k) {
        return prompts.stream()
            .map(prompt ->
                java.util.stream.IntStream.range(0, k)
                    .mapToObj(i -> new OutputSource.Answer(model + " " + i + ": " + prompt, true))
                    .toList())
            .toList();
      }
    };
  }
}
