package org.instructgpt.label;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.instructgpt.files.Sha256;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Store;
import org.jdbi.v3.core.Handle;

/// Exports the labeling data as files (schemas in `docs/labeling.md`): prompts, demonstrations,
/// comparisons with every labeler's own ranking, gold, tags, and a manifest.
///
/// People appear under pseudonyms: an HMAC of the id whose key is not part of the data. All files
/// show one state of the store.
public final class LabelingExports {
  /// The version of the schema; it stays the same when a field is added.
  private static final int VERSION = 1;

  private final Store store;
  private final byte[] key;
  private final InstantSource clock;
  private final Facts facts;

  /// Facts that other modules know about prompts at the time of an export.
  @FunctionalInterface
  public interface Facts {
    /// Further facts about a prompt, such as consent; empty for a prompt that must not be exported,
    /// nor any work on it.
    Function<Prompt, Optional<Map<String, Object>>> at(Handle handle);
  }

  /// @param key of the pseudonyms, at least 32 bytes, kept apart from the data
  public LabelingExports(Store store, byte[] key, InstantSource clock, Facts facts) {
    this.store = store;
    this.key = key.clone();
    this.clock = clock;
    this.facts = facts;
    new Pseudonyms(this.key);
  }

  /// Writes all files as a ZIP archive. The stream stays open.
  public void zip(OutputStream out) throws IOException {
    try {
      store.read(handle -> {
        try (var zip = new ZipOutputStream(new KeptOpen(out), StandardCharsets.UTF_8)) {
          write(handle, zip);
          return true;
        } catch (IOException broken) {
          throw new UncheckedIOException(broken);
        }
      });
      store.writeNow(handle -> {
        store.take(handle, "export", clock.instant());
        return true;
      });
    } catch (UncheckedIOException broken) {
      throw broken.getCause();
    }
  }

  private void write(Handle handle, ZipOutputStream zip) throws IOException {
    var rows = new LabelingExportRows(handle, new Pseudonyms(key), facts.at(handle));
    var files = new LinkedHashMap<String, Object>();
    files.put("prompt.jsonl", file(zip, "prompt.jsonl", rows::prompts));
    files.put("demonstration.jsonl", file(zip, "demonstration.jsonl", rows::demonstrations));
    files.put("comparison.jsonl", file(zip, "comparison.jsonl", rows::comparisons));
    files.put("gold.jsonl", file(zip, "gold.jsonl", rows::gold));
    files.put("tag.jsonl", file(zip, "tag.jsonl", rows::tags));
    var manifest = new LinkedHashMap<String, Object>();
    manifest.put("schema_version", VERSION);
    manifest.put("created_at", clock.instant().toString());
    manifest.put("filter", "consent in force");
    manifest.put("prompts_left_out", rows.leftOut());
    manifest.put("files", files);
    zip.putNextEntry(new ZipEntry("manifest.json"));
    zip.write(StoredJson.write(manifest).getBytes(StandardCharsets.UTF_8));
    zip.closeEntry();
  }

  /// Writes one file of JSON lines; returns its number of lines and its hash.
  private static Map<String, Object> file(
      ZipOutputStream zip, String name, Consumer<Consumer<Map<String, Object>>> rows)
      throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    var hashed = new DigestOutputStream(zip, Sha256.digest());
    var lines = new int[1];
    rows.accept(row -> {
      try {
        hashed.write((StoredJson.write(row) + "\n").getBytes(StandardCharsets.UTF_8));
        lines[0]++;
      } catch (IOException broken) {
        throw new UncheckedIOException(broken);
      }
    });
    zip.closeEntry();
    String hash = HexFormat.of().formatHex(hashed.getMessageDigest().digest());
    var entry = new LinkedHashMap<String, Object>();
    entry.put("rows", lines[0]);
    entry.put("sha256", hash);
    return entry;
  }

  /// Keeps the underlying stream open when the archive is closed.
  private static final class KeptOpen extends FilterOutputStream {
    KeptOpen(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      out.write(bytes, from, length);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
