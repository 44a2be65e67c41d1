package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.instructgpt.model.Lineage;
import org.instructgpt.project.Provenance;
import org.instructgpt.project.Workspace;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Split;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Other ways from a supervised policy on, from the command line: DPO, RLOO, GRPO, rewards that are
/// no reward model.
@Tag("slow")
class OtherWaysTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  @TempDir static Path shared;
  @TempDir Path folder;
  private final CommandSession session = new CommandSession(shared);

  @BeforeAll
  static void makeTheStart() throws IOException {
    new CommandSession(shared).makeTheStart();
  }

  // ---- DPO ----

  @Test
  void aPolicyComesFromRankingsAloneWithItsLineage() throws IOException {
    session.train("dpo");
    assertThat(session.out().toString())
        .contains("under supervised are read once: they are the reference");
    var lineage = Lineage.read(session.model("dpo"));
    assertThat(lineage.at("/stage").asText()).isEqualTo("dpo");
    assertThat(lineage.at("/parents/policy/name").asText()).isEqualTo("supervised");
    assertThat(lineage.at("/made/settings/dpo/beta").asDouble()).isEqualTo(0.1);
    assertThat(lineage.at("/made/settings/dpo/loss").asText()).isEqualTo("dpo");
    var metrics = metrics("dpo-1");
    assertThat(metrics.getFirst().at("/metrics/loss").asDouble())
        .isCloseTo(Math.log(2), within(1e-12));
    assertThat(metrics.getFirst().at("/metrics/margin").asDouble()).isZero();
    assertThat(metrics).filteredOn(line -> line.path("kind").asText().equals("eval")).isNotEmpty();

    // What learned from a ranking is found, and nobody's demonstration is among what it learned.
    var workspace = new Workspace(shared.resolve("workspace"));
    try (var store = workspace.store()) {
      var ranking = store.rankings(Filter.ALL.in(Split.TRAIN)).getFirst().item().id();
      var shown = store.demonstrations(Filter.ALL.in(Split.TRAIN)).getFirst().item().id();
      assertThat(new Provenance(workspace).learnedFrom(Set.of(ranking)))
          .extracting(Provenance.Model::name)
          .contains("dpo");
      var records = Files.readString(shared.resolve("workspace/runs/dpo-1/records.txt"));
      assertThat(records).contains(ranking).doesNotContain(shown);
    }
  }

  @Test
  void dpoFitsIntoTheMemoryItIsGiven() {
    session.train("dpo", "--name", "thrifty", "--memory", "600M");
    assertThat(session.out().toString())
        .contains("dpo is planned to need", "dpo.micro_batch_tokens=");
  }

  @Test
  void dpoWithoutRankingsIsRefused() throws IOException {
    var empty = Files.createDirectory(folder.resolve("empty"));
    session.succeed(
        "import",
        shared.resolve("demonstrations.jsonl"),
        "--workspace",
        empty.resolve("workspace"));
    assertThat(
            session.run(
                "dpo",
                "--workspace",
                empty.resolve("workspace"),
                "--from",
                session.model("supervised"),
                "--recipe",
                shared.resolve("recipe.yaml")))
        .isEqualTo(2);
    assertThat(session.err().toString()).contains("expected rankings that prefer some completion");
  }

  // ---- RLOO and GRPO ----

  @Test
  void rlooLearnsFromTheRewardModelWithoutAValueNetwork() throws IOException {
    session.train("ppo", "--name", "rloo");
    assertThat(Lineage.read(session.model("rloo")).at("/parents/reward_model/name").asText())
        .isEqualTo("reward");
    var group = Lineage.read(session.model("rloo")).at("/made/settings/ppo/objective/group");
    assertThat(group.path("advantage").asText()).isEqualTo("rloo");
    assertThat(group.path("samples").asInt()).isEqualTo(4);
    var run = Lineage.read(session.model("rloo")).at("/made/run").asText();
    assertThat(metrics(run).getFirst().at("/metrics").has("value_loss")).isFalse();
    assertThat(metrics(run).getFirst().at("/metrics/ratio_first").asDouble()).isEqualTo(1);
  }

  @Test
  void aRuleStandsInThePlaceOfTheRewardModel() throws IOException {
    session.train(
        "ppo",
        "--name",
        "ruled",
        "--set",
        "objective.group.advantage=grpo",
        "--rule",
        "ends",
        "--rule=-0.5*contains=dog");
    assertThat(session.out().toString())
        .contains("responses are scored by the rule ends + -0.5*contains=dog")
        .doesNotContain("value network");
    var lineage = Lineage.read(session.model("ruled"));
    assertThat(lineage.at("/made/settings/reward_source").asText())
        .isEqualTo("rule ends + -0.5*contains=dog");
    assertThat(lineage.at("/parents").has("reward_model")).isFalse();
    assertThat(metrics(lineage.at("/made/run").asText()))
        .allSatisfy(line -> {
          double score = line.at("/metrics/score").asDouble();
          double ended = line.at("/metrics/eos_rate").asDouble();
          if (line.path("kind").asText().equals("train")) {
            assertThat(score).isBetween(ended - 0.5, ended);
          }
        });
  }

  @Test
  void withAValueNetworkARuleLetsItStartFromThePolicy() {
    session.train(
        "ppo", "--name", "valued", "--set", "objective.group=null", "--rule", "words=1..4");
    assertThat(session.out().toString())
        .contains("it has the policy's body and a small random head", "objective.group");
  }

  @Test
  void onlyOneRewardIsTakenAndItMustBeOne() {
    assertThat(session.refused("ppo", "--rule", "ends", "--reward-model", "reward"))
        .contains("--reward-model, --rule, --reward-url: expected one of them, found 2");
    assertThat(session.refused("ppo", "--rule", "end"))
        .contains("--rule: rule \"end\": expected ends");
    assertThat(session.refused("ppo", "--rule=-0.5*end"))
        .contains("rule \"-0.5*end\": expected ends");
    assertThat(session.refused("ppo", "--rule", "-.5*end", "--rule", "more"))
        .contains("rule \"-.5*end\": expected ends", "rule \"more\": expected ends");
    assertThat(session.refused("ppo", "--rule", "--name", "x")).contains("'--rule'", "'--name'");
    assertThat(session.refused("ppo", "--reward-url", "ftp://host/x"))
        .contains("--reward-url: expected an address such as http://");
    assertThat(session.refused("ppo", "--reward-url", "not one"))
        .contains("--reward-url: expected an address such as http://", "found not one")
        .doesNotContain("Exception");
    assertThat(session.refused("ppo", "--reward-url", "http://host/x", "--reward-timeout", "0"))
        .contains("--reward-timeout");
    assertThat(session.refused("ppo", "--set", "objective.group.samples=1")).contains("at least 2");
    assertThat(session.refused("ppo", "--set", "objective.group.advantage=reinforce"))
        .contains("rloo", "grpo");
  }

  @Test
  void aServiceThatGoesAwayEndsTheRunSavedAndTheSameCommandGoesOn() throws IOException {
    var answers = new AtomicInteger();
    var limit = new AtomicInteger(Integer.MAX_VALUE);
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          var asked = JSON.readTree(exchange.getRequestBody());
          boolean there = answers.incrementAndGet() <= limit.get();
          byte[] body = JSON.writeValueAsBytes(rewards(asked));
          exchange.sendResponseHeaders(there ? 200 : 503, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try {
      var url = "http://localhost:" + server.getAddress().getPort() + "/";
      String[] service = {"--reward-url", url, "--reward-attempts", "1", "--precision", "float32"};
      session.train(with(service, "ppo", "--name", "whole"));
      int all = answers.getAndSet(0);
      limit.set(all * 5 / 8);

      assertThat(session.run(session.training(with(service, "ppo", "--name", "broken"))))
          .isEqualTo(1);
      assertThat(session.err().toString())
          .contains("the reward service " + url, "found status 503", "the same command goes on");
      assertThat(session.model("broken")).doesNotExist();
      limit.set(Integer.MAX_VALUE);
      session.train(with(service, "ppo", "--name", "broken"));

      assertThat(Files.readAllBytes(session.model("broken").resolve("model.safetensors")))
          .isEqualTo(Files.readAllBytes(session.model("whole").resolve("model.safetensors")));
    } finally {
      server.stop(0);
    }
  }

  private static JsonNode rewards(JsonNode asked) {
    var said = JSON.createObjectNode();
    var rewards = said.putArray("rewards");
    asked.path("completions").forEach(text -> rewards.add(text.asText().length() * 0.1));
    return said;
  }

  private static Object[] with(String[] flags, Object... first) {
    var all = new ArrayList<>(Arrays.asList(first));
    all.addAll(Arrays.asList(flags));
    return all.toArray();
  }

  private static List<JsonNode> metrics(String run) throws IOException {
    return CommandSession.lines(
        shared.resolve("workspace/runs").resolve(run).resolve("metrics.jsonl"));
  }
}
