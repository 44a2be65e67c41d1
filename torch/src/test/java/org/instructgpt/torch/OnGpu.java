package org.instructgpt.torch;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIf;

/// Tests of what an accelerator computes, tagged `gpu`; skipped where there is none.
@Tag("gpu")
@EnabledIf(
    value = "org.instructgpt.torch.Engine#hasCuda",
    disabledReason =
        "libtorch finds no CUDA device: it needs a build with -Pgpu, the libraries of CUDA and an"
            + " NVIDIA driver")
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface OnGpu {
  /// The accelerator.
  Device DEVICE = Device.CUDA;
}
