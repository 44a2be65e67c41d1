package org.instructgpt.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Good files that the program does not write itself, with as many of the keys that it reads as
/// fit.
final class SmallFiles {
  /// What says which tokens begin and end a text.
  static final String SPECIAL =
      """
      {"bos_token": {"content": "<s>"}, "eos_token": "</s>", "pad_token": "<pad>",
       "add_bos_token": false, "clean_up_tokenization_spaces": false}
      """;

  /// How texts are sampled.
  static final String GENERATION =
      "{\"eos_token_id\": [7, 2], \"temperature\": 0.7, \"do_sample\": true}";

  private static final String SIZES =
      """
      "vocab_size": 32, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2,
      "num_attention_heads": 4, "max_position_embeddings": 64, "eos_token_id": 2
      """;

  /// Descriptions of models.
  static final List<String> CONFIGS =
      List.of(
          Surroundings.GPT2,
          llama("llama", "\"rope_scaling\": {\"type\": \"linear\", \"factor\": 4.0}"),
          llama(
              "llama",
              """
              "num_key_value_heads": 2, "head_dim": 8, "rope_theta": 500000.0,
              "tie_word_embeddings": true, "attention_bias": true, "mlp_bias": true,
              "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
               "high_freq_factor": 4.0, "original_max_position_embeddings": 16}
              """),
          llama(
              "qwen2",
              """
              "num_key_value_heads": 2, "use_sliding_window": true, "sliding_window": 4,
              "max_window_layers": 1, "rope_scaling": {"rope_type": "yarn", "factor": 4.0,
               "original_max_position_embeddings": 32}
              """),
          llama("qwen3", "\"num_key_value_heads\": 2, \"head_dim\": 10, \"rope_theta\": 1e6"),
          llama("mistral", "\"num_key_value_heads\": 2, \"sliding_window\": 5"),
          llama("smollm3", "\"no_rope_layers\": [1, 0], \"num_key_value_heads\": 1"),
          llama(
              "gemma2",
              """
              "num_key_value_heads": 2, "head_dim": 8, "sliding_window": 6,
              "query_pre_attn_scalar": 9, "attn_logit_softcapping": 2.0,
              "final_logit_softcapping": 3.0, "hidden_activation": "gelu_pytorch_tanh"
              """),
          llama(
              "gemma3_text",
              """
              "num_key_value_heads": 1, "head_dim": 8, "sliding_window": 6,
              "query_pre_attn_scalar": 9, "sliding_window_pattern": 2, "rope_local_base_freq": 100.0
              """),
          llama("olmo2", "\"num_key_value_heads\": 2"),
          llama(
              "phi3",
              """
              "head_dim": 8, "original_max_position_embeddings": 32, "partial_rotary_factor": 0.5,
              "rope_scaling": {"rope_type": "longrope", "short_factor": [1.0, 1.5],
               "long_factor": [2.0, 4.0]}
              """),
          """
          {"model_type": "gpt_neox", "layer_norm_eps": 1e-5, "hidden_act": "gelu_new",
           "rotary_pct": 0.25, "use_parallel_residual": true, %s}
          """
              .formatted(SIZES),
          """
          {"model_type": "llama", "architectures": ["LlamaForSequenceClassification"],
           "num_labels": 1, "rms_norm_eps": 1e-5, %s}
          """
              .formatted(SIZES),
          """
          {"dim": 8, "n_layers": 1, "n_heads": 2, "n_kv_heads": 1, "vocab_size": 8,
           "multiple_of": 16, "ffn_dim_multiplier": 1.0, "max_seq_len": 32, "norm_eps": 1e-5,
           "bos": 1, "eos": 2}
          """);

  private static final String ADDED =
      """
      "version": "1.0", "truncation": null, "padding": null, "added_tokens": [
       {"id": 0, "content": "<unk>", "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": true},
       {"id": 1, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": true}]
      """;

  /// Tokenizers of every kind of model.
  static final List<String> TOKENIZERS =
      List.of(
          """
          {%s, "normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "Whitespace"},
           "post_processor": null, "decoder": null, "model": {"type": "WordLevel",
           "unk_token": "<unk>", "vocab": {"<unk>": 0, "</s>": 1, "the": 2, "cat": 3}}}
          """
              .formatted(ADDED),
          """
          {%s, "normalizer": {"type": "BertNormalizer", "clean_text": true,
            "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
           "pre_tokenizer": {"type": "BertPreTokenizer"}, "post_processor": null,
           "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
           "model": {"type": "WordPiece", "unk_token": "<unk>", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": {"<unk>": 0, "</s>": 1, "c": 2, "##at": 3}}}
          """
              .formatted(ADDED),
          """
          {%s, "normalizer": null, "pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581",
            "prepend_scheme": "always", "split": true}, "post_processor": null,
           "decoder": {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always",
            "split": true}, "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": false,
            "vocab": [["<unk>", 0.0], ["</s>", 0.0], ["\u2581", -2.0], ["a", -3.0], ["at", -2.5]]}}
          """
              .formatted(ADDED),
          """
          {%s, "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "Prepend", "prepend": "\u2581"},
            {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}]},
           "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": "\\\\p{N}{1,3}"}, "behavior": "Isolated",
             "invert": false}, {"type": "ByteLevel", "add_prefix_space": false,
             "trim_offsets": true, "use_regex": false}]}, "post_processor": null,
           "decoder": {"type": "Sequence", "decoders": [{"type": "ByteFallback"}, {"type": "Fuse"},
            {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
           "model": {"type": "BPE", "dropout": null, "unk_token": "<unk>", "fuse_unk": true,
            "byte_fallback": true, "ignore_merges": false,
            "vocab": {"<unk>": 0, "</s>": 1, "a": 2, "t": 3, "at": 4},
            "merges": [["a", "t"]]}}
          """
              .formatted(ADDED));

  /// Templates that use what templates use.
  static final List<String> TEMPLATES =
      List.of(
          """
          {%- if messages[0]['role'] == 'system' %}{% set rest = messages[1:] %}
          {%- else %}{% set rest = messages %}{% endif %}
          {%- for message in rest %}
            {{- '<|' + message.role + '|>\\n' + message['content'] | trim + eos_token }}
          {%- endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}
          """,
          """
          {{ bos_token }}{% set ns = namespace(last=0, text='') %}
          {% for m in messages if m.role != 'system' %}{% set ns.last = loop.index %}
          {% set ns.text = ns.text ~ m.content.split('</think>')[-1].lstrip('\\n') %}{% endfor %}
          {% macro turn(role, text='') %}[{{ role | upper }}]{{ text | replace('a', 'b') }}{% endmacro %}
          {{ turn('x', ns.text) }}{{ tools | tojson(indent=2) }}{{ strftime_now('%d %b %Y') }}
          """,
          """
          {% for n in range(3) %}{{ loop.cycle('a', 'b') }}{{ n ** 2 // 3 % 2 }}{% endfor %}
          {{ messages | map(attribute='role') | unique | join(', ') }}
          {{ messages | selectattr('role', 'equalto', 'user') | list | length }}
          {{ '%s %d %.2f' | format('a', 3, 1.5) }}{{ '{} {0}'.format('x') }}
          {{ {'a': [1, 2.5, none]} | dictsort }}{{ 'x' if tools is defined and tools else 'y' }}
          {% filter indent(2, true) %}a\\nb{% endfilter %}{{ [3, 1] | sort | first }}
          {% if messages[0].role is not string %}{{ raise_exception('no') }}{% endif %}
          {% for a in [1, [2]] recursive %}{{ loop(a) if a is not number else a }}{% endfor %}
          """);

  private SmallFiles() {}

  private static String llama(String type, String more) {
    return "{\"model_type\": \"%s\", \"rms_norm_eps\": 1e-5, %s, %s}".formatted(type, SIZES, more);
  }

  /// The pieces of llama2.c's tokenizer.
  static byte[] pieces() {
    var pieces = new ArrayList<>(List.of("<unk>", "\n<s>\n", "\n</s>\n"));
    for (int b = 0; b < 256; b++) {
      pieces.add("<0x%02X>".formatted(b));
    }
    pieces.addAll(List.of(" ", "a", "t", "at", " at", "\u00e9"));
    var out = ByteBuffer.allocate(8192).order(ByteOrder.LITTLE_ENDIAN).putInt(6);
    for (int id = 0; id < pieces.size(); id++) {
      var bytes = pieces.get(id).getBytes(UTF_8);
      out.putFloat(-id).putInt(bytes.length).put(bytes);
    }
    return Arrays.copyOf(out.array(), out.position());
  }
}
