package org.instructgpt.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An index from prompt texts to their meanings, over one seeded series of prompts.
///
/// A prompt's text does not say what its writer meant, and a store keeps nothing but the text. The
/// series depends on nothing but its seed, so after a restart it is drawn again, a chunk at a time,
/// until the text that is looked up is among the prompts or the [horizon][#HORIZON] is reached.
final class PromptIndex {
  /// A text that is not among this many first prompts counts as unknown.
  static final int HORIZON = 12_000;

  private static final int CHUNK = 1_000;

  /// What redaction leaves in the place of a name or number: `[email]`, `[social security]`.
  private static final Pattern REDACTED = Pattern.compile("\\[[A-Za-z_ ]{2,24}]");

  /// The most characters of the personal details before or after a question.
  private static final int LONGEST_DETAILS = 120;

  private static final Pattern SENTENCE_END = Pattern.compile("[.!?]\\s+");

  private final Supplier<DrawnPrompt> series;
  private final List<DrawnPrompt> drawn = new ArrayList<>();
  private final Map<String, WorldTask> meanings = new HashMap<>();

  /// @param series draws the next prompt at each call
  PromptIndex(Supplier<DrawnPrompt> series) {
    this.series = series;
  }

  /// The first prompts of the series.
  synchronized List<DrawnPrompt> first(int count) {
    while (drawn.size() < count) {
      DrawnPrompt next = series.get();
      drawn.add(next);
      meanings.putIfAbsent(next.text().strip(), next.task());
      meanings.putIfAbsent(next.question().strip(), next.task());
    }
    return List.copyOf(drawn.subList(0, count));
  }

  /// What a text means, looked up in several indexes: all that is drawn already is searched before
  /// any index draws more.
  static Optional<WorldTask> search(List<PromptIndex> indexes, String text) {
    boolean more = true;
    while (more) {
      for (PromptIndex index : indexes) {
        Optional<WorldTask> task = index.find(text.strip());
        if (task.isPresent()) {
          return task;
        }
      }
      more = false;
      for (PromptIndex index : indexes) {
        more |= index.drawMore();
      }
    }
    return indexes.stream().flatMap(index -> index.findRedacted(text.strip()).stream()).findFirst();
  }

  /// Looks a text up as a whole, then its first or last sentences: personal details stand before or
  /// after the question, whatever redaction made of them.
  private synchronized Optional<WorldTask> find(String text) {
    WorldTask whole = meanings.get(text);
    if (whole != null) {
      return Optional.of(whole);
    }
    Matcher end = SENTENCE_END.matcher(text);
    while (end.find()) {
      boolean longTail = text.length() - end.end() > LONGEST_DETAILS;
      WorldTask before = longTail ? null : meanings.get(text.substring(0, end.start() + 1));
      WorldTask after =
          end.start() > LONGEST_DETAILS ? null : meanings.get(text.substring(end.end()));
      if (before != null || after != null) {
        return Optional.ofNullable(after != null ? after : before);
      }
    }
    return Optional.empty();
  }

  /// Looks up a text in which the question itself was redacted: the first prompt that matches
  /// outside the gaps. Scans all prompts, so it comes last.
  private synchronized Optional<WorldTask> findRedacted(String text) {
    if (!REDACTED.matcher(text).find()) {
      return Optional.empty();
    }
    StringBuilder pattern = new StringBuilder();
    for (String piece : REDACTED.split(text, -1)) {
      pattern.append(pattern.isEmpty() ? "" : ".{1,60}?").append(Pattern.quote(piece));
    }
    Pattern gaps = Pattern.compile(pattern.toString(), Pattern.DOTALL);
    Optional<WorldTask> task =
        drawn.stream()
            .filter(each -> gaps.matcher(each.text().strip()).matches())
            .map(DrawnPrompt::task)
            .findFirst();
    task.ifPresent(meant -> meanings.put(text, meant));
    return task;
  }

  private synchronized boolean drawMore() {
    boolean more = drawn.size() < HORIZON;
    if (more) {
      first(Math.min(HORIZON, drawn.size() + CHUNK));
    }
    return more;
  }
}
