package org.instructgpt.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Files of a model, from a hub into a folder. A file has its own name only when it is whole and
/// has the size and the sum that the hub told; until then what has come is `NAME.SUM.part`, and a
/// later call goes on behind it.
///
/// @param client asks
/// @param refusals tells answers that are no content
/// @param commit of the model
/// @param folder where they go
/// @param say is told what is odd
record Download(
    HubClient client, HubRefusals refusals, String commit, Path folder, Consumer<String> say) {
  private static final int PORTION = 1 << 16;
  private static final Pattern RANGE = Pattern.compile("bytes (\\d{1,18})-\\d+/(\\d{1,18}|\\*)");

  /// What the hub says of a file, where its list did not say all.
  ///
  /// @throws IllegalArgumentException if it does not say its size
  HubFile described(HubFile file) throws IOException {
    if (file.isKnown()) {
      return file;
    }
    var answer = client.head(refusals.address(commit, file));
    if (answer.statusCode() >= 400) {
      throw refusals.failure(answer, what(file));
    }
    var told = HubClient.described(file.name(), answer);
    long size = file.size() == HubFile.UNKNOWN ? told.size() : file.size();
    if (size == HubFile.UNKNOWN) {
      throw new IllegalArgumentException(
          "%s: %s does not say how large it is".formatted(what(file), refusals.hub()));
    }
    return new HubFile(file.name(), size, file.sum().or(told::sum));
  }

  /// Whether the file is here already, whole. One that differs, or that nothing is known of to
  /// compare it with, is deleted.
  boolean isHere(HubFile file) throws IOException {
    var place = folder.resolve(file.name());
    if (!Files.exists(place)) {
      return false;
    }
    if (file.sum().isPresent() && Files.size(place) == file.size()) {
      try (var whole = PartFile.open(file, place)) {
        if (whole.isRight()) {
          return true;
        }
      }
    }
    Files.delete(place);
    return false;
  }

  /// How many bytes of a file are here.
  long here(HubFile file) throws IOException {
    for (var place : new Path[] {folder.resolve(file.name()), part(file)}) {
      if (Files.exists(place)) {
        return Math.min(Files.size(place), file.size());
      }
    }
    return 0;
  }

  private Path part(HubFile file) {
    return folder.resolve(file.part(commit));
  }

  /// Tries once to get what is missing of a file.
  ///
  /// @param progress is told how many bytes of it are here
  /// @throws TransientFailure if it broke off; what has come is kept
  void tryOnce(HubFile file, LongConsumer progress) throws IOException {
    long before;
    boolean right;
    try (var part = PartFile.open(file, part(file))) {
      before = part.size();
      progress.accept(before);
      if (before < file.size()) {
        receive(part, file, progress);
      }
      right = part.isRight();
    }
    if (right) {
      Files.move(part(file), folder.resolve(file.name()), StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    Files.delete(part(file));
    progress.accept(0);
    var message =
        "%s does not have the checksum that %s tells".formatted(what(file), refusals.hub());
    throw before > 0
        ? new TransientFailure(message + ", and begins again", false, null)
        : new IOException(message + ": it was thrown away; the same command gets it again");
  }

  private void receive(PartFile part, HubFile file, LongConsumer progress) throws IOException {
    long have = part.size();
    Map<String, String> range = have > 0 ? Map.of("Range", "bytes=" + have + "-") : Map.of();
    var answer = client.get(refusals.address(commit, file), range);
    switch (answer.statusCode()) {
      case 206 -> requireRange(answer, file, have);
      case 200 -> {
        if (have > 0) {
          say.accept(file.name() + ": the hub does not give the rest alone; it begins again");
          part.empty();
        }
      }
      default -> {
        answer.body().close();
        throw refusals.failure(answer, what(file));
      }
    }
    copy(answer, part, file, have, progress);
  }

  private void requireRange(HttpResponse<InputStream> answer, HubFile file, long from)
      throws IOException {
    var told = answer.headers().firstValue("Content-Range").orElse("none");
    var range = RANGE.matcher(told);
    boolean fits =
        range.matches()
            && Long.parseLong(range.group(1)) == from
            && (range.group(2).equals("*") || Long.parseLong(range.group(2)) == file.size());
    if (!fits) {
      answer.body().close();
      throw new IOException(
          "%s: expected the bytes from %d of %d, found the Content-Range %s"
              .formatted(what(file), from, file.size(), HubRefusals.clean(told)));
    }
  }

  /// @param from how much was here before: only more than that is something new, also where the hub
  ///   begins again
  private void copy(
      HttpResponse<InputStream> answer,
      PartFile part,
      HubFile file,
      long from,
      LongConsumer progress)
      throws IOException {
    var buffer = new byte[PORTION];
    try (var body = client.body(answer)) {
      for (int n = read(body, buffer, part, file, from);
          n >= 0;
          n = read(body, buffer, part, file, from)) {
        if (part.size() + n > file.size()) {
          part.empty();
          throw new IOException(
              "%s: %s sends more than the %,d bytes it told of; it was thrown away"
                  .formatted(what(file), refusals.hub(), file.size()));
        }
        part.add(buffer, n);
        progress.accept(part.size());
      }
    }
    if (part.size() < file.size()) {
      throw brokenOff(part, file, from, null);
    }
  }

  /// Tells a connection that broke, which is tried again, from a disk that is full, which is not.
  private int read(PatientBody body, byte[] buffer, PartFile part, HubFile file, long from)
      throws IOException {
    if (client.isStopped()) {
      throw new CancellationException("stopped");
    }
    try {
      return body.read(buffer);
    } catch (IOException lost) {
      throw brokenOff(part, file, from, lost);
    }
  }

  private static TransientFailure brokenOff(
      PartFile part, HubFile file, long from, @Nullable IOException cause) {
    return new TransientFailure(
        "%s broke off after %s of %s"
            .formatted(file.name(), DataSize.of(part.size()), DataSize.of(file.size())),
        part.size() > from,
        cause);
  }

  private String what(HubFile file) {
    return "%s of %s".formatted(file.name(), refusals.model());
  }
}
