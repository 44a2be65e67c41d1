package org.instructgpt.plot;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.instructgpt.statistics.Estimate;

/// A figure of a report: a plot, a table, answers side by side, or a note.
///
/// Figures hold numbers, not pictures: the page draws them, and `report.json` keeps them as they
/// are. An [Estimate] whose ends equal its value has no interval and none is drawn; one that is not
/// a number was not measured, and the page says so. The unit `%` means that values are shares of 0
/// to 1, which the page writes as percent; any other unit is written behind the number.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Figure.Bars.class, name = "bars"),
  @JsonSubTypes.Type(value = Figure.Curves.class, name = "curves"),
  @JsonSubTypes.Type(value = Figure.Grid.class, name = "grid"),
  @JsonSubTypes.Type(value = Figure.Answers.class, name = "answers"),
  @JsonSubTypes.Type(value = Figure.Heat.class, name = "heat"),
  @JsonSubTypes.Type(value = Figure.Note.class, name = "note")
})
public sealed interface Figure {

  /// What is shown, in a few words; the heading of the figure.
  String caption();

  /// A number without an interval.
  static Estimate exact(double value) {
    return new Estimate(value, value, value);
  }

  /// A dot plot: one row for each quantity, a dot with its interval, on a common axis.
  ///
  /// @param unit of all values: `%`, a word, or nothing
  /// @param references lines across the plot, for example 0.5, "chance"; may be empty
  record Bars(String caption, String unit, List<Reference> references, List<Bar> bars)
      implements Figure {
    public Bars {
      references = List.copyOf(references);
      bars = List.copyOf(bars);
      FigureCheck.some(caption, "bar", bars);
      references.forEach(each -> FigureCheck.finite(caption, each.name(), each.value()));
    }

    /// A value that the others are compared with.
    public record Reference(String name, double value) {}

    /// One row.
    ///
    /// @param group its heading, shown once above consecutive rows of the same group; empty for
    ///   none
    /// @param note further information, such as the number of prompts; may be empty
    public record Bar(String label, String group, Estimate value, String note) {
      /// A row without heading and note.
      public static Bar of(String label, Estimate value) {
        return new Bar(label, "", value, "");
      }
    }
  }

  /// A plot of curves, such as training curves, reward against KL, sweeps.
  ///
  /// @param x what the horizontal axis counts, with its unit
  /// @param y what the vertical axis counts, with its unit
  /// @param logX whether the horizontal axis is logarithmic; all x are positive then
  /// @param series at most [#MOST], so that the eye can tell them apart
  record Curves(String caption, String x, String y, boolean logX, List<Series> series)
      implements Figure {
    /// The number of colours; dashed series have the colour of the one before them and do not
    /// count.
    public static final int MOST = 6;

    public Curves {
      series = List.copyOf(series);
      FigureCheck.some(caption, "series", series);
      FigureCheck.curves(caption, logX, series);
    }

    /// How a series is drawn.
    public enum Style {
      /// Joined, with a band for its intervals.
      @JsonProperty("line")
      LINE,
      /// Not joined, each with its interval.
      @JsonProperty("dots")
      DOTS,
      /// Joined by dashes, in the colour of the series before it: its fit or its theory.
      @JsonProperty("dashes")
      DASHES
    }

    /// One point of a series.
    public record Point(double x, Estimate y) {
      /// A point without an interval.
      public static Point of(double x, double y) {
        return new Point(x, exact(y));
      }
    }

    /// @param points in the order in which they are joined
    public record Series(String name, Style style, List<Point> points) {
      public Series {
        points = List.copyOf(points);
      }
    }
  }

  /// A table. Columns of numbers are aligned right.
  ///
  /// @param head the columns' names
  /// @param rows each as long as `head`
  record Grid(String caption, List<String> head, List<List<Cell>> rows) implements Figure {
    public Grid {
      head = List.copyOf(head);
      rows = rows.stream().map(List::copyOf).toList();
      FigureCheck.some(caption, "column", head);
      FigureCheck.rectangle(caption, head.size(), rows);
    }

    /// A table of words.
    public static Grid ofTexts(String caption, List<String> head, List<List<String>> rows) {
      return new Grid(
          caption, head, rows.stream().map(row -> row.stream().map(Cell::text).toList()).toList());
    }
  }

  /// A cell of a [Grid].
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Cell.Text.class, name = "text"),
    @JsonSubTypes.Type(value = Cell.Quantity.class, name = "figure"),
    @JsonSubTypes.Type(value = Cell.Judged.class, name = "judged")
  })
  sealed interface Cell {
    /// Text.
    record Text(String text) implements Cell {}

    /// A number, with its interval if it has one.
    record Quantity(Estimate value, String unit) implements Cell {}

    /// Whether a claim holds.
    record Judged(Verdict verdict) implements Cell {}

    static Cell text(String text) {
      return new Text(text);
    }

    static Cell number(double value) {
      return new Quantity(exact(value), "");
    }

    /// @param unit `%` for a share of 0 to 1
    static Cell number(double value, String unit) {
      return new Quantity(exact(value), unit);
    }

    /// @param unit `%` for shares of 0 to 1
    static Cell estimate(Estimate value, String unit) {
      return new Quantity(value, unit);
    }

    static Cell verdict(Verdict verdict) {
      return new Judged(verdict);
    }
  }

  /// Whether a measurement supports a claim.
  enum Verdict {
    @JsonProperty("holds")
    HOLDS,
    @JsonProperty("fails")
    FAILS,
    /// The interval lies on both sides.
    @JsonProperty("undecided")
    UNDECIDED
  }

  /// A prompt with the models' answers side by side.
  record Answers(String caption, String prompt, List<Answer> answers) implements Figure {
    public Answers {
      answers = List.copyOf(answers);
      FigureCheck.some(caption, "answer", answers);
    }

    /// @param note what the judges said, for example; may be empty
    public record Answer(String model, String text, String note) {}
  }

  /// A matrix of win rates of each row against each column, shares of 0 to 1.
  ///
  /// @param labels of the rows and of the columns
  /// @param values as many rows, and as many in each, as labels; [Double#NaN] values stay empty
  record Heat(String caption, List<String> labels, List<List<Estimate>> values) implements Figure {
    public Heat {
      labels = List.copyOf(labels);
      values = values.stream().map(List::copyOf).toList();
      FigureCheck.some(caption, "label", labels);
      FigureCheck.square(caption, labels.size(), values);
    }

    /// A matrix without intervals.
    public static Heat of(String caption, List<String> labels, double[][] values) {
      return new Heat(
          caption,
          labels,
          Stream.of(values)
              .map(row -> Arrays.stream(row).mapToObj(Figure::exact).toList())
              .toList());
    }
  }

  /// A paragraph, such as how something was measured or why a claim failed.
  ///
  /// @param text plain; a blank line begins a new paragraph
  record Note(String caption, String text) implements Figure {}
}
