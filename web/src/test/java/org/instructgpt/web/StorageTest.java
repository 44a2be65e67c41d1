package org.instructgpt.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/// The error when the store cannot store anything.
class StorageTest {
  private static void full(Exchange exchange) {
    throw new CompletionException(
        new UncheckedIOException("feedback.db: [SQLITE_FULL]", new IOException("no space")));
  }

  private static void broken(Exchange exchange) {
    throw new IllegalStateException("a fault of the program");
  }

  private final SiteArea area =
      new SiteArea(
          StorageTest.class,
          List.of(
              Route.post("/keep", Route.Access.EVERYBODY, StorageTest::full),
              Route.post("/fail", Route.Access.EVERYBODY, StorageTest::broken)),
          List.of());

  @Test
  void aFullDiskIsReportedAsSuch() {
    try (var test = TestSite.start(area)) {
      var answer = test.browser().post("/keep", Map.of(), "Accept", "application/json");
      assertThat(answer.statusCode()).isEqualTo(507);
      assertThat(answer.headers().firstValue("Retry-After")).hasValue("15");
      assertThat(answer.body())
          .contains("refusal.storage")
          .contains("cannot store")
          .doesNotContain("SQLITE");
      var page = test.browser().post("/keep", Map.of());
      assertThat(page.body()).contains("No space left").contains("disk may be full");
    }
  }

  @Test
  void aFaultOfTheProgramIsNotReportedAsAFullDisk() {
    try (var test = TestSite.start(area)) {
      assertThat(test.browser().post("/fail", Map.of()).statusCode()).isEqualTo(500);
    }
  }
}
