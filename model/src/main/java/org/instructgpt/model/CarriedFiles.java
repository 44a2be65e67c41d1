package org.instructgpt.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// Small text files of the checkpoint that a model came from, which go with whatever is made of it:
/// its description in other programs' words, how its texts are sampled, its licence.
///
/// @param texts what is in each file, by its name
public record CarriedFiles(SequencedMap<String, String> texts) {
  /// Of a model that was made here.
  public static final CarriedFiles NONE = new CarriedFiles(new LinkedHashMap<>());

  /// Makes the map unchangeable.
  public CarriedFiles {
    texts = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(texts));
  }

  /// Those of a map.
  public static CarriedFiles of(Map<String, String> texts) {
    return new CarriedFiles(new LinkedHashMap<>(texts));
  }

  /// What is in a file.
  public Optional<String> text(String name) {
    return Optional.ofNullable(texts.get(name));
  }
}
