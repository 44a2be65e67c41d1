package org.instructgpt.project;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextPartsTest {

  /// As it was done while a document was one string.
  private static List<String> whole(String document) {
    var start = document.startsWith("\uFEFF") ? document.substring(1) : document;
    var text = start.replace("\r\n", "\n").replace('\r', '\n').strip();
    var parts = new ArrayList<String>();
    int from = 0;
    while (text.length() - from > 64_000) {
      int end = text.indexOf("\n\n", from + 32_000);
      if (end < 0 || end > from + 64_000) {
        end = text.indexOf(' ', from + 32_000);
      }
      if (end < 0) {
        break;
      }
      parts.add(text.substring(from, end).strip());
      from = end;
    }
    parts.add(text.substring(from).strip());
    parts.removeIf(String::isEmpty);
    return parts;
  }

  private static List<String> parts(String document) throws IOException {
    var parts = new ArrayList<String>();
    TextParts.of(new StringReader(document), parts::add);
    return parts;
  }

  @Test
  void theCutsAreThoseOfTheWholeString() throws IOException {
    var random = new Random(1);
    var ends = List.of(" ", "\n", "\r\n", "\r\n\r\n", "\n\n\n", "\r", "  ");
    for (int length : new int[] {0, 1, 31_999, 63_990, 64_000, 64_010, 200_000, 700_000}) {
      for (int common : new int[] {3, 200, 20_000, 120_000}) {
        var text = new StringBuilder(random.nextBoolean() ? "\uFEFF \n" : "");
        while (text.length() < length) {
          text.repeat('a' + random.nextInt(26), 1 + random.nextInt(common));
          text.append(ends.get(random.nextInt(ends.size())));
        }
        assertThat(parts(text.toString())).isEqualTo(whole(text.toString()));
      }
    }
  }

  @Test
  void nothingIsLostWhereThereIsNoSpace() throws IOException {
    var text = "\uD83D\uDE00".repeat(800_000);

    assertThat(String.join("", parts(text))).isEqualTo(text);
    assertThat(parts(text)).allMatch(part -> part.length() <= 512_000 && part.length() % 2 == 0);
    assertThat(parts(("x".repeat(99) + "\n").repeat(20_000)))
        .allMatch(part -> part.length() < 512_000 && part.length() % 100 == 99);
  }

  /// A text that says it goes on for ever: that parts come while it does shows that nothing needs
  /// the whole of it.
  @Test
  void aTextMayBeLongerThanAString() throws IOException {
    var endless =
        new Reader() {
          private long given;

          @Override
          public int read(char[] into, int from, int length) {
            for (int i = 0; i < length; i++) {
              into[from + i] = (given + i) % 1000 < 998 ? 'a' : '\n';
            }
            given += length;
            return length;
          }

          @Override
          public void close() {}
        };
    var parts = new ArrayList<Integer>();
    try {
      TextParts.of(
          endless,
          part -> {
            parts.add(part.length());
            if (parts.size() == 100) {
              throw new IllegalStateException("enough");
            }
          });
    } catch (IllegalStateException enough) {
      assertThat(enough).hasMessage("enough");
    }
    assertThat(parts).hasSize(100).allMatch(length -> length >= 31_000 && length <= 64_000);
    assertThat(endless.given).isBetween(3_100_000L, 6_600_000L);
  }
}
