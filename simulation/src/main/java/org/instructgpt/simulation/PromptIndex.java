package org.instructgpt.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Everything that was ever asked in one way, and what each of it means.
///
/// A prompt's text does not say what its writer had in mind, and a store keeps nothing but the
/// text. The letters are an endless series that depends on nothing but its seed, so after a restart
/// they are written again, a chunk at a time, until the text that somebody asks about is among them
/// or the [horizon][#HORIZON] is reached.
final class PromptIndex {
  /// So many letters are written again before a text counts as a stranger's.
  static final int HORIZON = 12_000;

  private static final int CHUNK = 1_000;

  /// What a redactor leaves in the place of a name or number: `[email]`, `[social security]`.
  private static final Pattern REDACTED = Pattern.compile("\\[[A-Za-z_ ]{2,24}]");

  /// What customers tell of themselves beside a question is no longer than this.
  private static final int LONGEST_ASIDE = 120;

  private static final Pattern SENTENCE_END = Pattern.compile("[.!?]\\s+");

  /// One thing that was asked.
  ///
  /// @param text the whole prompt
  /// @param task what is meant; its own prompt text is the prompt as well
  /// @param core the text without what was put around the question; the text itself if nothing was
  /// @param user who asked
  record Letter(String text, WorldTask task, String core, String user) {}

  private final Supplier<Letter> writer;
  private final List<Letter> letters = new ArrayList<>();
  private final Map<String, WorldTask> meanings = new HashMap<>();

  /// @param writer writes the next letter of the series at each call
  PromptIndex(Supplier<Letter> writer) {
    this.writer = writer;
  }

  /// The first letters of the series.
  synchronized List<Letter> first(int count) {
    while (letters.size() < count) {
      Letter letter = writer.get();
      letters.add(letter);
      meanings.putIfAbsent(letter.text().strip(), letter.task());
      meanings.putIfAbsent(letter.core().strip(), letter.task());
    }
    return List.copyOf(letters.subList(0, count));
  }

  /// What a text means, looked for in all archives at once: one that knows it already is asked
  /// before any writes more.
  static Optional<WorldTask> search(List<PromptIndex> archives, String text) {
    boolean more = true;
    while (more) {
      for (PromptIndex archive : archives) {
        Optional<WorldTask> task = archive.find(text.strip());
        if (task.isPresent()) {
          return task;
        }
      }
      more = false;
      for (PromptIndex archive : archives) {
        more |= archive.grow();
      }
    }
    return archives.stream().flatMap(archive -> archive.patched(text.strip()).stream()).findFirst();
  }

  /// Whole, or as the first or last sentences of the text: what customers tell of themselves stands
  /// before or after their question, whatever a redactor made of it.
  private synchronized Optional<WorldTask> find(String text) {
    WorldTask whole = meanings.get(text);
    if (whole != null) {
      return Optional.of(whole);
    }
    Matcher end = SENTENCE_END.matcher(text);
    while (end.find()) {
      boolean longTail = text.length() - end.end() > LONGEST_ASIDE;
      WorldTask before = longTail ? null : meanings.get(text.substring(0, end.start() + 1));
      WorldTask after =
          end.start() > LONGEST_ASIDE ? null : meanings.get(text.substring(end.end()));
      if (before != null || after != null) {
        return Optional.ofNullable(after != null ? after : before);
      }
    }
    return Optional.empty();
  }

  /// A text with gaps where something was redacted in the question itself: the first letter that
  /// agrees outside of them. Walks all letters, so it comes last.
  private synchronized Optional<WorldTask> patched(String text) {
    if (!REDACTED.matcher(text).find()) {
      return Optional.empty();
    }
    StringBuilder pattern = new StringBuilder();
    for (String piece : REDACTED.split(text, -1)) {
      pattern.append(pattern.isEmpty() ? "" : ".{1,60}?").append(Pattern.quote(piece));
    }
    Pattern gaps = Pattern.compile(pattern.toString(), Pattern.DOTALL);
    Optional<WorldTask> task =
        letters.stream()
            .filter(letter -> gaps.matcher(letter.text().strip()).matches())
            .map(Letter::task)
            .findFirst();
    task.ifPresent(meant -> meanings.put(text, meant));
    return task;
  }

  private synchronized boolean grow() {
    boolean more = letters.size() < HORIZON;
    if (more) {
      first(Math.min(HORIZON, letters.size() + CHUNK));
    }
    return more;
  }
}
