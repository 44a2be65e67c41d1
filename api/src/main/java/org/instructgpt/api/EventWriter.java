package org.instructgpt.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.instructgpt.files.Json;

/// Writes server-sent events.
final class EventWriter {
  private final OutputStream out;
  private boolean gone;

  EventWriter(OutputStream out) {
    this.out = out;
  }

  /// Whether the client has gone away.
  boolean gone() {
    return gone;
  }

  void data(JsonNode json) {
    write("data: " + Json.text(json) + "\n\n");
  }

  /// The end of a stream that is whole.
  void done() {
    write("data: [DONE]\n\n");
  }

  /// The end of a stream that broke off.
  void error(ApiRefusal refusal) {
    write("event: error\ndata: " + Json.text(refusal.json()) + "\n\n");
  }

  /// A comment, which finds out whether the client is still there.
  void ping() {
    write(": ping\n\n");
  }

  private void write(String text) {
    if (gone) {
      return;
    }
    try {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (IOException hungUp) {
      gone = true;
    }
  }
}
