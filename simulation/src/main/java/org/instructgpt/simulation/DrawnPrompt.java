package org.instructgpt.simulation;

/// A prompt drawn from a seeded series, with what its writer meant.
///
/// @param text the whole prompt
/// @param task what is meant; its own prompt text is the whole prompt as well
/// @param question the text without the personal details around it; else the text itself
/// @param writer id of the user, or of the group of prompts that one labeler writes together
record DrawnPrompt(String text, WorldTask task, String question, String writer) {}
