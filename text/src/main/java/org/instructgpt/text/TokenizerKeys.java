package org.instructgpt.text;

/// Which keys of the files of a tokenizer are obeyed, ignored or refused (docs/keys.md).
final class TokenizerKeys {

  private static final String FRAMING =
      "special tokens around texts come from our framing alone; give ids where a text must begin or end otherwise";

  /// Of `tokenizer.json`, at the top.
  static final KeyReview FILE =
      KeyReview.of("tokenizer.json")
          .obeyed("added_tokens", "tokens outside the vocabulary, and which of them are special")
          .obeyed("normalizer", "what is done to a text first")
          .obeyed("pre_tokenizer", "how a text is cut into words")
          .obeyed("decoder", "how tokens become text")
          .obeyed("model", "the vocabulary and how words become tokens, see below")
          .harmless(FRAMING, "post_processor")
          .harmless("a text is never cut nor filled up by its tokenizer", "truncation", "padding")
          .harmless("of the file's form", "version");

  /// Of the object `model` in `tokenizer.json`.
  static final KeyReview MODEL =
      KeyReview.of("model in tokenizer.json")
          .obeyed("type", "BPE, WordPiece, WordLevel or Unigram")
          .obeyed("vocab", "tokens and their ids")
          .obeyed("merges", "pairs by rank, as text or as lists")
          .obeyed("unk_token", "what stands for the unknown")
          .obeyed("unk_id", "the same of Unigram")
          .obeyed("fuse_unk", "whether neighbours that are unknown become one")
          .obeyed("byte_fallback", "whether the unknown is spelled in bytes")
          .obeyed("ignore_merges", "whether whole words are looked up first")
          .obeyed("continuing_subword_prefix", "what marks a piece inside a word")
          .obeyed("end_of_word_suffix", "what marks the last piece of a word")
          .obeyed("max_input_chars_per_word", "longer words are unknown")
          .refused(
              "with it the same text would get other ids each time; it is for training tokenizers: set it to null",
              "dropout");

  /// Of `tokenizer_config.json`.
  static final KeyReview CONFIG =
      KeyReview.of("tokenizer_config.json")
          .obeyed("eos_token", "the token that ends a text")
          .obeyed("pad_token", "the token that fills a batch; it is never read")
          .obeyed(
              "add_prefix_space",
              "whether a text begins with a space; goes before what tokenizer.json says")
          .obeyed(
              "added_tokens_decoder",
              "must be tokens that tokenizer.json or the vocabulary has with the same ids")
          .obeyed(
              "add_bos_token",
              "whether `bos_token` begins every text: prompts, and documents to learn from")
          .refused(FRAMING + "; set it to false", "add_eos_token")
          .refused(
              "texts are read as they are; save the tokenizer as a tokenizer.json, whose normalizer can do it",
              "do_lower_case",
              "do_lowercase",
              "strip_accents",
              "do_basic_tokenize",
              "remove_space",
              "keep_accents")
          .refused(
              "the program that this names comes with the model and is never run; save the tokenizer as a tokenizer.json",
              "auto_map")
          .harmless(
              "its spelling in a text is ordinary text; its id comes from the vocabulary",
              "bos_token",
              "unk_token",
              "sep_token",
              "cls_token",
              "mask_token",
              "additional_special_tokens",
              "extra_special_tokens",
              "model_specific_special_tokens")
          .harmless("special tokens inside a text are always ordinary text", "split_special_tokens")
          .harmless(
              "prompts and answers are framed as ours, by a blank line",
              "chat_template",
              "default_chat_template",
              "use_default_system_prompt")
          .harmless("decoded text is exact, nothing is tidied", "clean_up_tokenization_spaces")
          .harmless("bytes that are no character give U+FFFD, as with its usual value", "errors")
          .harmless(
              "lengths, sides and filling are ours",
              "model_max_length",
              "max_len",
              "max_length",
              "padding_side",
              "truncation_side",
              "truncation_strategy",
              "truncation",
              "padding",
              "stride",
              "pad_to_multiple_of",
              "pad_token_type_id",
              "model_input_names",
              "return_token_type_ids")
          .harmless(
              "names and versions of programs and files",
              "tokenizer_class",
              "tokenizer_type",
              "processor_class",
              "name_or_path",
              "_name_or_path",
              "special_tokens_map_file",
              "tokenizer_file",
              "vocab_file",
              "merges_file",
              "transformers_version",
              "_commit_hash",
              "is_local",
              "local_files_only",
              "backend",
              "use_fast",
              "trim_offsets",
              "legacy",
              "legacy_behaviour",
              "from_slow");

  /// Of `special_tokens_map.json`.
  static final KeyReview MAP =
      KeyReview.of("special_tokens_map.json")
          .obeyed("eos_token", "the token that ends a text, where tokenizer_config.json has none")
          .obeyed("pad_token", "the token that fills a batch, where tokenizer_config.json has none")
          .harmless(
              "its spelling in a text is ordinary text; its id comes from the vocabulary",
              "bos_token",
              "unk_token",
              "sep_token",
              "cls_token",
              "mask_token",
              "additional_special_tokens");

  private TokenizerKeys() {}
}
