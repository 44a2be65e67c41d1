package org.instructgpt.text;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.OptionalInt;

/// The encoding of GPT-2 and GPT-3 (`r50k_base`), from the ranks that jtokkit carries.
///
/// Ranks are byte strings in the order of their ids: they do not say which two tokens a token was
/// merged from, which `tokenizer.json` must. But a token was one merge away when it was made:
/// encoded with only the merges before it, its bytes come out as exactly the two tokens it is made
/// of. So the merges follow one from another.
final class Gpt2Encoding {

  /// Made when first asked for.
  static final Tokenizer TOKENIZER = build();

  private static final int END_OF_TEXT = 50_256;
  private static final int BYTES = 256;

  private Gpt2Encoding() {}

  private static Tokenizer build() {
    Encoding ranks = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE);
    byte[][] tokens = new byte[END_OF_TEXT + 1][];
    int[] byteIds = new int[BYTES];
    BpeMerges merges = new BpeMerges(END_OF_TEXT - BYTES);
    for (int id = 0; id < END_OF_TEXT; id++) {
      tokens[id] = bytes(ranks, id);
      if (id < BYTES) {
        byteIds[tokens[id][0] & 0xff] = id;
      } else {
        int[] parts = merges.apply(ByteAlphabet.ids(tokens[id], byteIds));
        if (parts.length != 2 || !merges.add(parts[0], parts[1], id)) {
          throw new IllegalStateException("rank " + id + " of r50k_base is not a merge");
        }
      }
    }
    tokens[END_OF_TEXT] = SpecialTokens.END_OF_TEXT.getBytes(StandardCharsets.UTF_8);
    SpecialTokens special =
        new SpecialTokens(
            Map.of(SpecialTokens.END_OF_TEXT, END_OF_TEXT), OptionalInt.empty(), END_OF_TEXT, 0);
    return new ByteLevelBpe(tokens, byteIds, merges, special);
  }

  private static byte[] bytes(Encoding ranks, int id) {
    IntArrayList ids = new IntArrayList(1);
    ids.add(id);
    return ranks.decodeBytes(ids);
  }
}
