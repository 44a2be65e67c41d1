package org.instructgpt.studio;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.instructgpt.label.BatchProgress;
import org.instructgpt.label.Instructions;
import org.instructgpt.label.Lease;
import org.instructgpt.label.Quality;
import org.instructgpt.label.RoundPlan;
import org.instructgpt.label.RoundPlan.Choice;
import org.instructgpt.label.RoundPlan.Preparation;
import org.instructgpt.label.Rounds;
import org.instructgpt.label.TaskBatch;
import org.instructgpt.label.TaskBatch.Item;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.label.TaskBatch.Mode;
import org.instructgpt.label.TaskQueue;
import org.instructgpt.records.Labeler.Pool;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Prompt.Source;
import org.instructgpt.records.Split;
import org.instructgpt.web.ApiError;
import org.instructgpt.web.ApiError.Problem;
import org.instructgpt.web.Exchange;
import org.instructgpt.web.Route;
import org.jspecify.annotations.Nullable;

/// The researchers' pages of batches: the progress of each, and a form for new ones, whose tasks
/// compare outputs of models or ask for demonstrations, prompts or tags.
final class BatchPages {
  private static final int MOST_ITEMS = 20_000;
  private static final int LEAST_OUTPUTS = 4;
  private static final int MOST_OUTPUTS = 9;

  private final TaskQueue queue;
  private final Quality quality;
  private final Rounds rounds;
  private final Instructions instructions;

  BatchPages(TaskQueue queue, Quality quality, Rounds rounds, Instructions instructions) {
    this.queue = queue;
    this.quality = quality;
    this.rounds = rounds;
    this.instructions = instructions;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/research", StudioAccess.RESEARCHERS, this::overview),
        Route.get("/research/batches/new", StudioAccess.RESEARCHERS, this::blank),
        Route.post("/research/batches", StudioAccess.RESEARCHERS, this::open),
        Route.get("/research/batches/{batch}/close", StudioAccess.RESEARCHERS, this::askClose),
        Route.post("/research/batches/{batch}/close", StudioAccess.RESEARCHERS, this::close),
        Route.post("/research/batches/{batch}/gold", StudioAccess.RESEARCHERS, this::gold));
  }

  /// The progress of a batch, with the reasons for which tasks of it were skipped.
  record Row(BatchProgress progress, Map<Lease.SkipReason, Integer> skips) {
    double share() {
      return progress.slots() == 0 ? 0 : (double) progress.done() / progress.slots();
    }
  }

  private void overview(Exchange exchange) {
    List<Row> rows =
        quality.progress(exchange.now()).stream()
            .map(p -> new Row(p, p.skipped() == 0 ? Map.of() : quality.skips(p.id())))
            .toList();
    exchange.page(
        "label.research.title",
        "research",
        Map.of("rows", rows, "preparing", new Latest(rounds.latest())));
  }

  /// The newest preparation of a round, for the template.
  record Latest(Optional<Preparation> round) {}

  private void blank(Exchange exchange) {
    form(exchange, new FormValues(exchange, false, Map.of()));
  }

  private void form(Exchange exchange, FormValues values) {
    exchange.page(
        values.problems().isEmpty() ? 200 : 400,
        "label.batch.title",
        "batch",
        Map.of(
            "values", values,
            "models", rounds.models(),
            "versions",
                Map.of(
                    Mode.TRAINING, instructions.newest(Mode.TRAINING),
                    Mode.EVALUATION, instructions.newest(Mode.EVALUATION))));
  }

  /// The values of the form's fields: those of a new form, or what was sent and refused.
  ///
  /// @param sent whether the form was sent
  /// @param problems messages by field
  record FormValues(Exchange exchange, boolean sent, Map<String, String> problems) {
    FormValues {
      problems = Map.copyOf(problems);
    }

    String value(String field, String first) {
      return sent ? exchange.field(field).orElse("") : first;
    }

    boolean chosen(String field, String value, boolean first) {
      return sent ? exchange.fields(field).contains(value) : first;
    }
  }

  /// Reads a whole form and collects all its problems before it reports any.
  private static final class BatchForm {
    private final Exchange exchange;
    private final List<Problem> problems = new ArrayList<>();

    BatchForm(Exchange exchange) {
      this.exchange = exchange;
    }

    <T> @Nullable T get(Supplier<T> field) {
      try {
        return field.get();
      } catch (ApiError error) {
        problems.addAll(error.problems());
        return null;
      }
    }

    int number(String field, int least, int most) {
      Integer number = get(() -> FormFields.number(exchange, field, least, most));
      return number == null ? least : number;
    }

    <E extends Enum<E>> Optional<E> maybe(Class<E> type, String field) {
      String name = exchange.field(field).orElse("");
      return name.isEmpty()
          ? Optional.empty()
          : Optional.ofNullable(get(() -> FormFields.constant(type, field, name)));
    }

    void check(boolean right, String field, String key, Object... arguments) {
      if (!right) {
        problems.add(new Problem(field, key, arguments));
      }
    }

    void done() {
      if (!problems.isEmpty()) {
        throw ApiError.invalid(problems);
      }
    }
  }

  private void open(Exchange exchange) {
    var _ =
        exchange.field("name"); // refuses a body that is no form, before the form is shown again
    try {
      begin(exchange);
    } catch (ApiError error) {
      form(exchange, new FormValues(exchange, true, exchange.problems(error)));
    }
  }

  private void begin(Exchange exchange) {
    var form = new BatchForm(exchange);
    Kind kind = form.maybe(Kind.class, "kind").orElse(Kind.PLAIN);
    Mode mode = form.maybe(Mode.class, "mode").orElse(Mode.TRAINING);
    String name = exchange.field("name").orElse("").strip();
    form.check(!name.isEmpty() && name.length() <= 100, "name", "label.refused.name");
    var batch =
        new TaskBatch(
            name,
            kind,
            mode,
            form.number("overlap", 1, 50),
            form.maybe(Pool.class, "pool"),
            form.number("priority", 0, 1000),
            instructions.newest(mode));
    String key =
        switch (kind) {
          case PLAIN, FEW_SHOT -> withoutPrompts(form, batch);
          case USER_BASED -> useCases(form, batch);
          case DEMONSTRATE, TAG -> withPrompts(form, batch);
          case COMPARE -> comparisons(form, batch);
        };
    exchange.redirect("/research", key);
  }

  private String withoutPrompts(BatchForm form, TaskBatch batch) {
    int count = form.number("count", 1, MOST_ITEMS);
    form.done();
    var item = new Item(Optional.empty(), List.of(), "");
    return open(form, batch, IntStream.range(0, count).mapToObj(_ -> item).toList());
  }

  private String useCases(BatchForm form, TaskBatch batch) {
    List<String> cases =
        form.exchange
            .field("cases")
            .orElse("")
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .toList();
    form.check(!cases.isEmpty(), "cases", "label.refused.cases");
    form.done();
    return open(
        form,
        batch,
        cases.stream().map(note -> new Item(Optional.empty(), List.of(), note)).toList());
  }

  private String withPrompts(BatchForm form, TaskBatch batch) {
    List<Prompt> prompts = chosen(form, batch.kind());
    form.done();
    return open(
        form,
        batch,
        prompts.stream().map(prompt -> new Item(Optional.of(prompt.id()), List.of(), "")).toList());
  }

  private String comparisons(BatchForm form, TaskBatch batch) {
    List<String> models = form.exchange.fields("models");
    form.check(
        !models.isEmpty() && rounds.models().containsAll(models), "models", "label.refused.models");
    int k = form.number("k", LEAST_OUTPUTS, MOST_OUTPUTS);
    form.check(models.size() <= k, "models", "label.refused.more-models", models.size(), k);
    List<Prompt> prompts = chosen(form, batch.kind());
    form.done();
    RoundPlan plan = new RoundPlan(batch, choice(form), models, k, form.exchange.account().id());
    if (!rounds.begin(plan, prompts)) {
      throw ApiError.conflict("label.refused.round-going");
    }
    return "label.batch.preparing";
  }

  private List<Prompt> chosen(BatchForm form, Kind kind) {
    Choice choice = choice(form);
    List<Prompt> prompts =
        form.problems.isEmpty() ? rounds.prompts(choice, kind) : List.<Prompt>of();
    form.check(!form.problems.isEmpty() || !prompts.isEmpty(), "split", "label.refused.no-prompts");
    return prompts;
  }

  private static Choice choice(BatchForm form) {
    return new Choice(
        form.maybe(Split.class, "split"),
        form.maybe(Source.class, "source"),
        form.exchange.field("fresh").isPresent(),
        form.number("most", 1, MOST_ITEMS));
  }

  private String open(BatchForm form, TaskBatch batch, List<Item> items) {
    try {
      queue.open(batch, items, form.exchange.account().id());
    } catch (IllegalArgumentException wrong) {
      throw ApiError.invalid("", "label.refused.batch", String.valueOf(wrong.getMessage()));
    }
    return "label.batch.opened";
  }

  private void askClose(Exchange exchange) {
    String id = exchange.path("batch");
    BatchProgress progress =
        quality.progress(exchange.now()).stream()
            .filter(p -> p.id().equals(id))
            .findFirst()
            .orElseThrow(ApiError::missing);
    int open = progress.slots() - progress.done() - progress.leased();
    exchange.confirm(
        new Exchange.Confirmation(
            exchange.text("label.close.title", progress.batch().name()),
            List.of(
                exchange.text("label.close.open", Math.max(0, open), progress.slots()),
                exchange.text("label.close.leased", progress.leased()),
                exchange.text("label.close.kept", progress.done(), progress.surplus())),
            "/research/batches/" + id + "/close",
            Map.of(),
            exchange.text("label.batch.close"),
            "/research"));
  }

  private void close(Exchange exchange) {
    String batch = existing(exchange);
    queue.close(batch, exchange.account().id());
    exchange.redirect("/research", "label.batch.closed");
  }

  private void gold(Exchange exchange) {
    String batch = existing(exchange);
    boolean comparisons =
        quality.progress(exchange.now()).stream()
            .anyMatch(p -> p.id().equals(batch) && p.batch().kind() == Kind.COMPARE);
    if (!comparisons) {
      throw ApiError.conflict("label.refused.gold");
    }
    int made = queue.makeGold(batch, exchange.account().id());
    exchange.redirect("/research", made == 0 ? "label.batch.no-gold" : "label.batch.made-gold");
  }

  private String existing(Exchange exchange) {
    String batch = exchange.path("batch");
    if (quality.progress(exchange.now()).stream().noneMatch(p -> p.id().equals(batch))) {
      throw ApiError.missing();
    }
    return batch;
  }
}
