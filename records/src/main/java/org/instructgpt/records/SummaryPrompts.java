package org.instructgpt.records;

import java.util.List;
import java.util.Optional;
import org.instructgpt.text.Dialogue;

/// Prompts of the summarization comparisons (TL;DR and news): the post or the article to summarize.
final class SummaryPrompts {
  private SummaryPrompts() {}

  static List<Dialogue.Turn> turns(JsonFields info) {
    StringBuilder text = new StringBuilder();
    for (String part : List.of("subreddit", "title", "post", "article")) {
      Optional.of(part)
          .filter(info::has)
          .map(info::text)
          .filter(said -> !said.isBlank())
          .ifPresent(said ->
              text.append(text.isEmpty() ? "" : "\n\n")
                  .append(part.toUpperCase(java.util.Locale.ROOT))
                  .append(": ")
                  .append(said));
    }
    if (!info.has("post") && !info.has("article")) {
      info.fault("post", "the text that was summarized", "nothing");
    }
    return List.of(new Dialogue.Turn(Dialogue.Role.HUMAN, text.append("\n\nTL;DR:").toString()));
  }
}
