package org.instructgpt.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.instructgpt.torch.Tensor;

/// Everything a trainer needs to continue bit for bit: weights, optimizer moments, EMA, random
/// states, data cursors, running statistics.
///
/// @param tensors by name; stored as safetensors, so any shape and type that format knows
/// @param values everything else, as JSON. Numbers return equal to the bit, but a `float` returns
///   as the `double` that prints alike, and not-a-number and infinities return as text.
public record TrainerState(Map<String, Tensor> tensors, ObjectNode values) {}
