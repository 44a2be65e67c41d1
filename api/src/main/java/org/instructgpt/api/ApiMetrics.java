package org.instructgpt.api;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// What the server has done, as Prometheus reads it.
final class ApiMetrics {
  private final PrometheusRegistry registry = new PrometheusRegistry();

  private final Counter requests =
      Counter.builder()
          .name("instructgpt_requests_total")
          .help("Requests that were answered.")
          .labelNames("path", "status", "client")
          .register(registry);

  private final Counter tokens =
      Counter.builder()
          .name("instructgpt_tokens_total")
          .help("Tokens that were read (kind prompt) and made (kind completion).")
          .labelNames("model", "kind")
          .register(registry);

  private final Gauge underWay =
      Gauge.builder()
          .name("instructgpt_requests_under_way")
          .help("Requests that are being answered or wait.")
          .register(registry);

  private final Histogram firstToken =
      Histogram.builder()
          .name("instructgpt_first_token_seconds")
          .help("Time from a request to its first token.")
          .labelNames("model")
          .classicUpperBounds(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
          .register(registry);

  private final Histogram whole =
      Histogram.builder()
          .name("instructgpt_request_seconds")
          .help("Time from a request to the end of its answer.")
          .labelNames("path")
          .classicUpperBounds(0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600)
          .register(registry);

  void begun() {
    underWay.inc();
  }

  void answered(String path, int status, String client, double seconds) {
    underWay.dec();
    requests.labelValues(path, String.valueOf(status), client).inc();
    whole.labelValues(path).observe(seconds);
  }

  void completed(String model, Answering answering) {
    tokens.labelValues(model, "prompt").inc(answering.promptTokens());
    tokens.labelValues(model, "completion").inc(answering.generatedTokens());
    answering
        .firstTokenMillis()
        .ifPresent(millis -> firstToken.labelValues(model).observe(millis / 1000.0));
  }

  void scored(String model, int read) {
    tokens.labelValues(model, "prompt").inc(read);
  }

  String text() {
    var out = new ByteArrayOutputStream();
    try {
      PrometheusTextFormatWriter.create().write(out, registry.scrape());
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
