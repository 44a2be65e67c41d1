package org.instructgpt.torch;

import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.NoGradGuard;
import org.jspecify.annotations.Nullable;

/// The lifetime of native memory: every tensor made by this thread while a scope is open belongs to
/// the innermost one and is freed with it. Nothing else closes, retains or frees tensors.
///
/// ```java
/// try (var _ = Scope.open()) {
///   model.loss(batch).backward(); // all intermediate tensors are freed at the brace
/// }
/// Tensor mean = Tensor.tidy(() -> rewards.sub(bias).mean()); // only the result survives
/// ```
///
/// Models and optimizers are tensors too: build them in the scope that outlives their use. Scopes
/// are per thread and nest; an exact leak test compares [#liveObjects()] before and after a step.
public final class Scope implements AutoCloseable {
  static {
    Libtorch.load();
  }

  private final PointerScope pointers = new PointerScope();
  private final int passes = PendingPasses.count();

  private Scope() {}

  /// Opens a scope on this thread, inside the one that is open now.
  public static Scope open() {
    return new Scope();
  }

  /// Runs `body` without recording anything for gradients; its tensors belong to the scope that is
  /// open.
  public static <T> T constant(Supplier<T> body) {
    try (var _ = new NoGradGuard()) {
      return body.get();
    }
  }

  /// Runs `body` without recording anything for gradients.
  public static void constant(Runnable body) {
    try (var _ = new NoGradGuard()) {
      body.run();
    }
  }

  /// Whether operations are recorded for gradients.
  static boolean isRecording() {
    return GradMode.is_enabled();
  }

  /// Frees what a scope around the caller would free later.
  static void free(Pointer handle) {
    var scope = PointerScope.getInnerScope();
    if (scope != null) {
      scope.detach(handle);
    } else {
      handle.releaseReference();
    }
  }

  /// How many native objects are alive in the process: equal before and after a step that leaks
  /// nothing.
  public static long liveObjects() {
    return Pointer.totalCount();
  }

  /// Frees everything made in this scope.
  @Override
  public void close() {
    PendingPasses.keep(passes);
    pointers.close();
  }

  /// Runs `body` in a scope of its own and hands its result to the scope around it.
  ///
  /// @param handle the native object that the result stands for
  static <T> T tidy(Supplier<T> body, Function<T, Pointer> handle) {
    return tidy(PointerScope.getInnerScope(), body, handle);
  }

  /// Runs `body` in a scope of its own and hands its result to the scope `home`, if there is one.
  ///
  /// @param handle the native object that the result stands for
  static <T> T tidy(@Nullable PointerScope home, Supplier<T> body, Function<T, Pointer> handle) {
    try (var _ = new PointerScope()) { // a pass that the result depends on lives on
      var result = body.get();
      if (home != null) {
        home.attach(handle.apply(result));
      } else {
        handle.apply(result).retainReference();
      }
      return result;
    }
  }
}
