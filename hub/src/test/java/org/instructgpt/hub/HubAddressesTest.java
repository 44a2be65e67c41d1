package org.instructgpt.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What names a model and a hub, and where a token may go.
class HubAddressesTest {
  private static final Optional<String> TOKEN = Optional.of("hf_secret");

  @Test
  void aModelIsItsOwnerItsNameAndARevision() {
    assertThat(HubModel.parse("openai-community/gpt2"))
        .isEqualTo(new HubModel("openai-community", "gpt2", "main"))
        .hasToString("openai-community/gpt2");
    assertThat(HubModel.parse("o/m@refs/pr/1").listing())
        .isEqualTo("/api/models/o/m/revision/refs%2Fpr%2F1?blobs=true");
    assertThat(HubModel.parse("o/m@v1.0")).hasToString("o/m@v1.0");
    assertThat(new HubModel("o", "m", "main").file("c0", "a b+%.txt"))
        .isEqualTo("/o/m/resolve/c0/a%20b%2B%25.txt");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt2",
        "a/b/c",
        "/b",
        "a/",
        "../b",
        "a/..",
        "a/b@",
        "a/b@../x",
        "a/b@x y",
        "a b/c",
        "https://huggingface.co/a/b",
        "a/b?x=1",
        "a/b#c"
      })
  void whatIsNoNameOfAModelIsRefused(String text) {
    assertThatThrownBy(() -> HubModel.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://hub.example.org/",
        "https://hub.example.org/mirror/hf",
        "http://localhost:80",
        "http://127.0.0.1:8080",
        "http://[::1]:1"
      })
  void encryptedHubsAndThoseOfThisMachineAreAsked(String address) {
    assertThat(HubEndpoint.of(address, TOKEN, false).uri("/api/models/o/m").toString())
        .isEqualTo(address.replaceFirst("/$", "") + "/api/models/o/m");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "huggingface.co",
        "ftp://huggingface.co",
        "https://",
        "https://me:pw@hub.org",
        "https://hub.org?token=pw",
        "https://hub.org#x",
        "https://a b",
        ""
      })
  void whatIsNoAddressOfAHubIsRefusedAndNotRepeated(String address) {
    assertThatThrownBy(() -> HubEndpoint.of(address, Optional.empty(), true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("pw");
  }

  @Test
  void anotherMachineIsAskedWithoutEncryptionOnlyWhereThatIsSaid() {
    assertThatThrownBy(() -> HubEndpoint.of("http://hub.org", Optional.empty(), false))
        .hasMessageContaining("--allow-http");
    assertThat(HubEndpoint.of("http://hub.org", Optional.empty(), true))
        .hasToString("http://hub.org");
    assertThatThrownBy(() -> HubEndpoint.of("http://hub.org", TOKEN, true))
        .hasMessageContaining("a token is not sent over http")
        .hasMessageNotContaining("secret");
    assertThatThrownBy(() -> HubEndpoint.of("http://localhost.evil.org", TOKEN, false))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"two words", "line\nfeed", "\u00e9", ""})
  void whatCannotBeATokenIsRefusedAndNotRepeated(String token) {
    assertThatThrownBy(() -> HubEndpoint.of("https://hub.org", Optional.of(token), false))
        .hasMessageContaining("one word")
        .hasMessageNotContaining("words");
  }

  @Test
  void theTokenIsForTheHubsOwnHostSchemeAndPort() {
    var hub = HubEndpoint.of("https://hub.org/mirror", TOKEN, false);
    assertThat(hub.tokenFor(URI.create("https://hub.org/x"))).isEqualTo(TOKEN);
    assertThat(hub.tokenFor(URI.create("https://HUB.org:443/x"))).isEqualTo(TOKEN);
    for (var other :
        new String[] {
          "http://hub.org/x",
          "https://hub.org:444/x",
          "https://cdn.hub.org/x",
          "https://hub.org.evil/x"
        }) {
      assertThat(hub.tokenFor(URI.create(other))).as(other).isEmpty();
    }
    assertThat(hub.toString()).doesNotContain("secret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http://hub.org/x", "http://localhost/x", "file:/etc/passwd", "https:///x"})
  void anEncryptedHubRefersToEncryptedOnesOnly(String target) {
    var hub = HubEndpoint.of("https://hub.org", Optional.empty(), true);
    assertThatThrownBy(() -> hub.requireSafe(URI.create(target)))
        .hasMessageContaining("is not followed");
    hub.requireSafe(URI.create("https://cdn.org/x"));
  }
}
