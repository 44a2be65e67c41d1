package org.instructgpt.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import org.instructgpt.files.Json;
import org.instructgpt.project.Workspace;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Rating;
import org.instructgpt.records.Split;
import org.instructgpt.simulation.LabelerPool;
import org.instructgpt.simulation.LabelingInstructions;
import org.instructgpt.simulation.SimulatedLabeler;

/// A simulated labeler who works on tasks of the studio's HTTP API (`docs/http-api.md`).
///
/// @param labelers of the experiment
/// @param person who works
public record TaskWorker(LabelerPool labelers, SimulatedLabeler person) {
  private static final ObjectMapper JSON = Json.LENIENT;

  /// The number of different prompts of each kind that a simulated labeler can write.
  private static final int OWN_PROMPTS = 300;

  /// The workers of a pool of the demo in a workspace.
  ///
  /// @param commandsWithLog commands that log to a file
  public static List<TaskWorker> of(
      Labeler.Pool pool,
      Workspace workspace,
      Function<Path, Commands> commandsWithLog,
      PrintWriter out)
      throws IOException {
    var labelers = Experiment.continued(workspace, commandsWithLog, out).people().labelers();
    return labelers.people(pool).stream().map(each -> new TaskWorker(labelers, each)).toList();
  }

  /// The id of the labeler.
  public String id() {
    return person.labeler().id();
  }

  /// The work for a task, as `submit` takes it; empty for a prompt that is not from the simulation,
  /// which simulated labelers cannot judge.
  public Optional<ObjectNode> work(JsonNode task) {
    var prompt = prompt(task);
    var kind = task.path("kind").asText();
    if (kind.equals("plain") || kind.equals("user_based")) {
      return Optional.of(work("written").put("text", ownPrompt(kind, prompt.id())));
    }
    if (labelers.intent(prompt).isEmpty()) {
      return Optional.empty();
    }
    return switch (kind) {
      case "demonstrate" -> Optional.of(demonstrated(prompt));
      case "compare" -> Optional.of(compared(task, prompt));
      case "tag" -> Optional.of(tagged(prompt));
      default -> Optional.empty();
    };
  }

  private static Prompt prompt(JsonNode task) {
    var text = task.path("prompt").asText();
    return new Prompt(
        task.path("item").asText(),
        text.isBlank() ? "?" : text,
        Prompt.Source.CUSTOMER,
        Optional.empty(),
        Optional.empty(),
        Split.TRAIN,
        Optional.empty(),
        Instant.EPOCH);
  }

  private static ObjectNode work(String type) {
    return JSON.createObjectNode().put("type", type);
  }

  /// A prompt written by this labeler, a different one for each task.
  private String ownPrompt(String kind, String item) {
    var prompts =
        kind.equals("plain")
            ? labelers.write(OWN_PROMPTS, 0, 0)
            : labelers.write(0, 0, OWN_PROMPTS);
    int hash = (id() + item).hashCode();
    return prompts.get(Math.floorMod(hash, prompts.size())).text();
  }

  private ObjectNode demonstrated(Prompt prompt) {
    var answer = labelers.demonstrate(person, prompt, Instant.EPOCH).response();
    return work("demonstrated").put("response", answer);
  }

  private ObjectNode compared(JsonNode task, Prompt prompt) {
    var instructions =
        LabelingInstructions.valueOf(task.path("mode").asText().toUpperCase(Locale.ROOT));
    List<Output> outputs = new ArrayList<>();
    StreamSupport.stream(task.path("outputs").spliterator(), false)
        .forEach(text -> outputs.add(new Output(text.asText(), "unknown")));
    var work = work("compared");
    var rated = work.putArray("outputs");
    for (Rating rating : labelers.rate(person, prompt, outputs, instructions, Instant.EPOCH)) {
      var one = rated.addObject().put("quality", rating.quality());
      var flags = one.putArray("flags");
      rating.flags().forEach(flag -> flags.add(flag.name().toLowerCase(Locale.ROOT)));
      one.put("note", "");
    }
    var ranks = work.putArray("ranks");
    for (int rank : labelers.rank(person, prompt, outputs, instructions, Instant.EPOCH).ranks()) {
      ranks.add(rank);
    }
    return work;
  }

  private ObjectNode tagged(Prompt prompt) {
    var work = work("tagged").put("personalData", false);
    work.putArray("tags");
    labelers
        .settle(person, prompt)
        .useCase()
        .ifPresent(useCase -> work.put("useCase", useCase.name().toLowerCase(Locale.ROOT)));
    return work;
  }
}
