package org.instructgpt.collect;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Split;
import org.instructgpt.text.Tokenizer;

/// The paper's tables about its data (App. A.2, A.3, A.4), for one's own.
public final class PaperTables {
  private static final Set<Prompt.Source> LABELERS =
      EnumSet.of(
          Prompt.Source.LABELER_PLAIN,
          Prompt.Source.LABELER_FEW_SHOT,
          Prompt.Source.LABELER_USER_BASED);

  private PaperTables() {}

  /// The prompts that one model learns from, or is tested on.
  ///
  /// @param name such as `SFT`, `RM`, `PPO`
  public record Dataset(String name, List<Prompt> prompts) {
    public Dataset {
      prompts = List.copyOf(prompts);
    }

    private List<Prompt> in(Split split) {
      return prompts.stream().filter(prompt -> prompt.split() == split).toList();
    }
  }

  /// What labelers say of a prompt (Table 7).
  public enum Tag {
    AMBIGUOUS,
    SENSITIVE_CONTENT,
    IDENTITY_DEPENDENT,
    CLOSED_DOMAIN,
    CONTINUATION_STYLE,
    REQUESTS_OPINIONATED_CONTENT,
    REQUESTS_ADVICE,
    REQUESTS_MORAL_JUDGMENT,
    EXPLICIT_SAFETY_CONSTRAINTS,
    OTHER_EXPLICIT_CONSTRAINTS,
    INTENT_UNCLEAR
  }

  /// A table of words; the first column names the rows.
  ///
  /// @param rows each with as many cells as the head
  public record Grid(String caption, List<String> head, List<List<String>> rows) {
    public Grid {
      head = List.copyOf(head);
      rows = rows.stream().map(List::copyOf).toList();
      for (List<String> row : rows) {
        if (row.size() != head.size()) {
          throw new IllegalArgumentException(
              "expected rows of %d cells, found %s".formatted(head.size(), row));
        }
      }
    }

    /// The table for a terminal: the caption, then columns that stand under their heads.
    public String text() {
      return TextGrid.of(this);
    }
  }

  /// Table 6: how many prompts each dataset has, by split and by who wrote them.
  public static Grid sizes(List<Dataset> datasets) {
    List<List<String>> rows = new ArrayList<>();
    for (Split split : Split.values()) {
      List<String> row = new ArrayList<>(List.of(ConstantNames.word(split)));
      for (Dataset dataset : datasets) {
        List<Prompt> part = dataset.in(split);
        long labelers = part.stream().filter(PaperTables::isLabelers).count();
        row.add(count(labelers));
        row.add(count(part.size() - labelers));
        row.add(count(part.size()));
      }
      rows.add(row);
    }
    List<String> head = new ArrayList<>(List.of("split"));
    for (Dataset dataset : datasets) {
      for (String who : List.of("labeler", "customer", "total")) {
        head.add(dataset.name() + " " + who);
      }
    }
    return new Grid("Dataset sizes, in prompts (as Table 6)", head, rows);
  }

  /// Table 7: the share of prompts with each tag, in percent of the prompts that somebody has
  /// tagged; `-` where nobody has.
  ///
  /// @param tags by prompt id; an empty set is a prompt that was looked at and has none
  public static Grid tags(List<Dataset> datasets, Map<String, Set<Tag>> tags) {
    List<Part> parts = parts(datasets);
    List<List<String>> rows = new ArrayList<>();
    for (Tag tag : Tag.values()) {
      rows.add(
          row(
              ConstantNames.word(tag),
              parts,
              part ->
                  percent(
                      part.prompts().stream()
                          .map(prompt -> tags.get(prompt.id()))
                          .filter(Objects::nonNull)
                          .toList(),
                      given -> given.contains(tag))));
    }
    return new Grid("Prompt annotations, % (as Table 7)", head("annotation", parts), rows);
  }

  /// Table 8: the mean number of prompts of a customer. Prompts of labelers, and of nobody known,
  /// do not count.
  public static Grid promptsPerCustomer(List<Dataset> datasets) {
    List<List<String>> rows = new ArrayList<>();
    for (Part part : parts(datasets)) {
      List<String> writers =
          part.prompts().stream()
              .filter(prompt -> !isLabelers(prompt))
              .flatMap(prompt -> prompt.user().or(prompt::organisation).stream())
              .toList();
      long customers = writers.stream().distinct().count();
      String mean = customers == 0 ? "-" : decimal(writers.size() / (double) customers, 2);
      rows.add(List.of(part.name(), count(writers.size()), count(customers), mean));
    }
    return new Grid(
        "Prompts per customer (as Table 8)",
        List.of("dataset", "prompts", "customers", "mean"),
        rows);
  }

  /// Table 9: lengths in tokens, by dataset and split.
  public static Grid lengths(List<Dataset> datasets, Tokenizer tokenizer) {
    ToIntFunction<Prompt> tokens = prompt -> tokenizer.encode(prompt.text()).length;
    return new Grid(
        "Prompt lengths in tokens (as Table 9)",
        LengthSummary.head("dataset"),
        parts(datasets).stream()
            .map(part -> LengthSummary.row(part.name(), part.prompts().stream().mapToInt(tokens)))
            .toList());
  }

  /// Table 10: lengths in tokens, by use case, of those prompts whose use case is known.
  public static Grid lengthsByUseCase(Collection<Prompt> prompts, Tokenizer tokenizer) {
    ToIntFunction<Prompt> tokens = prompt -> tokenizer.encode(prompt.text()).length;
    return new Grid(
        "Prompt lengths in tokens, by use case (as Table 10)",
        LengthSummary.head("use case"),
        Stream.of(Prompt.UseCase.values())
            .map(useCase ->
                LengthSummary.row(
                    ConstantNames.word(useCase),
                    prompts.stream()
                        .filter(prompt -> prompt.useCase().filter(useCase::equals).isPresent())
                        .mapToInt(tokens)))
            .toList());
  }

  /// One split of a dataset.
  private record Part(String name, List<Prompt> prompts) {}

  /// The parts that are not empty.
  private static List<Part> parts(List<Dataset> datasets) {
    return datasets.stream()
        .flatMap(dataset ->
            Stream.of(Split.values())
                .map(split ->
                    new Part(dataset.name() + " " + ConstantNames.word(split), dataset.in(split))))
        .filter(part -> !part.prompts().isEmpty())
        .toList();
  }

  private static List<String> head(String first, List<Part> parts) {
    return Stream.concat(Stream.of(first), parts.stream().map(Part::name)).toList();
  }

  private static List<String> row(String name, List<Part> parts, Function<Part, String> cell) {
    return Stream.concat(Stream.of(name), parts.stream().map(cell)).toList();
  }

  private static <T> String percent(List<T> all, Predicate<T> some) {
    return all.isEmpty() ? "-" : decimal(100.0 * all.stream().filter(some).count() / all.size(), 1);
  }

  private static boolean isLabelers(Prompt prompt) {
    return LABELERS.contains(prompt.source());
  }

  private static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  private static String decimal(double value, int places) {
    return String.format(Locale.ROOT, "%." + places + "f", value);
  }
}
