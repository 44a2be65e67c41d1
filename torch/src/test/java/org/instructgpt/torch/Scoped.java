package org.instructgpt.torch;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;

/// Runs each test of a class in a scope of its own, which is open before the fields of the class
/// are made: what they hold would else wait for the collector, whenever that comes, and be counted
/// as alive in the tests of leaks that follow.
public final class Scoped implements TestInstancePreConstructCallback, AfterEachCallback {
  private static final ThreadLocal<@Nullable Scope> SCOPE = new ThreadLocal<>();

  @Override
  public void preConstructTestInstance(
      TestInstanceFactoryContext factory, ExtensionContext context) {
    SCOPE.set(Scope.open());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    var scope = SCOPE.get();
    if (scope != null) {
      scope.close();
      SCOPE.remove();
    }
  }
}
