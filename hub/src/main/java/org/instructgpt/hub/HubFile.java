package org.instructgpt.hub;

import java.util.Optional;

/// A file of a model on a hub.
///
/// @param name with the folders it is in
/// @param size in bytes; [#UNKNOWN] where the hub does not say it
/// @param sum empty where the hub does not say it
record HubFile(String name, long size, Optional<Checksum> sum) {
  static final long UNKNOWN = -1;

  /// Whether all that a download is checked by is known.
  boolean isKnown() {
    return size != UNKNOWN && sum.isPresent();
  }

  /// The name under which a part of it is kept: parts of other contents have others. Without a
  /// checksum the commit tells contents apart.
  String part(String commit) {
    return name + "." + sum.map(Checksum::hex).orElse(commit).substring(0, 16) + ".part";
  }
}
