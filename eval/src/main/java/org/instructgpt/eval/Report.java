package org.instructgpt.eval;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.instructgpt.plot.Figure;

/// The result of an evaluation, for people and for programs.
///
/// `report.html` is one file that needs no network and no script: plots are drawn as SVG, every
/// plot has its numbers in a table below it, and colours follow the reader's choice of light or
/// dark. `report.json` holds the same numbers unrounded; [ReportFiles#read] gives this record back.
///
/// @param subtitle one line under the title: what was run, with which seed
/// @param headline the few most important numbers, shown large
/// @param sections in reading order, their ids all different
/// @param about how to reproduce it: seed, versions, commands, sizes; values are texts, numbers,
///   booleans, and lists and maps of them; whole numbers become `Long`, others `Double`
public record Report(
    String title,
    String subtitle,
    List<Fact> headline,
    List<Section> sections,
    Map<String, Object> about) {
  public static final String PAGE = "report.html";
  public static final String DATA = "report.json";

  public Report {
    headline = List.copyOf(headline);
    sections = List.copyOf(sections);
    about = PlainValues.copy(about);
    Set<String> ids = new HashSet<>();
    for (Section section : sections) {
      if (!ids.add(section.id())) {
        throw new IllegalArgumentException(
            "expected sections with ids of their own, found two \"" + section.id() + "\"");
      }
    }
  }

  /// One of the most important numbers.
  ///
  /// @param value as displayed: "62%"
  /// @param note what it was measured on, with its interval; may be empty
  public record Fact(String label, String value, String note) {}

  /// A question, its answer, and the figures that show it.
  ///
  /// @param id the section's address within the page: lower case letters, digits and hyphens
  /// @param finding the answer, in one plain sentence
  public record Section(String id, String title, String finding, List<Figure> exhibits) {
    public Section {
      exhibits = List.copyOf(exhibits);
      if (!id.matches("[a-z][a-z0-9-]*")) {
        throw new IllegalArgumentException(
            "expected a section id of lower case letters, digits and hyphens, found \""
                + id
                + "\"");
      }
    }
  }
}
