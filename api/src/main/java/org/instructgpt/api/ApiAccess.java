package org.instructgpt.api;

import java.util.Optional;
import java.util.OptionalInt;

/// Decides who may ask.
@FunctionalInterface
public interface ApiAccess {
  /// Everybody may ask, and nothing is kept.
  ApiAccess EVERYBODY =
      _ ->
          Optional.of(
              new Client("anybody", OptionalInt.empty(), OptionalInt.empty(), Optional.empty()));

  /// Whoever sends a key.
  ///
  /// @param key as it was sent, if one was
  /// @return empty where it lets nobody in
  Optional<Client> client(Optional<String> key);

  /// Whoever has a key.
  ///
  /// @param name for the metrics; each name has limits of its own
  /// @param requestsPerMinute the most; empty for any number
  /// @param tokensPerMinute the most of prompts and completions together; empty for any number
  /// @param keeping under which consent what it asks may be kept; empty where nothing may
  record Client(
      String name,
      OptionalInt requestsPerMinute,
      OptionalInt tokensPerMinute,
      Optional<Keeping> keeping) {}

  /// The consent under which requests may be kept.
  ///
  /// @param account whose requests they are
  /// @param notice the version of what was agreed to
  /// @param always whether requests are kept that do not say so (`store`)
  record Keeping(String account, String notice, boolean always) {}
}
