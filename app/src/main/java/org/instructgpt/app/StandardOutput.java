package org.instructgpt.app;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Standard output, in UTF-8 whatever the locale, which remembers that it could not be written: a
/// [PrintWriter] swallows that, and a full disk would end with the exit status of success.
final class StandardOutput extends FilterOutputStream {
  private @Nullable IOException failure;

  /// Standard output of the process.
  StandardOutput() {
    this(new FileOutputStream(FileDescriptor.out));
  }

  /// Another stream in its place.
  StandardOutput(OutputStream out) {
    super(out);
  }

  /// Prints to it line by line.
  PrintWriter writer() {
    return new PrintWriter(new OutputStreamWriter(this, StandardCharsets.UTF_8), true);
  }

  /// What went wrong, if something did that matters: a reader who has seen enough (`| head`) does
  /// not.
  Optional<String> failure() {
    return Optional.ofNullable(failure)
        .map(IOException::getMessage)
        .filter(message -> !message.equals("Broken pipe"));
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    try {
      out.write(bytes, from, length);
    } catch (IOException failed) {
      failure = failed;
      throw failed;
    }
  }
}
