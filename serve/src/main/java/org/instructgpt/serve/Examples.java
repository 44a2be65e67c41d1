package org.instructgpt.serve;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import org.instructgpt.records.Store;

/// Prompts to begin with: what labelers invented, which no customer would miss.
///
/// @param store with their prompts
record Examples(Store store) {
  private static final int SHOWN = 3;

  /// A few of them at random; none where nobody invented any.
  List<String> some(RandomGenerator random) {
    var all =
        new ArrayList<>(
            store.read(handle ->
                handle
                    .createQuery(
                        """
                        SELECT text FROM prompt WHERE source = 'labeler_plain'
                        AND length(text) BETWEEN 12 AND 80 ORDER BY seq LIMIT 300""")
                    .mapTo(String.class)
                    .list()));
    all.removeIf(text -> text.contains("\n"));
    synchronized (random) {
      Collections.shuffle(all, java.util.Random.from(random));
    }
    return List.copyOf(all.subList(0, Math.min(SHOWN, all.size())));
  }
}
