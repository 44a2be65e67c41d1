package org.instructgpt.ppo;

import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Runs each test of a class in a scope of its own.
final class Scoped implements BeforeEachCallback, AfterEachCallback {
  private static final ExtensionContext.Namespace HERE =
      ExtensionContext.Namespace.create(Scoped.class);

  @Override
  public void beforeEach(ExtensionContext context) {
    context.getStore(HERE).put("scope", Scope.open());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    var scope = context.getStore(HERE).remove("scope", Scope.class);
    if (scope != null) {
      scope.close();
    }
  }
}
