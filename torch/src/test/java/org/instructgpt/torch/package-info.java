/// Tests of the tensor layer; what needs numbers computes them by hand or by plain loops in double
/// precision.
@org.jspecify.annotations.NullMarked
package org.instructgpt.torch;
