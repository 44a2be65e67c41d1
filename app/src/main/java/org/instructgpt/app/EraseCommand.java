package org.instructgpt.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.instructgpt.files.Count;
import org.instructgpt.files.Json;
import org.instructgpt.project.DataHash;
import org.instructgpt.project.Provenance;
import org.instructgpt.project.Workspace;
import org.instructgpt.records.Erased;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Store;
import org.instructgpt.studio.ErasableModules;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `instructgpt erase`: a person leaves, and what they gave with them.
@Command(
    name = "erase",
    description = {
      "Deletes all that people gave, and tells which models learned from it.",
      "Their prompts go with everything given on them, what they answered, ranked and rated, and what"
          + " others judged of their words; no byte is left in feedback.db. Models that learned from it"
          + " are marked as due for training again, and the other files of the workspace that still"
          + " hold their words are named. Backups and exports elsewhere are yours to find."
    },
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli gives required parameters a value
final class EraseCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = Json.LENIENT;

  /// Text that looks the same in JSON, HTML and as it was written.
  private static final Pattern PLAIN = Pattern.compile("[^\"\\\\<>&'\\p{Cntrl}\u2028\u2029]+");

  /// Shorter words say nothing about who wrote them, longer ones may be cut where they are shown.
  private static final int TELLING = 16;

  private static final int SHOWN = 40;

  /// No file of words is larger; weights are.
  private static final long LARGEST = 1L << 30;

  @Mixin private final WorkspaceOption workspace = new WorkspaceOption();

  @Parameters(
      arity = "1..*",
      paramLabel = "PERSON",
      description = "Names of accounts, or ids as in the user and labeler fields of an export.")
  private List<String> people;

  @Spec private @Nullable CommandSpec spec;
  private final InstantSource clock;

  EraseCommand(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public Integer call() throws IOException {
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    var place = workspace.open();
    try (var store = place.givenStore()) {
      var residents = ErasableModules.of(store, clock, new SecureRandom());
      var who = residents.ids(people);
      var words = words(store, who);
      var erased = store.erase(who, Set.of(), residents.modules());
      tell(erased, out);
      var models = new Provenance(place).learnedFrom(ids(erased));
      tellModels(place, models, !ids(erased).isEmpty(), out);
      tellFiles(place, words, out);
      note(place, who, erased, models);
    }
    return 0;
  }

  private static Set<String> ids(Erased erased) {
    var ids = new HashSet<>(erased.prompts());
    ids.addAll(erased.demonstrations());
    ids.addAll(erased.rankings());
    ids.addAll(erased.ratings());
    return ids;
  }

  private static void tell(Erased erased, PrintWriter out) {
    out.println(
        "erased: %s, %s, %s, %s, %s, %s"
            .formatted(
                Count.of(erased.prompts().size(), "prompt"),
                Count.of(erased.demonstrations().size(), "demonstration"),
                Count.of(erased.rankings().size(), "ranking"),
                Count.of(erased.ratings().size(), "rating"),
                Count.of(erased.labelers(), "labeler"),
                Count.of(erased.others(), "other row")));
  }

  private void tellModels(
      Workspace place, List<Provenance.Model> models, boolean something, PrintWriter out)
      throws IOException {
    if (models.isEmpty() || !something) {
      out.println("no model learned from it");
      return;
    }
    out.println("models that learned from it, now due for training again:");
    for (var model : models) {
      Provenance.mark(model, clock.instant());
      var how =
          !model.known()
              ? "perhaps: its run kept no list of records"
              : model.records() == 0
                  ? "through " + String.join(", ", model.from())
                  : "from %,d of the records".formatted(model.records());
      out.println("  " + place.root().relativize(model.folder()) + ": " + how);
    }
  }

  /// A piece of each text that they wrote, to look for elsewhere.
  private static Set<String> words(Store store, Set<String> people) {
    var words = new LinkedHashSet<String>();
    store.prompts(Filter.ALL).stream()
        .filter(prompt -> prompt.user().filter(people::contains).isPresent())
        .forEach(prompt -> piece(prompt.text(), words));
    for (var person : people) {
      store
          .demonstrations(Filter.ALL.by(person))
          .forEach(given -> piece(given.item().response(), words));
    }
    return words;
  }

  private static void piece(String text, Set<String> words) {
    PLAIN
        .matcher(text)
        .results()
        .map(found -> found.group().strip())
        .filter(piece -> piece.length() >= TELLING)
        .max((a, b) -> Integer.compare(a.length(), b.length()))
        .map(piece -> piece.substring(0, Math.min(SHOWN, piece.length())))
        .ifPresent(words::add);
  }

  private static void tellFiles(Workspace place, Set<String> words, PrintWriter out)
      throws IOException {
    List<Path> holding = new ArrayList<>();
    try (Stream<Path> files = Files.walk(place.root())) {
      for (var file : files.filter(EraseCommand::isText).sorted().toList()) {
        if (holds(file, words)) {
          holding.add(place.root().relativize(file));
        }
      }
    }
    if (!holding.isEmpty()) {
      out.println("files that still hold words of theirs; make them again, or delete them:");
      holding.forEach(file -> out.println("  " + file));
    }
  }

  private static boolean isText(Path file) {
    var name = String.valueOf(file.getFileName());
    try {
      return Files.isRegularFile(file)
          && name.matches("(?i).*\\.(jsonl?|csv|txt|html?|md|log|svg)(\\.gz)?")
          && Files.size(file) <= LARGEST;
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  private static boolean holds(Path file, Set<String> words) throws IOException {
    try (InputStream raw = Files.newInputStream(file);
        InputStream bytes = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw;
        var lines = new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8))) {
      return lines.lines().anyMatch(line -> words.stream().anyMatch(line::contains));
    }
  }

  /// A line a request in `reports/erasures.jsonl`, that it was done can be shown: numbers and
  /// models, and of the people only a fingerprint of their ids.
  private void note(Workspace place, Set<String> who, Erased erased, List<Provenance.Model> models)
      throws IOException {
    var line = JSON.createObjectNode().put("at", clock.instant().toString());
    line.put("people", DataHash.of(who.stream().sorted().map(EraseCommand::characters)));
    line.put("prompts", erased.prompts().size())
        .put("demonstrations", erased.demonstrations().size())
        .put("rankings", erased.rankings().size())
        .put("ratings", erased.ratings().size())
        .put("others", erased.others());
    var named = line.putArray("models");
    models.forEach(model -> named.add(place.root().relativize(model.folder()).toString()));
    Files.createDirectories(place.reports());
    Files.writeString(
        place.reports().resolve("erasures.jsonl"),
        line + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  private static int[] characters(String id) {
    return id.codePoints().toArray();
  }
}
