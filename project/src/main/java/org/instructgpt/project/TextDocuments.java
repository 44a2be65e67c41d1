package org.instructgpt.project;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;
import org.instructgpt.files.Sha256;
import org.instructgpt.model.Lineage;

/// The documents of a text, which may be read several times: from its files, or where one of them
/// gives what it holds only once, as a pipe does, from memory.
///
/// @param listing the files
/// @param follow how a person follows the reading
/// @param sha256 of what the files hold and how they are read, 64 hexadecimal digits; empty where
///   nothing can be read again
/// @param kept what was read there
record TextDocuments(
    TextListing listing, Progress follow, Optional<String> sha256, Optional<TextFiles> kept) {
  /// Part of what identifies a text: raise it when texts are cut into documents in another way.
  private static final String CUT = "documents 1";

  /// Those of the files that were found.
  static TextDocuments of(TextListing listing, Progress follow) throws IOException {
    return listing.isReadTwice()
        ? new TextDocuments(listing, follow, Optional.of(identity(listing)), Optional.empty())
        : new TextDocuments(
            listing, follow, Optional.empty(), Optional.of(TextFiles.read(listing, follow)));
  }

  private static String identity(TextListing listing) throws IOException {
    var all = new StringBuilder(CUT);
    for (var file : listing.files()) {
      all.append('\n').append(TextListing.ending(file)).append(' ').append(Lineage.sha256(file));
    }
    return Sha256.of(all.toString());
  }

  /// Reads them from the first to the last.
  ///
  /// @param training is given the documents to learn
  /// @param validation is given those that are held out
  void each(Consumer<String> training, Consumer<String> validation) throws IOException {
    if (kept.isPresent()) {
      kept.get().training().forEach(training);
      kept.get().validation().forEach(validation);
    } else {
      TextFiles.read(listing, follow, training, validation);
    }
  }
}
