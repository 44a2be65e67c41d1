package org.instructgpt.label;

import java.io.IOException;
import java.io.OutputStream;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Function;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Store;

/// Everything that labelers gave, as files for researchers (schemas in `docs/formats.md`): prompts,
/// demonstrations, comparisons with every labeler's own ranking, gold, and a manifest.
///
/// People appear under pseudonyms: an HMAC of the id whose key is not part of the data.
public final class Exports {

  /// @param key of the pseudonyms, at least 32 bytes, kept apart from the data
  /// @param known what else is known of a prompt: consent, language, personal data; may be empty
  public Exports(
      Store store, byte[] key, InstantSource clock, Function<Prompt, Map<String, Object>> known) {
    throw new UnsupportedOperationException();
  }

  /// Writes a ZIP file with all of it.
  public void zip(OutputStream out) throws IOException {
    throw new UnsupportedOperationException();
  }
}
