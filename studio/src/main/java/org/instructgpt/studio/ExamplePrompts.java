package org.instructgpt.studio;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import org.instructgpt.records.Store;

/// Prompts to begin with: what labelers invented and answered, which no customer would miss. One
/// that was answered with a refusal is no invitation.
///
/// @param store with their prompts
record ExamplePrompts(Store store) {
  private static final int SHOWN = 3;

  /// A few of them at random; none where nobody invented any.
  List<String> some(RandomGenerator random) {
    var all =
        new ArrayList<>(
            store.read(handle ->
                handle
                    .createQuery(
                        """
                        SELECT p.text FROM prompt p JOIN demonstration d ON d.prompt_id = p.id
                        WHERE p.source = 'labeler_plain' AND length(p.text) BETWEEN 12 AND 70
                        AND d.response NOT LIKE '%cannot%' AND d.response NOT LIKE '%sorry%'
                        AND d.response NOT LIKE '%不能%' AND d.response NOT LIKE '%抱歉%'
                        ORDER BY p.seq LIMIT 300\
                        """)
                    .mapTo(String.class)
                    .list()));
    all.removeIf(text -> text.contains("\n"));
    synchronized (random) {
      Collections.shuffle(all, java.util.Random.from(random));
    }
    return List.copyOf(all.subList(0, Math.min(SHOWN, all.size())));
  }
}
