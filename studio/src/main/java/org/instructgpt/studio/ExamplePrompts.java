package org.instructgpt.studio;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.instructgpt.records.FeedbackTables;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Store;

/// Prompts to begin with: what labelers invented and answered, which no customer would miss. One
/// that was answered with a refusal is no invitation.
///
/// @param store with their prompts
record ExamplePrompts(Store store) {
  private static final int SHOWN = 3;
  private static final int SHORTEST = 12;
  private static final int LONGEST = 70;

  /// How many of those that fit are drawn from.
  private static final int LOOKED_AT = 300;

  /// What an answer that refuses says.
  private static final List<String> REFUSING = List.of("cannot", "sorry", "不能", "抱歉");

  /// A few of them at random; none where nobody invented any.
  List<String> some(RandomGenerator random) {
    var all =
        new ArrayList<>(
            store.read(handle ->
                new FeedbackTables(handle)
                    .demonstrations(
                        Filter.ALL.from(Prompt.Source.LABELER_PLAIN),
                        found ->
                            found
                                .filter(given -> !isRefusal(given.item().response()))
                                .map(given -> given.prompt().text())
                                .filter(ExamplePrompts::isShort)
                                .limit(LOOKED_AT)
                                .toList())));
    all.removeIf(text -> text.contains("\n"));
    synchronized (random) {
      Collections.shuffle(all, java.util.Random.from(random));
    }
    return List.copyOf(all.subList(0, Math.min(SHOWN, all.size())));
  }

  private static boolean isShort(String text) {
    int length = text.codePointCount(0, text.length());
    return length >= SHORTEST && length <= LONGEST;
  }

  private static boolean isRefusal(String response) {
    String lower = response.toLowerCase(Locale.ROOT);
    return REFUSING.stream().anyMatch(lower::contains);
  }
}
