package org.instructgpt.model;

import java.io.PrintStream;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/// Progress as a bar on a terminal.
final class ProgressBarLine implements ProgressLine {
  private static final String TO_COLUMN_ONE_AND_CLEAR = "\r\u001b[K";

  private final String task;
  private final String unit;
  private final PrintStream out;
  private @Nullable ProgressBar bar;

  ProgressBarLine(String task, String unit, PrintStream out) {
    this.task = task;
    this.unit = unit;
    this.out = out;
  }

  @Override
  public void begin(long step, long steps) {
    end();
    bar =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(steps)
            .startsFrom(step, Duration.ZERO)
            .setStyle(ProgressBarStyle.UNICODE_BLOCK)
            .showSpeed(
                new DecimalFormat(
                    "0.00 '" + unit + "'", DecimalFormatSymbols.getInstance(Locale.ROOT)))
            .setConsumer(new ConsoleProgressBarConsumer(out))
            .build();
  }

  @Override
  public void advance(long step, Map<String, Double> metrics) {
    if (bar != null) {
      bar.setExtraMessage(" " + PlainProgressLine.shown(metrics));
      bar.stepTo(step);
    }
  }

  @Override
  public void say(String message) {
    // One call, so that the thread that redraws the bar cannot come in between.
    out.print(TO_COLUMN_ONE_AND_CLEAR + message + System.lineSeparator());
  }

  @Override
  public void end() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
