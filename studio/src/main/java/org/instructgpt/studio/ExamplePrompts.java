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

/// Example prompts for the playground: short ones that labelers wrote and answered. They are no
/// customer's, and prompts that were answered with a refusal are left out.
record ExamplePrompts(Store store) {
  private static final int SHOWN = 3;
  private static final int SHORTEST = 12;
  private static final int LONGEST = 70;

  /// How many suitable ones are drawn from.
  private static final int CANDIDATES = 300;

  /// Words of an answer that refuses.
  private static final List<String> REFUSING = List.of("cannot", "sorry", "不能", "抱歉");

  /// A few at random; none where labelers wrote none.
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
                                .limit(CANDIDATES)
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
