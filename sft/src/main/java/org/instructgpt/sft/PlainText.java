package org.instructgpt.sft;

import org.instructgpt.model.Corpus;

/// Text to pretrain on, and text held out from it.
///
/// @param training what is trained on
/// @param validation what the loss is measured on
public record PlainText(Corpus training, Corpus validation) {}
