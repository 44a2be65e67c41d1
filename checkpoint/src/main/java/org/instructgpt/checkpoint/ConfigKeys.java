package org.instructgpt.checkpoint;

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

  private static final String ACTIVATION =
      "`gelu`, `gelu_new` (also `gelu_fast`, `gelu_pytorch_tanh`, `gelu_accurate`), `quick_gelu`, `silu` (also `swish`), `relu` or `tanh`; another is refused";

  private static final String DROPOUT =
      "dropout of the residual branches in supervised training, unless its settings give one";

  private static final String ATTENTION_DROPOUT =
      "dropout of embeddings and attention is never applied, in training neither";

  private static final String CLASSES =
      "the family's class of language models, its body, or its class with one label for a reward model; may be missing; another is refused";

  private static final String HEAD = "entries of a head; the width by the heads if missing";

  private static final String SCALING =
      "how frequencies are scaled for long texts: `default`, `linear`, `llama3`, `yarn`; `longrope` and `dynamic` within their original context; another is refused";

  private static final String PARAMETERS = "the same and the base, as newer files have it";

  /// Of GPT-2's `config.json`.
  static final KeyReview GPT2 =
      others(
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
              .obeyed("n_inner", "width of the networks; 4 times `n_embd` where it is null")
              .obeyed("vocab_size", "rows of the embedding")
              .obeyed("activation_function", ACTIVATION)
              .obeyed("layer_norm_epsilon", "added to variances")
              .obeyed("resid_pdrop", DROPOUT)
              .obeyed(
                  "scale_attn_weights",
                  "false: scores are not divided by the root of a head's width")
              .obeyed(
                  "scale_attn_by_inverse_layer_idx", "true: scores of layer i are divided by i + 1")
              .obeyed("reorder_and_upcast_attn", "true: scores are float32 under bfloat16")
              .obeyed("attention_band", "ours: window of every second layer's attention")
              .harmless(
                  "dropout of embeddings and attention is never applied, in training neither",
                  "embd_pdrop",
                  "attn_pdrop")
              .harmless("of heads that are not read", summaries())
              .harmless("of the first release's file format", "n_special", "predict_special_tokens")
              .harmless("of other families", "hidden_dropout"));

  /// Of GPT-NeoX's.
  static final KeyReview NEOX =
      others(
          KeyReview.of("config.json of GPT-NeoX")
              .obeyed("model_type", "must be `gpt_neox`")
              .obeyed("architectures", CLASSES)
              .obeyed("num_hidden_layers", "number of blocks")
              .obeyed("hidden_size", "width")
              .obeyed("num_attention_heads", "number of attention heads")
              .obeyed("head_dim", HEAD)
              .obeyed("intermediate_size", "width of the networks")
              .obeyed("max_position_embeddings", "context")
              .obeyed("vocab_size", "rows of the embedding")
              .obeyed("hidden_act", ACTIVATION)
              .obeyed("layer_norm_eps", "added to variances")
              .obeyed("hidden_dropout", DROPOUT)
              .obeyed(
                  "rotary_pct",
                  "the share of a head's entries that positions turn; 0.25 if missing")
              .obeyed("rotary_emb_base", "base of rotary positions; 10,000 if missing")
              .obeyed("rope_theta", "the same by another name")
              .obeyed("rope_scaling", SCALING)
              .obeyed("rope_parameters", PARAMETERS)
              .obeyed(
                  "use_parallel_residual",
                  "true, also if missing: attention and network of a block read the same vector")
              .obeyed("attention_bias", "false: the matrices of attention have no biases")
              .harmless(ATTENTION_DROPOUT, "attention_dropout"));

  /// Of Llama's and the families' that follow it.
  static final KeyReview LLAMA =
      others(
          KeyReview.of("config.json of Llama")
              .obeyed(
                  "model_type",
                  "`llama`, `mistral`, `qwen2`, `qwen3`, `smollm3`, `gemma2`, `gemma3_text`, `olmo2` or `phi3`")
              .obeyed("architectures", CLASSES)
              .obeyed("num_hidden_layers", "number of blocks")
              .obeyed("hidden_size", "width")
              .obeyed("num_attention_heads", "number of heads of queries")
              .obeyed(
                  "num_key_value_heads",
                  "number of heads of keys and values; as many as of queries if missing")
              .obeyed("head_dim", HEAD)
              .obeyed("intermediate_size", "width of the networks")
              .obeyed("max_position_embeddings", "context")
              .obeyed(
                  "original_max_position_embeddings",
                  "context with `longrope`, whose other frequencies, for longer texts, are not read")
              .obeyed("vocab_size", "rows of the embedding")
              .obeyed("hidden_act", ACTIVATION)
              .obeyed("hidden_activation", "the same in Gemma")
              .obeyed("rms_norm_eps", "added to mean squares")
              .obeyed("resid_pdrop", DROPOUT)
              .obeyed("rope_theta", "base of rotary positions")
              .obeyed("rope_scaling", SCALING)
              .obeyed("rope_parameters", PARAMETERS)
              .obeyed("rope_local_base_freq", "base of rotary positions in layers with a window")
              .obeyed("partial_rotary_factor", "the share of a head's entries that positions turn")
              .obeyed("no_rope_layers", "a number a layer; 0: positions turn nothing in it")
              .obeyed(
                  "no_rope_layer_interval",
                  "the same without the list: positions turn nothing in every so many-th layer")
              .obeyed("attention_bias", "true: the matrices of attention have biases")
              .obeyed("mlp_bias", "true: the matrices of networks have biases")
              .obeyed("sliding_window", "how many tokens a layer with a window sees")
              .obeyed("use_sliding_window", "whether layers of Qwen have windows")
              .obeyed("max_window_layers", "the first layer of Qwen that has one")
              .obeyed("layer_types", "a layer each, `full_attention` or `sliding_attention`")
              .obeyed("sliding_window_pattern", "every so many-th layer of Gemma 3 has no window")
              .obeyed("query_pre_attn_scalar", "scores are divided by its root")
              .obeyed("attn_logit_softcapping", "c, where scores are c tanh(x / c)")
              .obeyed("final_logit_softcapping", "c, where logits are c tanh(x / c)")
              .refused(
                  "only decoders that see what lies before are read", "use_bidirectional_attention")
              .harmless(ATTENTION_DROPOUT, "attention_dropout", "embd_pdrop")
              .harmless(
                  "how a program computes the same",
                  "pretraining_tp",
                  "cache_implementation",
                  "_sliding_window_pattern"));

  /// Adds what all families have.
  private static KeyReview others(KeyReview of) {
    return harmless(of)
        .obeyed(
            "eos_token_id",
            "a number or a list: sampling ends at any of them, at those of `generation_config.json` and at the tokenizer's end of text; names the end of text of a tokenizer that names none")
        .obeyed("tie_word_embeddings", "whether the unembedding is the embedding")
        .obeyed("num_labels", "must be 1 in a reward model")
        .obeyed("reward_bias", "ours: added to every reward")
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
            "this model needs a program of its own, which is never run: take it in the layout of a family that is read",
            "auto_map")
        .refused(
            "nothing is put before prompts of itself: write it into the prompts and take the key out of the file",
            "prefix")
        .refused(TOKENS_NOTE, TOKENS);
  }

  private static KeyReview harmless(KeyReview of) {
    return of.harmless(
            "names of the outputs, of which a reward model has one",
            "id2label",
            "label2id",
            "problem_type",
            "finetuning_task",
            "classifier_dropout")
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
  }

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
