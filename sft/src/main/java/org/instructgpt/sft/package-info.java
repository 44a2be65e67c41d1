/// Demonstrations to a supervised policy; text to a pretrained model.
@org.jspecify.annotations.NullMarked
package org.instructgpt.sft;
