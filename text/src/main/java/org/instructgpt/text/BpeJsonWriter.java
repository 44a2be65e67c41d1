package org.instructgpt.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/// Writes a byte-level BPE as Hugging Face's `tokenizer.json`.
final class BpeJsonWriter {

  private BpeJsonWriter() {}

  static ObjectNode write(ByteLevelBpe bpe) {
    ObjectNode json = TokenizerJson.object();
    json.put("version", "1.0").putNull("truncation").putNull("padding");
    ArrayNode added = json.putArray("added_tokens");
    bpe.special().ids().entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .forEach(special -> added.add(addedToken(special.getKey(), special.getValue())));
    json.putNull("normalizer");
    for (String part : new String[] {"pre_tokenizer", "post_processor", "decoder"}) {
      json.putObject(part)
          .put("type", "ByteLevel")
          .put("add_prefix_space", false)
          .put("trim_offsets", true)
          .put("use_regex", true);
    }
    json.set("model", model(bpe));
    return json;
  }

  private static ObjectNode addedToken(String content, int id) {
    return TokenizerJson.object()
        .put("id", id)
        .put("content", content)
        .put("single_word", false)
        .put("lstrip", false)
        .put("rstrip", false)
        .put("normalized", false)
        .put("special", true);
  }

  private static ObjectNode model(ByteLevelBpe bpe) {
    ObjectNode model = TokenizerJson.object().put("type", "BPE");
    model.putNull("dropout").putNull("unk_token");
    model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
    model.put("fuse_unk", false).put("byte_fallback", false);
    ObjectNode vocabulary = model.putObject("vocab");
    bpe.usedIds().forEach(id -> vocabulary.put(bpe.spellingOfUsed(id), id));
    ArrayNode merges = model.putArray("merges");
    for (int rank = 0; rank < bpe.merges().size(); rank++) {
      merges.add(
          bpe.spellingOfUsed(bpe.merges().left(rank))
              + " "
              + bpe.spellingOfUsed(bpe.merges().right(rank)));
    }
    return model;
  }
}
