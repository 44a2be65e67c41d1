package org.instructgpt.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// A kind of file that comes from elsewhere, and who reads it.
///
/// An input of the fuzzer is such a file. Where several files are read together it holds all of
/// them with a zero byte between one and the next, as texts have none; what has more zero bytes
/// than that comes last.
enum ForeignFile {
  /// A file of tensors: its header.
  SAFETENSORS(List.of("model.safetensors"), Readers::safetensors),
  /// Which tensor is in which file.
  INDEX(List.of("model.safetensors.index.json"), Readers::index),
  /// The description of a model, in Hugging Face's words or Meta's.
  CONFIG(List.of("config.json", "generation_config.json"), Readers::config),
  /// A tokenizer of any kind, and what says which of its tokens begin and end a text.
  TOKENIZER(
      List.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json"),
      Readers::tokenizer),
  /// GPT-2's two files.
  VOCABULARY(
      List.of("vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json"),
      Readers::tokenizer),
  /// llama2.c's.
  PIECES(List.of("tokenizer.bin"), Readers::tokenizer),
  /// A program that makes a text of a conversation.
  TEMPLATE(List.of("chat_template.jinja", "tokenizer_config.json"), Readers::template),
  /// A model as one file.
  GGUF(List.of("model.gguf"), Readers::gguf),
  /// An adapter over a model.
  ADAPTER(List.of("adapter_config.json", "adapter_model.safetensors"), Readers::adapter),
  /// Data: JSON lines, JSON, compressed or not.
  ROWS(List.of("rows.jsonl"), Readers::rows),
  /// Data: a table.
  TABLE(List.of("rows.csv"), Readers::table);

  /// A reader of the files in a folder.
  @FunctionalInterface
  interface Reader {
    /// Reads them, and uses what was read where it is used only later.
    void read(Path folder) throws IOException;
  }

  private final List<String> files;
  private final Reader reader;

  ForeignFile(List<String> files, Reader reader) {
    this.files = files;
    this.reader = reader;
  }

  /// What it is called on a command line, and its folder in the corpus.
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The names of its files, in the order in which an input has them.
  List<String> files() {
    return files;
  }

  Reader reader() {
    return reader;
  }

  /// Puts the files of an input into a folder, where none of another input remains.
  void write(byte[] input, Path folder) throws IOException {
    int from = 0;
    for (int i = 0; i < files.size(); i++) {
      var file = folder.resolve(files.get(i));
      if (from > input.length) {
        Files.deleteIfExists(file);
        continue;
      }
      int to = i == files.size() - 1 ? input.length : end(input, from);
      Files.write(file, Arrays.copyOfRange(input, from, to));
      from = to + 1;
    }
  }

  private static int end(byte[] input, int from) {
    int to = from;
    while (to < input.length && input[to] != 0) {
      to++;
    }
    return to;
  }

  /// The input that holds some files.
  static byte[] input(byte[]... files) {
    int size = Arrays.stream(files).mapToInt(file -> file.length + 1).sum() - 1;
    var input = new byte[size];
    int at = 0;
    for (var file : files) {
      System.arraycopy(file, 0, input, at, file.length);
      at += file.length + 1;
    }
    return input;
  }
}
