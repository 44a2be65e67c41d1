package org.instructgpt.jinja;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a template may still do while it is run.
///
/// It comes from anywhere, and a short one can ask for what takes hours or all memory: loops in
/// loops, a text joined with itself thirty times, a list that holds itself twice over and over. So
/// each step costs, and so does what is made, looked through and compared, and whatever is written
/// in a template, it ends soon. A step is one operation. Memory is counted in characters: a text
/// costs its length, an element of a list what it takes beside one. Looking costs a sixteenth of
/// making, as it is about so much faster.
///
/// A conversation of a thousand turns takes less than a tenth of all this by any template that is
/// known.
final class Allowance {
  private static final long STEPS = 1_000_000;
  private static final long CHARACTERS = 100_000_000;
  private static final int ELEMENT = 16;
  private static final int ENTRY = 64;
  private static final int LOOK = 16;

  /// That of the template that this thread runs.
  static final ScopedValue<Allowance> NOW = ScopedValue.newInstance();

  private long steps;
  private long characters;

  /// Pays for a step.
  static void step() {
    if (++NOW.get().steps > STEPS) {
      throw new TemplateException(
          "the template takes more than %,d steps: it does not end, or is no chat template"
              .formatted(STEPS));
    }
  }

  /// Pays for what takes the place of some characters.
  static void make(long count) {
    var now = NOW.get();
    now.characters += count;
    if (now.characters > CHARACTERS) {
      throw new TemplateException(
          "the template makes and compares more than %,d characters: it is no chat template"
              .formatted(CHARACTERS));
    }
  }

  /// Pays for looking for a text in a text: at worst, each place is compared up to the last letter.
  static void search(String text, String part) {
    look(text);
    make((long) text.length() * part.length() / 64);
  }

  /// Pays for some elements of a list.
  static void elements(long count) {
    make(count * ELEMENT);
  }

  /// Pays for a value that was made.
  static <T> T made(T value) {
    pay(value);
    return value;
  }

  /// Pays for a value that was made; what it holds was paid before.
  static void pay(@Nullable Object value) {
    switch (value) {
      case String text -> make(text.length());
      case Collection<?> list -> elements(list.size());
      case Map<?, ?> map -> make((long) map.size() * ENTRY);
      case null, default -> {}
    }
  }

  /// Pays for looking through a value once.
  static void look(@Nullable Object value) {
    switch (value) {
      case String text -> make(text.length() / LOOK);
      case Collection<?> list -> make(list.size() / LOOK);
      case Map<?, ?> map -> make(map.size() / LOOK);
      case null, default -> {}
    }
  }
}
