package org.instructgpt.eval;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.plot.Figure;

/// What an evaluation found, to be read by a person and by programs.
///
/// `report.html` is one file that needs no network and no script: plots are drawn as SVG, every
/// plot has its numbers in a table below it, and colours follow the reader's choice of light or
/// dark. `report.json` holds the same numbers unrounded; [#read(Path)] gives this record back.
///
/// @param subtitle one line under the title: what was run, with which seed
/// @param headline the few numbers to take home, shown large
/// @param sections in reading order, their ids all different
/// @param about how to make it again: seed, versions, commands, sizes; values are texts, numbers,
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
    about = ReportJson.plain(about);
    Set<String> ids = new HashSet<>();
    for (Section section : sections) {
      if (!ids.add(section.id())) {
        throw new IllegalArgumentException(
            "expected sections with ids of their own, found two \"" + section.id() + "\"");
      }
    }
  }

  /// A number to take home.
  ///
  /// @param value as it is to be read: "62%"
  /// @param note what it was measured on, with its interval; may be empty
  public record Fact(String label, String value, String note) {}

  /// A question and its answer.
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

  /// Writes [#PAGE] and [#DATA] into `folder`, which is made if it is missing; old ones are
  /// replaced. Each file is there whole or as it was.
  ///
  /// @throws IOException if one of them cannot be written
  public void write(Path folder) throws IOException {
    AtomicFiles.write(folder.resolve(DATA), ReportJson.write(this));
    AtomicFiles.write(folder.resolve(PAGE), ReportPage.of(this));
  }

  /// Reads a [#DATA] file.
  ///
  /// @throws IOException if the file cannot be read
  /// @throws IllegalArgumentException if it is no report; the message says where
  public static Report read(Path json) throws IOException {
    return ReportJson.read(json);
  }
}
