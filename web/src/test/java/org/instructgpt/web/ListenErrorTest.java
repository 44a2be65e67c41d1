package org.instructgpt.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.SocketException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// The explanations of why a site cannot listen at an address.
class ListenErrorTest {
  private static SiteSettings settings(String host, int port) {
    var address = Optional.of(URI.create("https://studio.example.org"));
    return new SiteSettings(host, port, address, false, 10, Duration.ofSeconds(1));
  }

  @Test
  void aPortInUseIsReportedWithTheFlag() {
    try (var test = TestSite.start()) {
      int port = test.site().port();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> TestSite.start(settings("localhost", port), _ -> List.of()))
          .withMessageContaining("--port: expected a free port, found that " + port);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> settings("localhost", port).checkPlace())
          .withMessageContaining("in use by another program");
    }
  }

  @Test
  void anAddressOfAnotherMachineIsReportedWithTheFlag() {
    for (String host : List.of("192.0.2.1", "no-such-host.invalid")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> settings(host, 0).checkPlace())
          .withMessageContaining("--host: expected an address of this machine, found " + host);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> TestSite.start(settings(host, 0), _ -> List.of()))
          .withMessageContaining("--host: expected an address of this machine, found " + host);
    }
  }

  @Test
  void aPrivilegedPortIsReportedWithTheFlag() {
    var refused = new IllegalStateException(new SocketException("Permission denied"));
    assertThat(ListenError.explained(refused, "localhost", 80))
        .hasMessageContaining("--port: expected a port that this user may listen on, found 80");
  }

  @Test
  void aFreePortIsAccepted() {
    settings("localhost", 0).checkPlace();
    settings("127.0.0.1", 0).checkPlace();
    settings("0.0.0.0", 0).checkPlace();
  }
}
