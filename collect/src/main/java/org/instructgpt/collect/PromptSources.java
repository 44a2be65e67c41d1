package org.instructgpt.collect;

import java.util.EnumSet;
import java.util.Set;
import org.instructgpt.records.Prompt;

/// Tells prompts of labelers from prompts of customers and others.
final class PromptSources {
  private static final Set<Prompt.Source> LABELERS =
      EnumSet.of(
          Prompt.Source.LABELER_PLAIN,
          Prompt.Source.LABELER_FEW_SHOT,
          Prompt.Source.LABELER_USER_BASED);

  private PromptSources() {}

  static boolean isByLabeler(Prompt prompt) {
    return LABELERS.contains(prompt.source());
  }
}
