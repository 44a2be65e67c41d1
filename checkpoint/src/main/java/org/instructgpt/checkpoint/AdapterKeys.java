package org.instructgpt.checkpoint;

import org.instructgpt.text.KeyReview;

/// Which keys of PEFT's `adapter_config.json` are obeyed, ignored or refused (docs/keys.md).
final class AdapterKeys {
  private static final String ELSEWHERE =
      "the tensors of the adapter's file say which layers have it";

  private static final String OTHER =
      "this changes what the adapter computes and is not understood: merge the adapter into its base by "
          + UnsupportedLayouts.MERGE;

  static final KeyReview ALL =
      KeyReview.of("adapter_config.json")
          .obeyed("peft_type", "the kind of adapter: only `LORA` is read")
          .obeyed("task_type", "`CAUSAL_LM` is a language model, `SEQ_CLS` a reward model")
          .obeyed(
              "base_model_name_or_path",
              "the model that it belongs to: a folder; else name it with --model and the adapter with --adapter")
          .obeyed("lora_alpha", "the product is multiplied by `lora_alpha` / rank")
          .obeyed("alpha_pattern", "other values of it for some layers; plain names, no patterns")
          .obeyed("use_rslora", "the product is multiplied by `lora_alpha` / sqrt(rank)")
          .obeyed("modules_to_save", "layers that are trained whole: only `score`, the head")
          .obeyed("bias", "only `none`: biases are the base's")
          .obeyed(
              "init_lora_weights", "only `true`, `false` and `gaussian`: others change the base")
          .obeyed("r", "the rank, which the layers in the adapter's file must have")
          .obeyed("rank_pattern", "other ranks that some of them may have")
          .harmless(ELSEWHERE, "target_modules", "exclude_modules")
          .harmless(ELSEWHERE, "layers_to_transform", "layers_pattern", "fan_in_fan_out")
          .harmless("for training only", "lora_dropout", "inference_mode", "loftq_config")
          .harmless("for training only", "eva_config", "corda_config", "lora_ga_config")
          .harmless(
              "who made it and how",
              "auto_mapping",
              "revision",
              "peft_version",
              "megatron_config",
              "megatron_core",
              "parent_library",
              "ensure_weight_tying")
          .refused(
              OTHER,
              "use_dora",
              "use_qalora",
              "lora_bias",
              "target_parameters",
              "trainable_token_indices",
              "layer_replication",
              "runtime_config",
              "arrow_config",
              "alora_invocation_tokens");

  private AdapterKeys() {}
}
