package org.instructgpt.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.serve.InferenceEngine;
import org.instructgpt.serve.ServedModel;
import org.instructgpt.text.TokenTexts;
import org.instructgpt.text.Tokenizer;

/// The models that can be asked, with their tokenizers.
final class OpenModels {
  private final InferenceEngine engine;
  private final Map<String, Words> opened = new ConcurrentHashMap<>();

  /// A model's tokenizer.
  ///
  /// @param made when the model's weights were written
  record Words(FileTime made, Tokenizer tokenizer, TokenTexts texts) {}

  OpenModels(InferenceEngine engine) {
    this.engine = engine;
  }

  InferenceEngine engine() {
    return engine;
  }

  List<ServedModel> all() {
    return engine.models().all();
  }

  /// A model by its name.
  ServedModel find(String name) {
    return engine.models().find(name).orElseThrow(() -> unknown(name));
  }

  /// A model that generates, or one that scores.
  ServedModel find(String name, boolean generates) {
    var model = find(name);
    if (model.generates() != generates) {
      throw ApiRefusal.invalid(
          "model",
          generates
              ? "'%s' is a reward model: ask /v1/score".formatted(name)
              : "'%s' is no reward model; it answers /v1/chat/completions".formatted(name));
    }
    return model;
  }

  private ApiRefusal unknown(String name) {
    return ApiRefusal.noModel(name, all().stream().map(ServedModel::name).toList());
  }

  /// The only model, or the only one that generates, for requests that need not name one.
  ServedModel only() {
    var all = all();
    var generating = all.stream().filter(ServedModel::generates).toList();
    if (all.size() > 1 && generating.size() == 1) {
      return generating.getFirst();
    }
    if (all.size() != 1) {
      throw ApiRefusal.invalid(
          "model",
          "expected one of %s, found none"
              .formatted(String.join(", ", all.stream().map(ServedModel::name).toList())));
    }
    return all.getFirst();
  }

  Words words(ServedModel model) {
    return opened.compute(
        model.name(),
        (_, before) -> {
          if (before != null && before.made.equals(model.made())) {
            return before;
          }
          try {
            var tokenizer = Checkpoint.tokenizer(model.folder());
            return new Words(model.made(), tokenizer, new TokenTexts(tokenizer));
          } catch (IOException broken) {
            throw new UncheckedIOException(broken);
          }
        });
  }
}
