package org.instructgpt.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.files.Count;
import org.instructgpt.files.ForeignTexts;
import org.instructgpt.hub.HubEndpoint;
import org.instructgpt.hub.HubModel;
import org.instructgpt.hub.Pull;
import org.instructgpt.hub.PullOptions;
import org.instructgpt.project.Workspace;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `instructgpt pull`: a model from a hub, into the workspace.
@Command(
    name = "pull",
    description = {
      "Downloads a model from a hub that speaks Hugging Face's HTTP interface into the workspace.",
      "What cannot be opened is refused before its weights come. The same command goes on where one"
          + " was stopped or broke off. A token comes from HF_TOKEN in the environment or a file."
    },
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli gives required parameters a value
final class PullCommand implements Callable<Integer> {

  @Parameters(
      paramLabel = "ORG/NAME[@REVISION]",
      description = "The model, such as openai-community/gpt2.")
  private String model;

  @Mixin private final WorkspaceOption workspace = new WorkspaceOption();

  @Option(
      names = "--to",
      paramLabel = "NAME",
      description = "What the model is called here (its NAME).")
  private @Nullable String to;

  @Option(
      names = "--revision",
      paramLabel = "REVISION",
      description = "A branch, a tag or a commit (main).")
  private @Nullable String revision;

  @Option(
      names = "--endpoint",
      paramLabel = "URL",
      description =
          "Where the hub is (HF_ENDPOINT in the environment, else " + HubEndpoint.USUAL + ").")
  private @Nullable String endpoint;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "A file with the token of an account that may read the model, in place of HF_TOKEN.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--include",
      split = ",",
      paramLabel = "PATTERN",
      description = "More files of the model, such as README.md or *.txt.")
  private List<String> include = List.of();

  @Option(
      names = "--allow-http",
      description = "Connect to an endpoint on another machine without encryption.")
  private boolean allowHttp;

  @Spec private @Nullable CommandSpec spec;
  private final StopSignals stop;
  private final InstantSource clock;
  private final UnaryOperator<@Nullable String> environment;

  /// @param environment what a variable holds; null where it is not set
  PullCommand(StopSignals stop, InstantSource clock, UnaryOperator<@Nullable String> environment) {
    this.stop = stop;
    this.clock = clock;
    this.environment = environment;
  }

  @Override
  public Integer call() throws IOException {
    var asked = asked();
    var hub = HubEndpoint.of(address(), token(), allowHttp);
    var place = new Workspace(workspace.folder()).model(to == null ? asked.name() : to);
    var _ = Workspace.create(workspace.folder());
    var options =
        PullOptions.of(
            include,
            stop.heed()::requested,
            Terminal.progress("pull", "MB"),
            line -> Terminal.tell("pull: " + line),
            clock);
    var pulled = new Pull(hub, asked, place, options).run();
    if (pulled.isEmpty()) {
      return StopSignals.STOPPED;
    }
    tell(place, pulled.get());
    return 0;
  }

  private HubModel asked() {
    var asked = HubModel.parse(model);
    if (revision == null) {
      return asked;
    }
    if (model.contains("@") && !asked.revision().equals(revision)) {
      throw new IllegalArgumentException(
          "--revision %s: expected the revision once, found %s too"
              .formatted(revision, asked.revision()));
    }
    return asked.at(revision);
  }

  private String address() {
    var told = Objects.requireNonNullElse(environment.apply("HF_ENDPOINT"), "").strip();
    return endpoint != null ? endpoint : told.isEmpty() ? HubEndpoint.USUAL : told;
  }

  private Optional<String> token() throws IOException {
    if (tokenFile == null) {
      return Optional.ofNullable(environment.apply("HF_TOKEN"))
          .map(String::strip)
          .filter(token -> !token.isEmpty());
    }
    if (Files.size(tokenFile) > 10_000 || ForeignTexts.read(tokenFile).isBlank()) {
      throw new IllegalArgumentException(
          "--token-file %s: expected a file with a token and nothing else".formatted(tokenFile));
    }
    return Optional.of(Files.readString(tokenFile).strip());
  }

  private void tell(Path place, Pull.Pulled pulled) throws IOException {
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    var weights = Checkpoint.weights(place);
    boolean reward = Checkpoint.kind(place) == Checkpoint.Kind.REWARD;
    long numbers = weights.numbers().values().stream().mapToLong(Long::longValue).sum();
    out.println(
        "%s: a %s of %s, %s, commit %s"
            .formatted(
                place,
                reward ? "reward model" : "language model",
                Count.of(numbers, "parameter"),
                Count.of(pulled.bytes(), "byte"),
                pulled.commit()));
    out.println(
        "licence: "
            + pulled
                .licence()
                .orElse("the hub does not tell it; read the model's page before you use it"));
    if (!pulled.unchecked().isEmpty()) {
      out.println(
          "without a checksum from the hub, by size alone: "
              + String.join(", ", pulled.unchecked()));
    }
    out.println(
        "next: instructgpt %s --workspace %s --from %s"
            .formatted(reward ? "reward" : "sft", workspace.folder(), place.getFileName()));
  }
}
