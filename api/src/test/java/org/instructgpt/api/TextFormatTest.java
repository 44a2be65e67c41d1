package org.instructgpt.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.instructgpt.model.ScoredToken;
import org.instructgpt.serve.CompletionStream.Event;
import org.instructgpt.serve.CompletionStream.Finish;
import org.instructgpt.text.TextStream;
import org.instructgpt.text.TokenTexts;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.text.Tokenizers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tokens and their places, with a tokenizer that drops the space of a text's first word, and with
/// one whose tokens may be parts of characters.
class TextFormatTest {
  private static final String PIECES =
      """
      {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [
         {"id": 0, "content": "<unk>", "single_word": false, "lstrip": false, "rstrip": false,
          "normalized": false, "special": true},
         {"id": 1, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false,
          "normalized": false, "special": true}],
       "normalizer": null, "post_processor": null,
       "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
       "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
       "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": false, "vocab":
         [["<unk>", 0], ["</s>", 0], ["▁", -2], ["a", -3], ["▁a", -3], ["▁be", -5]]}}
      """;

  private static ScoredToken token(int id) {
    return new ScoredToken(id, -0.5f, List.of(new ScoredToken.Alternative(id, -0.5f)));
  }

  /// A completion of some tokens behind others.
  private static Answer answer(Tokenizer tokenizer, int[] input, int[] completion) {
    var answer = new Answer();
    var scores = Arrays.stream(input).skip(1).mapToObj(TextFormatTest::token).toList();
    answer.add(new Event.Started(0, IntStream.of(input).boxed().toList(), scores));
    var text = new TextStream(tokenizer, input);
    for (int i = 0; i < completion.length; i++) {
      answer.add(new Event.Text(0, text.add(completion[i]), i + 1, token(completion[i])));
    }
    answer.add(new Event.Finished(0, text.end(), Finish.LENGTH, completion.length));
    return answer;
  }

  private static JsonNode choice(Tokenizer tokenizer, boolean echo, int[] input, int[] completion) {
    var format = new TextFormat(tokenizer, new TokenTexts(tokenizer), echo, true);
    return format.choice(0, answer(tokenizer, input, completion));
  }

  private static void assertAligned(JsonNode choice) {
    var text = choice.path("text").asText();
    var logProbs = choice.path("logprobs");
    var joined = new StringBuilder();
    for (int t = 0; t < logProbs.path("tokens").size(); t++) {
      assertThat(logProbs.path("text_offset").get(t).asInt()).isEqualTo(joined.length());
      var name = logProbs.path("tokens").get(t).asText();
      joined.append(name);
      if (!logProbs.path("top_logprobs").get(t).isNull()) {
        assertThat(logProbs.path("top_logprobs").get(t).fieldNames().next()).isEqualTo(name);
      }
    }
    assertThat(joined.toString()).isEqualTo(text);
  }

  @Test
  void wordsKeepTheirSpaceWithinATextAndHaveNoneAtItsStart(@TempDir Path folder)
      throws IOException {
    var file = folder.resolve("tokenizer.json");
    Files.writeString(file, PIECES);
    var pieces = Tokenizers.load(file);
    var echoed = choice(pieces, true, new int[] {4, 5}, new int[] {4, 3, 5});
    assertThat(echoed.path("text").asText()).isEqualTo("a be aa be");
    assertAligned(echoed);
    assertThat(echoed.path("logprobs").path("token_logprobs").get(0).isNull()).isTrue();
    var alone = choice(pieces, false, new int[] {4, 5}, new int[] {4, 3, 5});
    assertThat(alone.path("text").asText()).isEqualTo(" aa be");
    assertAligned(alone);
  }

  @Test
  void partsOfCharactersAreNamedByTheirBytes() {
    var gpt2 = Tokenizers.gpt2();
    int[] frog = gpt2.encode("🐸");
    assertThat(frog).hasSizeGreaterThan(1);
    var choice = choice(gpt2, true, gpt2.encode("a"), frog);
    assertThat(choice.path("text").asText()).isEqualTo("a🐸");
    var logProbs = choice.path("logprobs");
    var names = new StringBuilder();
    for (int t = 1; t < logProbs.path("tokens").size(); t++) {
      assertThat(logProbs.path("text_offset").get(t).asInt()).isEqualTo(1);
      names.append(logProbs.path("tokens").get(t).asText());
    }
    assertThat(names.toString().replace("bytes:", "")).isEqualTo("\\xf0\\x9f\\x90\\xb8");
  }
}
