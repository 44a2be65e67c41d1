package org.instructgpt.web;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// Server-sent events, written directly to the response: the pages ask for them by POST too, which
/// neither `EventSource` nor the web framework supports.
final class EventStream implements EventSink {
  /// After this time without a write, a ping finds out whether the client is still connected.
  private static final long PING_MILLIS = 250;

  private final OutputStream out;
  private final ShutdownSignal closing;
  private long written;
  private boolean gone;

  private EventStream(OutputStream out, ShutdownSignal closing) {
    this.out = out;
    this.closing = closing;
    this.written = closing.clock().millis();
  }

  static EventStream open(Context http, ShutdownSignal closing) throws IOException {
    http.contentType("text/event-stream; charset=utf-8");
    http.header("X-Accel-Buffering", "no"); // a proxy in front must not buffer them
    var stream = new EventStream(http.res().getOutputStream(), closing);
    stream.write(": open\n\n");
    return stream;
  }

  @Override
  public void send(String event, Object json) {
    if (!event.matches("[a-z-]+")) {
      throw new IllegalArgumentException(
          "expected an event name of lower-case letters and hyphens, found " + event);
    }
    write(
        "event: "
            + event
            + "\ndata: "
            + new String(StrictJson.write(json), StandardCharsets.UTF_8)
            + "\n\n");
  }

  @Override
  public boolean gone() {
    if (!gone && closing.clock().millis() - written >= PING_MILLIS) {
      write(": ping\n\n");
    }
    return gone;
  }

  @Override
  public boolean ending() {
    return closing.begun().get();
  }

  @Override
  public void close() {
    if (!gone) {
      try {
        out.close();
      } catch (IOException hungUp) {
        gone = true;
      }
    }
  }

  private void write(String text) {
    if (gone) {
      return;
    }
    try {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.flush();
      written = closing.clock().millis();
    } catch (IOException hungUp) {
      gone = true;
    }
  }
}
