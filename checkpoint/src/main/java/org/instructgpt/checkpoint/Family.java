package org.instructgpt.checkpoint;

import java.util.List;
import org.instructgpt.model.GptConfig;
import org.instructgpt.text.KeyReview;

/// A family of published models: how its `config.json` describes a decoder, and what its tensors
/// are called.
interface Family {
  /// The value of `model_type`.
  String type();

  /// The names of its classes and tensors.
  Names names();

  /// Which keys of `config.json` are obeyed, harmless or refused.
  KeyReview keys();

  /// The decoder that a file describes.
  GptConfig shape(ConfigJson config);

  /// The tensors of the body, named without the prefix.
  List<StoredTensor> body(GptConfig shape);

  /// Whether a tensor that no parameter needs may be there: a mask or the like, which holds nothing
  /// that was learned.
  boolean isBuffer(String name);

  /// Names.
  ///
  /// @param language the class of language models in `architectures`
  /// @param body the class of models without a head
  /// @param reward the class of models with one label, our reward models
  /// @param prefix of the body's tensors in models with a head
  /// @param unembedding of an unembedding that is not tied
  record Names(String language, String body, String reward, String prefix, String unembedding) {
    /// The usual ones.
    ///
    /// @param family as its classes are called, such as `Llama`
    static Names of(String family) {
      return new Names(
          family + "ForCausalLM",
          family + "Model",
          family + "ForSequenceClassification",
          "model.",
          "lm_head.weight");
    }
  }
}
