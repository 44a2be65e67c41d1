package org.instructgpt.browser;

import java.io.IOException;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Tests that share a browser and a studio, which begin and end with the class.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AtStudio {
  Chrome chrome;
  Studio studio;

  private final Consumer<Seed> seeding;
  private final String[] options;

  /// What the studio printed, shown when a test failed.
  @RegisterExtension
  final AfterTestExecutionCallback witness =
      context -> {
        if (context.getExecutionException().isPresent() && studio != null) {
          System.out.println(context.getDisplayName() + " failed at a studio that said:");
          System.out.println(studio.said());
        }
      };

  /// As [Studio#start].
  AtStudio(Consumer<Seed> seeding, String... options) {
    this.seeding = seeding;
    this.options = options;
  }

  @BeforeAll
  final void begin() throws IOException {
    chrome = Chrome.open();
    studio = Studio.start(seeding, options);
  }

  @AfterAll
  final void end() {
    if (studio != null) {
      studio.close();
    }
    if (chrome != null) {
      chrome.close();
    }
  }
}
