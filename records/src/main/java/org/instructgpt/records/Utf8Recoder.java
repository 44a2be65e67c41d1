package org.instructgpt.records;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/// A stream that converts text of another encoding to UTF-8.
final class Utf8Recoder extends InputStream {
  private final Reader reader;
  private final char[] characters = new char[1 << 13];
  private ByteBuffer ready = ByteBuffer.allocate(0);
  private char pending;
  private boolean isPending;

  Utf8Recoder(InputStream bytes, Charset charset) {
    reader = new InputStreamReader(bytes, charset.newDecoder());
  }

  @Override
  public int read() throws IOException {
    return fill() ? ready.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int from, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int many = Math.min(length, ready.remaining());
    ready.get(into, from, many);
    return many;
  }

  private boolean fill() throws IOException {
    while (!ready.hasRemaining()) {
      int kept = isPending ? 1 : 0;
      characters[0] = pending;
      int many = reader.read(characters, kept, characters.length - kept);
      if (many < 0 && kept == 0) {
        return false;
      }
      int end = kept + Math.max(many, 0);
      // A high surrogate waits for its low surrogate.
      isPending = many >= 0 && Character.isHighSurrogate(characters[end - 1]);
      if (isPending) {
        pending = characters[--end];
      }
      ready = StandardCharsets.UTF_8.encode(CharBuffer.wrap(characters, 0, end));
    }
    return true;
  }
}
