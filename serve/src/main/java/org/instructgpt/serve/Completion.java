package org.instructgpt.serve;

/// The whole completion of one of many prompts.
///
/// @param finish why it ended there; `FAILED`, with the empty text, where the prompt was longer
///   than the model can read
public record Completion(String text, CompletionStream.Finish finish) {}
