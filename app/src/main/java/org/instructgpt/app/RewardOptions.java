package org.instructgpt.app;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Stack;
import org.instructgpt.ppo.RewardRule;
import org.instructgpt.ppo.RewardService;
import org.instructgpt.project.RewardSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/// What scores responses: a reward model, rules or a service.
final class RewardOptions {

  /// Lets a rule begin with a minus sign, which would else begin a flag: a space before it, which
  /// is taken away again, makes it a value.
  static final class SignedWeights implements IParameterPreprocessor {
    @Override
    public boolean preprocess(
        Stack<String> words, CommandSpec command, ArgSpec option, Map<String, Object> info) {
      if (!words.isEmpty() && words.peek().matches("(?s)-[0-9.].*")) {
        words.push(" " + words.pop());
      }
      return false;
    }
  }

  @Option(
      names = "--reward-model",
      paramLabel = "MODEL",
      description = "The reward model: a name in the workspace or a folder (reward).")
  private @Nullable String model;

  @Option(
      names = "--rule",
      preprocessor = SignedWeights.class,
      paramLabel = "RULE",
      description = {
        "A rule instead, several of which add up: ends, json, contains=TEXT, lacks=TEXT, matches=REGEX,",
        "words=LEAST..MOST; each from 0 to 1, times a weight before it, such as 0.5*lacks=sorry or -1*json."
      })
  private List<String> rules = new ArrayList<>();

  @Option(
      names = "--reward-url",
      paramLabel = "URL",
      description = {
        "An HTTP service instead: it is sent {\"prompts\", \"completions\", \"ended\"} and gives {\"rewards\"}."
      })
  private @Nullable String address;

  @Option(
      names = "--reward-timeout",
      defaultValue = "60",
      paramLabel = "SECONDS",
      description = "How long an answer of the service may take (${DEFAULT-VALUE}).")
  private int timeout;

  @Option(
      names = "--reward-attempts",
      defaultValue = "6",
      paramLabel = "N",
      description =
          "How often the service is asked, with pauses of 1, 2, 4 and more seconds, before the run saves"
              + " and ends (${DEFAULT-VALUE}).")
  private int attempts;

  /// @throws IllegalArgumentException if more than one is given, or what is given is wrong
  RewardSource source() {
    int given = (model == null ? 0 : 1) + (rules.isEmpty() ? 0 : 1) + (address == null ? 0 : 1);
    if (given > 1) {
      throw new IllegalArgumentException(
          "--reward-model, --rule, --reward-url: expected one of them, found %d; each scores the responses"
              .formatted(given));
    }
    if (address != null) {
      return new RewardSource.Service(service(address));
    }
    if (!rules.isEmpty()) {
      try {
        return new RewardSource.Rule(
            RewardRule.parse(rules.stream().map(String::stripLeading).toList()));
      } catch (IllegalArgumentException refused) {
        throw new IllegalArgumentException("--rule: " + refused.getMessage(), refused);
      }
    }
    return new RewardSource.Model(model == null ? "reward" : model);
  }

  private RewardService.Settings service(String at) {
    if (timeout < 1 || attempts < 1) {
      throw new IllegalArgumentException(
          "--reward-timeout, --reward-attempts: expected at least 1 of each, found %d and %d"
              .formatted(timeout, attempts));
    }
    try {
      return new RewardService.Settings(new URI(at), Duration.ofSeconds(timeout), attempts);
    } catch (URISyntaxException noAddress) {
      throw new IllegalArgumentException(
          "--reward-url: expected an address such as http://localhost:8000/score, found " + at,
          noAddress);
    } catch (IllegalArgumentException refused) {
      throw new IllegalArgumentException("--reward-url: " + refused.getMessage(), refused);
    }
  }
}
