/// Tensors, scopes, named parameters, the optimizer, safetensors, seeds and devices: the only
/// module that imports `org.bytedeco`.
@org.jspecify.annotations.NullMarked
package org.instructgpt.torch;
