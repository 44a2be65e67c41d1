/// A simulated world to train in: the documents that a base model is pretrained on, customers who
/// write prompts, labelers who demonstrate and rank, and a gold judge that no model ever sees.
/// Everything here is a pure function of seeds.
@org.jspecify.annotations.NullMarked
package org.instructgpt.simulation;
