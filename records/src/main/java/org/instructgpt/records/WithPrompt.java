package org.instructgpt.records;

/// Feedback together with the prompt that it is about.
///
/// @param <T> [Demonstration], [Ranking] or [Rating]
public record WithPrompt<T extends Feedback>(Prompt prompt, T item) {}
