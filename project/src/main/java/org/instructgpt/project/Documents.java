package org.instructgpt.project;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/// The documents of a text, which may be read several times: from its files, or where one of them
/// gives what it holds only once, as a pipe does, from memory.
///
/// @param listing the files
/// @param follow how a person follows the reading
/// @param kept what was read where nothing can be read again
record Documents(TextListing listing, Progress follow, Optional<TextFiles> kept) {
  /// Those of the files that were found.
  static Documents of(TextListing listing, Progress follow) throws IOException {
    return new Documents(
        listing,
        follow,
        listing.isReadTwice() ? Optional.empty() : Optional.of(TextFiles.read(listing, follow)));
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
