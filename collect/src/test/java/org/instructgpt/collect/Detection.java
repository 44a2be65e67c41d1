package org.instructgpt.collect;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// How well one kind of personal data is found, by characters that overlap: a marked span counts as
/// found if something of its kind touches it, and a find is right if it touches a marked span.
final class Detection {
  private final PersonalDataKind kind;
  private int marked;
  private int found;
  private int finds;
  private int right;
  final List<String> missed = new ArrayList<>();
  final List<String> wrong = new ArrayList<>();

  Detection(PersonalDataKind kind) {
    this.kind = kind;
  }

  void add(String text, List<PersonalDataSpan> truth, List<PersonalDataSpan> spans) {
    List<PersonalDataSpan> wanted = of(truth);
    List<PersonalDataSpan> given = of(spans);
    for (PersonalDataSpan span : wanted) {
      marked++;
      if (given.stream().anyMatch(other -> touch(span, other))) {
        found++;
      } else {
        missed.add(span.in(text) + " | " + text);
      }
    }
    for (PersonalDataSpan span : given) {
      finds++;
      if (wanted.stream().anyMatch(other -> touch(span, other))) {
        right++;
      } else {
        wrong.add(span.in(text) + " | " + text);
      }
    }
  }

  private List<PersonalDataSpan> of(List<PersonalDataSpan> spans) {
    return spans.stream().filter(span -> span.kind() == kind).toList();
  }

  private static boolean touch(PersonalDataSpan a, PersonalDataSpan b) {
    return a.start() < b.end() && b.start() < a.end();
  }

  int marked() {
    return marked;
  }

  double recall() {
    return found / (double) marked;
  }

  double precision() {
    return right / (double) finds;
  }

  /// The mean of precision and recall that counts recall twice as much (van Rijsbergen).
  double f2() {
    return 5 * precision() * recall() / (4 * precision() + recall());
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s: %d marked, recall %.3f, precision %.3f (%d finds), F2 %.3f",
        kind,
        marked,
        recall(),
        precision(),
        finds,
        f2());
  }
}
