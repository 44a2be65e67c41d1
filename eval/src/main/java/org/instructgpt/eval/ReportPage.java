package org.instructgpt.eval;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.instructgpt.eval.Report.Fact;
import org.instructgpt.eval.Report.Section;
import org.instructgpt.plot.Figure;
import org.instructgpt.plot.Figure.Answers;
import org.instructgpt.plot.FigureTables;
import org.instructgpt.plot.Markup;
import org.instructgpt.plot.PlotBars;
import org.instructgpt.plot.PlotCurves;

/// Writes `report.html`, one self-contained page.
///
/// It has no script, and its content security policy forbids the browser to run or fetch any, so
/// whatever a model wrote into an answer stays text.
final class ReportPage {
  private static final String POLICY = "default-src 'none'; style-src 'unsafe-inline'";

  /// The marks of the series, told apart by shape as well as by colour.
  private static final List<String> MARKS =
      List.of(
          "M0-4.6A4.6 4.6 0 1 1 0 4.6A4.6 4.6 0 1 1 0-4.6Z",
          "M-4-4H4V4H-4Z",
          "M0-5L5 4H-5Z",
          "M0-5.6L5.6 0L0 5.6L-5.6 0Z",
          "M0 5L5-4H-5Z",
          "M-1.6-5H1.6V-1.6H5V1.6H1.6V5H-1.6V1.6H-5V-1.6H-1.6Z");

  private final Markup page = new Markup();
  private final Report report;
  private int drawn;

  private ReportPage(Report report) {
    this.report = report;
  }

  static String of(Report report) throws IOException {
    return new ReportPage(report).write();
  }

  private String write() throws IOException {
    page.open("html", "lang", "en").open("head");
    page.lone("meta", "charset", "utf-8");
    page.lone("meta", "http-equiv", "Content-Security-Policy", "content", POLICY);
    page.lone("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    page.lone("meta", "name", "color-scheme", "content", "light dark");
    page.line("title", report.title()).style(style()).close();
    page.open("body");
    marks();
    header();
    contents();
    page.open("main");
    report.sections().forEach(this::section);
    page.close();
    about();
    return page.close().close().finish();
  }

  private void marks() {
    page.open("svg", "class", "hidden", "aria-hidden", "true", "width", "0", "height", "0");
    page.open("defs");
    for (int i = 0; i < MARKS.size(); i++) {
      page.lone("path", "id", "mark-" + (i + 1), "d", MARKS.get(i));
    }
    page.close().close();
  }

  private void header() {
    page.open("header").line("h1", report.title());
    page.line("p", report.subtitle(), "class", "subtitle");
    if (!report.headline().isEmpty()) {
      page.open("dl", "class", "headline");
      for (Fact fact : report.headline()) {
        page.open("div").line("dt", fact.label());
        page.line("dd", fact.value(), "class", "big");
        page.line("dd", fact.note(), "class", "note");
        page.close();
      }
      page.close();
    }
    page.close();
  }

  private void contents() {
    page.open("nav", "aria-label", "Contents").open("ol");
    for (Section section : report.sections()) {
      page.open("li").open("a", "href", "#" + section.id());
      page.line("b", section.title()).line("span", section.finding());
      page.close().close();
    }
    page.close().close();
  }

  private void section(Section section) {
    page.open("section", "id", section.id());
    page.line("h2", section.title());
    page.line("p", section.finding(), "class", "finding");
    section.exhibits().forEach(this::figure);
    page.close();
  }

  private void figure(Figure figure) {
    drawn++;
    String id = "exhibit-" + drawn;
    page.open("figure", "id", id);
    if (!figure.caption().isEmpty()) {
      page.line("figcaption", figure.caption());
    }
    switch (figure) {
      case Figure.Bars bars -> PlotBars.draw(page, bars, id);
      case Figure.Curves curves -> PlotCurves.draw(page, curves, id);
      case Figure.Grid grid -> FigureTables.grid(page, grid);
      case Figure.Heat heat -> FigureTables.heat(page, heat);
      case Figure.Answers answers -> answers(answers);
      case Figure.Note note -> paragraphs(note.text());
    }
    page.close();
  }

  private void answers(Answers answers) {
    page.line("blockquote", answers.prompt(), "dir", "auto");
    page.open("div", "class", "answers");
    for (Answers.Answer answer : answers.answers()) {
      page.open("article").line("h3", answer.model());
      if (answer.text().isBlank()) {
        page.line("p", "(said nothing)", "class", "silent");
      } else {
        page.line("p", answer.text(), "class", "said", "dir", "auto");
      }
      if (!answer.note().isEmpty()) {
        page.line("p", answer.note(), "class", "note");
      }
      page.close();
    }
    page.close();
  }

  private void paragraphs(String text) {
    for (String paragraph : text.strip().split("\n\\s*\n", -1)) {
      page.line("p", paragraph);
    }
  }

  private void about() {
    page.open("footer");
    if (!report.about().isEmpty()) {
      page.line("h2", "About this report").open("dl");
      report
          .about()
          .forEach((key, value) -> page.line("dt", key.replace('_', ' ')).line("dd", words(value)));
      page.close();
    }
    page.line(
        "p",
        "The same numbers, unrounded, are in " + Report.DATA + " beside this page.",
        "class",
        "legend");
    page.close();
  }

  private static String words(Object value) {
    return switch (value) {
      case List<?> list -> list.stream().map(ReportPage::words).collect(Collectors.joining("\n"));
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(entry -> entry.getKey() + ": " + words(entry.getValue()))
              .collect(Collectors.joining("\n"));
      default -> value.toString();
    };
  }

  private static String style() throws IOException {
    try (InputStream css = ReportPage.class.getResourceAsStream("report.css")) {
      if (css == null) {
        throw new IOException("report.css is missing from the program; build it again");
      }
      return new String(css.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
