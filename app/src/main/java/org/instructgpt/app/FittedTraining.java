package org.instructgpt.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.cost.DataLengths;
import org.instructgpt.model.Adapter;
import org.instructgpt.project.Workspace;
import org.instructgpt.recipe.Recipe;
import org.instructgpt.text.PromptTemplate;
import org.instructgpt.text.Tokenizers;
import org.instructgpt.torch.MemorySaving;

/// A training's settings and what it does without, so that it fits into a given memory.
///
/// @param recipe with the settings
/// @param adapter what is trained of the model
/// @param saving of memory
record FittedTraining(Recipe recipe, Adapter.Settings adapter, MemorySaving saving) {

  /// What a workspace gives to learn from, in tokens of a model's, or of GPT-2's where there is no
  /// such model yet.
  ///
  /// @param model folder of a checkpoint
  /// @param context of the model that learns
  static DataLengths data(Workspace workspace, Path model, int context) throws IOException {
    boolean there = Files.isDirectory(model);
    var tokenizer = there ? Checkpoint.tokenizer(model) : Tokenizers.gpt2();
    var template = there ? PromptTemplate.of(model) : PromptTemplate.DEFAULT;
    try (var store = workspace.givenStore()) {
      return DataLengths.of(store, tokenizer, template, context);
    }
  }
}
