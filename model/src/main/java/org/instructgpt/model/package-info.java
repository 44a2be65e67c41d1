/// The decoder, the scalar head, the sampler, and the run loop around any trainer.
@org.jspecify.annotations.NullMarked
package org.instructgpt.model;
