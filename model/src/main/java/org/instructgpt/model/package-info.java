/// The GPT family, the scalar head, the sampler, checkpoints, and the run loop around any trainer.
@org.jspecify.annotations.NullMarked
package org.instructgpt.model;
