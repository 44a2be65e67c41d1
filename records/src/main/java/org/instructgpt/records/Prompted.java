package org.instructgpt.records;

/// Feedback together with the prompt that it is about.
///
/// @param <T> [Demonstration], [Ranking] or [Rating]
public record Prompted<T extends Feedback>(Prompt prompt, T item) {}
