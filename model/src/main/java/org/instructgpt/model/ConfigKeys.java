package org.instructgpt.model;

import org.instructgpt.text.KeyReview;

/// Which keys of the files that describe a model are obeyed, ignored or refused (docs/keys.md).
final class ConfigKeys {

  private static final String FLAGS =
      "how to sample is said by our commands' flags and by the studio";

  private static final String[] SAMPLING = {
    "do_sample",
    "temperature",
    "top_k",
    "top_p",
    "typical_p",
    "min_p",
    "epsilon_cutoff",
    "eta_cutoff",
    "max_length",
    "max_new_tokens",
    "min_length",
    "min_new_tokens",
    "max_time",
    "num_beams",
    "num_beam_groups",
    "diversity_penalty",
    "early_stopping",
    "length_penalty",
    "penalty_alpha",
    "repetition_penalty",
    "no_repeat_ngram_size",
    "encoder_no_repeat_ngram_size",
    "encoder_repetition_penalty",
    "num_return_sequences",
    "remove_invalid_values",
    "renormalize_logits"
  };

  private static final String[] TOKENS = {
    "bad_words_ids",
    "suppress_tokens",
    "begin_suppress_tokens",
    "forced_bos_token_id",
    "forced_eos_token_id",
    "forced_decoder_ids",
    "sequence_bias",
    "force_words_ids",
    "constraints",
    "exponential_decay_length_penalty"
  };

  private static final String TOKENS_NOTE =
      "nothing here forbids or forces single tokens; without the key answers come from the model as it is: take it out of the file if that is meant";

  private static final String[] OUTPUTS = {
    "output_attentions",
    "output_hidden_states",
    "output_scores",
    "output_logits",
    "output_past",
    "return_dict",
    "return_dict_in_generate",
    "use_return_dict"
  };

  private static final String OUTPUTS_NOTE = "what else a call in Python returns";

  /// Of `config.json`.
  static final KeyReview CONFIG =
      KeyReview.of("config.json")
          .obeyed("model_type", "must be `gpt2`; may be missing")
          .obeyed(
              "architectures",
              "`GPT2LMHeadModel` or `GPT2Model` for a language model, `GPT2ForSequenceClassification` for a reward model; may be missing; another is refused")
          .obeyed("n_layer", "number of blocks")
          .obeyed("n_embd", "width")
          .obeyed("n_head", "number of attention heads")
          .obeyed("n_positions", "context")
          .obeyed("n_ctx", "context, where `n_positions` is missing")
          .obeyed("n_inner", "must be null or 4 times `n_embd`")
          .obeyed("vocab_size", "rows of the embedding")
          .obeyed(
              "activation_function",
              "`gelu`, or the tanh form as `gelu_new`, `gelu_fast` or `gelu_pytorch_tanh`; another is refused")
          .obeyed("layer_norm_epsilon", "added to variances")
          .obeyed(
              "resid_pdrop",
              "dropout of the residual branches in supervised training, unless its settings give one")
          .obeyed(
              "scale_attn_weights", "false: scores are not divided by the root of a head's width")
          .obeyed("scale_attn_by_inverse_layer_idx", "true: scores of layer i are divided by i + 1")
          .obeyed("reorder_and_upcast_attn", "true: scores are float32 under bfloat16")
          .obeyed(
              "eos_token_id",
              "a number or a list: sampling ends at any of them, at those of `generation_config.json` and at the tokenizer's end of text; names the end of text of a tokenizer that names none")
          .obeyed("tie_word_embeddings", "must not be false in a language model")
          .obeyed("num_labels", "must be 1 in a reward model")
          .obeyed("reward_bias", "ours: added to every reward")
          .obeyed("attention_band", "ours: window of every second layer's attention")
          .refused(
              "parts of this model's attention heads were taken out, which is not read: save the whole model",
              "pruned_heads")
          .refused(
              "only decoders without an encoder are read",
              "add_cross_attention",
              "is_encoder_decoder",
              "cross_attention_hidden_size")
          .refused(
              "quantized weights are not read: get the checkpoint in float32, float16 or bfloat16",
              "quantization_config",
              "compression_config")
          .refused(
              "this model needs a program of its own, which is never run: only GPT-2's own layout is read",
              "auto_map")
          .refused(
              "nothing is put before prompts of itself: write it into the prompts and take the key out of the file",
              "prefix")
          .refused(TOKENS_NOTE, TOKENS)
          .harmless(
              "dropout of embeddings and attention is never applied, in training neither",
              "embd_pdrop",
              "attn_pdrop")
          .harmless("of heads that are not read", summaries())
          .harmless("of the first release's file format", "n_special", "predict_special_tokens")
          .harmless(
              "names of the outputs, of which a reward model has one",
              "id2label",
              "label2id",
              "problem_type",
              "finetuning_task",
              "classifier_dropout",
              "hidden_dropout")
          .harmless(
              "our framing alone adds special tokens, and what is padding is told by lengths",
              "bos_token_id",
              "pad_token_id",
              "sep_token_id",
              "decoder_start_token_id")
          .harmless(
              "weights are read in the type they have and converted",
              "torch_dtype",
              "dtype",
              "use_bfloat16")
          .harmless("where weights begin before training", "initializer_range")
          .harmless(
              "how a program computes the same",
              "use_cache",
              "gradient_checkpointing",
              "chunk_size_feed_forward",
              "attn_implementation",
              "_attn_implementation",
              "_attn_implementation_autoset",
              "_attn_implementation_internal",
              "torchscript",
              "is_decoder",
              "keys_to_ignore_at_inference")
          .harmless("a pipeline's presets for tasks", "task_specific_params")
          .harmless(FLAGS, SAMPLING)
          .harmless(OUTPUTS_NOTE, OUTPUTS)
          .harmless(
              "names and versions of programs and files",
              "transformers_version",
              "_name_or_path",
              "name_or_path",
              "_commit_hash",
              "tokenizer_class",
              "tf_legacy_loss",
              "license",
              "unsloth_version",
              "adapters");

  /// Of `generation_config.json`.
  static final KeyReview GENERATION =
      KeyReview.of("generation_config.json")
          .obeyed("eos_token_id", "a number or a list: sampling ends at any of them")
          .refused(TOKENS_NOTE, TOKENS)
          .refused(
              "an answer comes from one model alone: take the key out of the file if that is meant",
              "guidance_scale",
              "dola_layers",
              "watermarking_config",
              "prompt_lookup_num_tokens")
          .harmless(
              "our framing alone adds special tokens, and what is padding is told by lengths",
              "bos_token_id",
              "pad_token_id",
              "decoder_start_token_id")
          .harmless(FLAGS, SAMPLING)
          .harmless("strings that end an answer are given in the request", "stop_strings")
          .harmless(OUTPUTS_NOTE, OUTPUTS)
          .harmless(
              "how a program computes the same",
              "use_cache",
              "cache_implementation",
              "cache_config",
              "low_memory",
              "is_assistant",
              "num_assistant_tokens",
              "num_assistant_tokens_schedule",
              "assistant_confidence_threshold",
              "assistant_early_exit",
              "token_healing",
              "disable_compile",
              "compile_config")
          .harmless(
              "names and versions of programs and files",
              "_from_model_config",
              "transformers_version",
              "_commit_hash",
              "generation_kwargs");

  /// Of `adapter_config.json`.
  static final KeyReview ADAPTER =
      KeyReview.of("adapter_config.json").refused(UnsupportedLayouts.ADAPTER, "(every key)");

  private ConfigKeys() {}

  private static String[] summaries() {
    return new String[] {
      "summary_type",
      "summary_use_proj",
      "summary_activation",
      "summary_proj_to_labels",
      "summary_first_dropout"
    };
  }
}
