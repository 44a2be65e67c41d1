package org.instructgpt.collect;

import java.util.ArrayList;
import java.util.Collection;
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

/// The tables with which the paper describes its data (App. A.2 to A.4), for any data.
public final class PaperTables {
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

  /// The annotations of prompts by labelers (Table 7).
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

  /// Table 6: how many prompts each dataset has, by split and by who wrote them.
  public static TextTable sizes(List<Dataset> datasets) {
    List<List<String>> rows = new ArrayList<>();
    for (Split split : Split.values()) {
      List<String> row = new ArrayList<>(List.of(ConstantNames.word(split)));
      for (Dataset dataset : datasets) {
        List<Prompt> part = dataset.in(split);
        long byLabelers = part.stream().filter(PromptSources::isByLabeler).count();
        row.add(count(byLabelers));
        row.add(count(part.size() - byLabelers));
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
    return new TextTable("Dataset sizes, in prompts (as Table 6)", head, rows);
  }

  /// Table 7: the share of prompts with each tag, in percent of the prompts that are tagged; `-`
  /// where none is.
  ///
  /// @param tags by prompt id; an empty set is a prompt that was annotated and has none
  public static TextTable tags(List<Dataset> datasets, Map<String, Set<Tag>> tags) {
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
    return new TextTable("Prompt annotations, % (as Table 7)", head("annotation", parts), rows);
  }

  /// Table 8: the mean number of prompts of a customer. Prompts of labelers and of unknown writers
  /// do not count.
  public static TextTable promptsPerCustomer(List<Dataset> datasets) {
    List<List<String>> rows = new ArrayList<>();
    for (Part part : parts(datasets)) {
      List<String> writers =
          part.prompts().stream()
              .filter(prompt -> !PromptSources.isByLabeler(prompt))
              .flatMap(prompt -> prompt.user().or(prompt::organisation).stream())
              .toList();
      long customers = writers.stream().distinct().count();
      String mean = customers == 0 ? "-" : decimal(writers.size() / (double) customers, 2);
      rows.add(List.of(part.name(), count(writers.size()), count(customers), mean));
    }
    return new TextTable(
        "Prompts per customer (as Table 8)",
        List.of("dataset", "prompts", "customers", "mean"),
        rows);
  }

  /// Table 9: lengths in tokens, by dataset and split.
  public static TextTable lengths(List<Dataset> datasets, Tokenizer tokenizer) {
    ToIntFunction<Prompt> tokens = prompt -> tokenizer.encode(prompt.text()).length;
    return new TextTable(
        "Prompt lengths in tokens (as Table 9)",
        LengthSummary.head("dataset"),
        parts(datasets).stream()
            .map(part -> LengthSummary.row(part.name(), part.prompts().stream().mapToInt(tokens)))
            .toList());
  }

  /// Table 10: lengths in tokens, by use case, of those prompts whose use case is known.
  public static TextTable lengthsByUseCase(Collection<Prompt> prompts, Tokenizer tokenizer) {
    ToIntFunction<Prompt> tokens = prompt -> tokenizer.encode(prompt.text()).length;
    return new TextTable(
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

  private static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  private static String decimal(double value, int places) {
    return String.format(Locale.ROOT, "%." + places + "f", value);
  }
}
