package org.instructgpt.hub;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.LongConsumer;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.files.Json;
import org.instructgpt.model.Lineage;
import org.instructgpt.text.PromptTemplate;
import org.instructgpt.text.Tokenizers;

/// Brings a model from a hub into a folder.
///
/// 1. The hub tells the commit that the revision is at, and the files. What cannot be opened is
///    refused by their names.
/// 2. The small files come, and are read: a family, a key or a tokenizer that is not understood is
///    refused before any weights come.
/// 3. The weights come, as many bytes as the hub told and with its checksums, behind what an
///    earlier call has left.
/// 4. Names and shapes of the tensors are compared with `config.json`, and the folder gets its
///    name.
///
/// @param hub where the model is
/// @param model which one
/// @param target the folder that is made; it must not be there
/// @param options what else is to be known
public record Pull(HubEndpoint hub, HubModel model, Path target, PullOptions options) {
  /// The longest list of a model's files, in bytes.
  private static final int LIST_LIMIT = 20_000_000;

  /// What is written besides.
  private static final long MARGIN = 20_000_000;

  private static final long MEGABYTE = 1_000_000;

  /// What was pulled.
  ///
  /// @param commit of the model
  /// @param licence as the hub names it
  /// @param bytes of all files
  /// @param unchecked files whose checksum the hub does not tell
  public record Pulled(
      String commit, Optional<String> licence, long bytes, List<String> unchecked) {
    /// Copies the list.
    public Pulled {
      unchecked = List.copyOf(unchecked);
    }
  }

  /// Pulls it.
  ///
  /// @return empty where it was stopped; the same call then goes on from there
  /// @throws IllegalArgumentException if there is no such model, or none that can be opened
  /// @throws IOException if it did not come; the same call then goes on from there
  public Optional<Pulled> run() throws IOException {
    requireFree();
    try (var client = new HubClient(hub, options.silence(), options.stop())) {
      var listing = listing(client);
      options
          .say()
          .accept(
              "%s is at commit %s; licence: %s"
                  .formatted(
                      model, listing.commit(), listing.licence().orElse("not told by the hub")));
      var choice = FileChoice.of(listing, model, options.include());
      try (var folder = PullFolder.open(target)) {
        requireFree();
        return Optional.of(pull(client, listing, choice, folder));
      }
    } catch (CancellationException _) {
      options.say().accept(stopped());
      return Optional.empty();
    }
  }

  private String stopped() {
    var kept = PullFolder.of(target);
    return Files.exists(kept)
        ? "stopped: what has come is kept in %s, and the same command goes on from there"
            .formatted(kept)
        : "stopped: nothing had come yet";
  }

  private void requireFree() throws IOException {
    if (Files.exists(target)) {
      var from = Lineage.read(target).at("/made/pulled");
      throw new IllegalArgumentException(
          "%s is there already%s: name another place with --to NAME, or delete it first"
              .formatted(
                  target,
                  from.isObject()
                      ? ", pulled from %s at commit %s"
                          .formatted(from.path("repository").asText(), from.path("commit").asText())
                      : ""));
    }
  }

  private HubRefusals refusals() {
    return new HubRefusals(hub, model, options.clock());
  }

  private HubListing listing(HubClient client) throws IOException {
    return persist(() -> {
      var answer = client.get(hub.uri(model.listing()), Map.of());
      var asked = answer.uri().getPath();
      if (answer.statusCode() != 200) {
        answer.body().close();
        throw refusals().failure(answer, model.toString());
      }
      if (asked.matches(".*/api/models/[^/]+/[^/]+/revision/.*")) {
        var id = asked.replaceFirst(".*/api/models/([^/]+/[^/]+)/revision/.*", "$1");
        HubListing.requireSameName(id, model, hub);
      }
      return HubListing.read(client.json(answer, LIST_LIMIT), model, hub);
    });
  }

  private <T> T persist(Patience.Attempt<T> attempt) throws IOException {
    return options.patience().persist(attempt, options.stop(), options.say());
  }

  private Pulled pull(HubClient client, HubListing listing, FileChoice named, PullFolder folder)
      throws IOException {
    var download = new Download(client, refusals(), listing.commit(), folder.path(), options.say());
    var small = described(download, named.small());
    requireSmall(small);
    FileChoice choice;
    try {
      requireRoom(download, small);
      for (var file : small) {
        fetch(download, file, _ -> {});
      }
      requireReadable(folder.path());
      choice = named.withShards(folder.path(), model);
    } catch (IllegalArgumentException refused) {
      dropUnlessWeights(folder);
      throw refused;
    }
    choice.leftOut().ifPresent(options.say());
    var weights = described(download, choice.weights());
    var all = new ArrayList<>(small);
    all.addAll(weights);
    long swept = folder.sweep(all, listing.commit());
    if (swept > 0) {
      options
          .say()
          .accept(
              "%s that had come earlier belong to another state of the model, and were thrown away"
                  .formatted(DataSize.of(swept)));
    }
    requireRoom(download, weights);
    fetchAll(download, all);
    requireTensors(folder.path());
    return finish(listing, all, folder);
  }

  private List<HubFile> described(Download download, List<HubFile> files) throws IOException {
    var all = new ArrayList<HubFile>();
    for (var file : files) {
      all.add(persist(() -> download.described(file)));
    }
    return all;
  }

  private void requireSmall(List<HubFile> files) {
    for (var file : files) {
      if (file.size() > FileChoice.SMALL) {
        throw new IllegalArgumentException(
            "%s of %s: expected at most %s, found %s"
                .formatted(
                    file.name(), model, DataSize.of(FileChoice.SMALL), DataSize.of(file.size())));
      }
    }
  }

  private void requireRoom(Download download, List<HubFile> files) throws IOException {
    long missing = MARGIN;
    for (var file : files) {
      missing += file.size() - download.here(file);
    }
    long free = options.room().free(download.folder());
    if (free < missing) {
      throw new IOException(
          "%s: %s are still to come, but only %s are free at %s: make room there; what has come is kept"
              .formatted(model, DataSize.of(missing), DataSize.of(free), target));
    }
  }

  /// Reads the small files as whoever opens the model does.
  private void requireReadable(Path folder) throws IOException {
    try {
      Checkpoint.kind(folder);
      Checkpoint.shape(folder);
      PromptTemplate.of(folder);
      if (Tokenizers.isIn(folder)) {
        Checkpoint.tokenizer(folder);
      } else {
        options
            .say()
            .accept(
                "%s has no tokenizer that is read: only token ids can be given to it"
                    .formatted(model));
      }
    } catch (IllegalArgumentException refused) {
      throw new IllegalArgumentException(
          "%s cannot be opened, and its weights were not downloaded: %s"
              .formatted(model, told(refused, folder)),
          refused);
    }
  }

  private void requireTensors(Path folder) throws IOException {
    try {
      Checkpoint.requireReadable(folder);
    } catch (IllegalArgumentException refused) {
      throw new IllegalArgumentException(
          "%s came whole, but cannot be opened: %s. Its files are kept in %s, and may be deleted"
              .formatted(model, told(refused, folder), folder),
          refused);
    }
  }

  /// Names files as the hub does.
  private static String told(IllegalArgumentException refused, Path folder) {
    return String.valueOf(refused.getMessage()).replace(folder + "/", "").strip();
  }

  /// Nothing of value is lost where no weights have come.
  private static void dropUnlessWeights(PullFolder folder) throws IOException {
    boolean weights;
    try (var entries = Files.list(folder.path())) {
      weights =
          entries.anyMatch(entry ->
              String.valueOf(entry.getFileName())
                  .matches(".*\\.safetensors(\\.[0-9a-f]+\\.part)?"));
    }
    if (!weights) {
      folder.drop();
    }
  }

  private void fetchAll(Download download, List<HubFile> files) throws IOException {
    long all = files.stream().mapToLong(HubFile::size).sum();
    long here = 0;
    for (var file : files) {
      here += download.here(file);
    }
    options
        .say()
        .accept(
            "%s in %d files%s"
                .formatted(
                    DataSize.of(all),
                    files.size(),
                    here > 0 ? ", of which %s are here".formatted(DataSize.of(here)) : ""));
    options.progress().begin(here / MEGABYTE, megabytes(all));
    try {
      long whole = 0;
      for (var file : files) {
        long before = whole;
        fetch(
            download,
            file,
            have -> options.progress().advance((before + have) / MEGABYTE, Map.of()));
        whole += file.size();
      }
      options.progress().advance(megabytes(all), Map.of());
    } finally {
      options.progress().end();
    }
  }

  private static long megabytes(long bytes) {
    return (bytes + MEGABYTE - 1) / MEGABYTE;
  }

  private void fetch(Download download, HubFile file, LongConsumer progress) throws IOException {
    if (!download.isHere(file)) {
      persist(() -> {
        download.tryOnce(file, progress);
        return file;
      });
    }
  }

  private Pulled finish(HubListing listing, List<HubFile> files, PullFolder folder)
      throws IOException {
    var names = new ArrayList<>(files.stream().map(HubFile::name).toList());
    names.remove(Lineage.FILE);
    var lineage = lineage(listing, Lineage.read(folder.path()));
    folder.finish(names, lineage::write);
    return new Pulled(
        listing.commit(),
        listing.licence(),
        files.stream().mapToLong(HubFile::size).sum(),
        files.stream().filter(file -> file.sum().isEmpty()).map(HubFile::name).toList());
  }

  /// Where the model comes from; behind what its own lineage says, where it was made here and
  /// somebody has put it on the hub.
  private Lineage lineage(HubListing listing, ObjectNode own) {
    var from = new LinkedHashMap<String, Object>();
    from.put("endpoint", hub.toString());
    from.put("repository", model.id());
    from.put("revision", model.revision());
    from.put("commit", listing.commit());
    listing.licence().ifPresent(licence -> from.put("licence", licence));
    from.put("time", options.clock().instant().toString());
    var made = new LinkedHashMap<String, Object>();
    own.path("made")
        .properties()
        .forEach(e -> made.put(e.getKey(), Json.LENIENT.convertValue(e.getValue(), Object.class)));
    made.put("pulled", from);
    var parents = new LinkedHashMap<String, Lineage.Parent>();
    own.path("parents")
        .properties()
        .forEach(e ->
            parents.put(
                e.getKey(),
                new Lineage.Parent(
                    e.getValue().path("name").asText(), e.getValue().path("sha256").asText())));
    return new Lineage(own.path("stage").asText("pull"), made, parents);
  }
}
