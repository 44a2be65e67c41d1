/// Models in files: Hugging Face's layouts, in and out.
@org.jspecify.annotations.NullMarked
package org.instructgpt.checkpoint;
