package org.instructgpt.studio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import org.instructgpt.api.ApiServer;
import org.instructgpt.collect.Intake;
import org.instructgpt.project.Workspace;
import org.instructgpt.web.Account;
import org.instructgpt.web.Accounts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// OpenAI's interface beside the studio: accounts ask with their access tokens, and find what they
/// let be kept under their prompts.
class TokenAccessTest {
  private static final Account ADMIN =
      new Account("admin", "admin", Account.Role.ADMIN, Optional.empty(), Locale.ENGLISH);
  private static final String ASK =
      "{\"model\": \"sft\", \"max_tokens\": 4, \"store\": %s, \"messages\": [{\"role\": \"user\", \"content\": \"How much?\"}]}";

  private final HttpClient client = HttpClient.newHttpClient();

  @TempDir Path folder;

  private HttpResponse<String> ask(URI server, String key, String body)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(server.resolve("/v1/chat/completions"))
            .header("Authorization", "Bearer " + key)
            .POST(BodyPublishers.ofString(body))
            .build();
    return client.send(request, BodyHandlers.ofString());
  }

  @Test
  void accountsAskWithTheirTokensAndKeepWhatTheyAgreedTo() throws Exception {
    try (var playground = TestPlayground.start(folder)) {
      var store = playground.site().store();
      var random = new SecureRandom();
      var accounts = Accounts.open(store, InstantSource.system(), random);
      var link = accounts.signUp().invite(Account.Role.CUSTOMER, Optional.empty(), ADMIN);
      var ada = accounts.signUp().join(link, "ada", "seven quiet otters", Locale.ENGLISH);
      var token = accounts.credentials().makeToken(ada, "a program");
      var engine = playground.engine();
      var areas =
          new StudioAreas(
              Workspace.create(folder),
              store,
              engine,
              InstantSource.system(),
              System::nanoTime,
              random);
      var settings = new ApiServer.Settings("localhost", 0, 8, 100_000, Duration.ofSeconds(30));
      var outside = new ApiServer.Outside(InstantSource.system(), System::nanoTime, random);
      try (var server =
          ApiServer.start(settings, engine, areas.access(4), areas.answers(), outside)) {
        var at = server.address();
        assertThat(ask(at, "igt_nobody", ASK.formatted("true")).statusCode()).isEqualTo(401);

        var history = PlaygroundHistory.open(store);
        assertKept("false", ask(at, token, ASK.formatted("true"))); // has not agreed
        assertThat(history.count(ada.id())).isZero();

        var notice = ConsentNotice.of(engine.models()).version();
        var _ = new Intake(store, random).accept(ada.id(), notice, Instant.now());
        assertKept("false", ask(at, token, ASK.formatted("false")));
        assertThat(history.count(ada.id())).isZero();
        assertKept("true", ask(at, token, ASK.formatted("true")));
        var turn = history.turns(ada.id(), 10, 0).getFirst();
        assertThat(turn.text()).isEqualTo("How much?");
        assertThat(turn.answers().getFirst().finish()).isPresent();

        assertKept("true", ask(at, token, ASK.formatted("true")));
        assertThat(ask(at, token, ASK.formatted("true")).statusCode()).isEqualTo(429);
      }
    }
  }

  private static void assertKept(String kept, HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.headers().firstValue("x-kept")).contains(kept);
  }
}
