package org.instructgpt.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.instructgpt.api.ApiAccess.Client;
import org.instructgpt.files.Json;

/// A request and its answer.
///
/// @param id of the request, for the header `x-request-id`
/// @param most the most bytes of a body
/// @param limits of its time
record ApiExchange(Context http, Client client, String id, int most, Answering.Limits limits) {

  /// The fields of the body.
  RequestFields body() throws IOException {
    byte[] body = http.req().getInputStream().readNBytes(most + 1);
    if (body.length > most) {
      throw ApiRefusal.tooLarge(most);
    }
    return RequestFields.of(body);
  }

  void answer(JsonNode json) {
    http.contentType("application/json").result(Json.text(json).getBytes(StandardCharsets.UTF_8));
  }

  OutputStream events() throws IOException {
    http.contentType("text/event-stream; charset=utf-8");
    http.header("Cache-Control", "no-cache");
    http.header("X-Accel-Buffering", "no"); // a proxy in front must not buffer them
    return http.res().getOutputStream();
  }
}
