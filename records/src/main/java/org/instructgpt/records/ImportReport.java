package org.instructgpt.records;

import java.util.List;
import java.util.Map;

/// The result of an import.
///
/// @param formats the format of each file
/// @param reasons why each file was taken to be of this format
/// @param rows how many rows were read, valid or not
/// @param added how many records of each type are new
/// @param duplicates how many records were already stored with the same content
/// @param empty how many valid rows contain nothing to import, such as trees without ranks
/// @param notes remarks about the data, and to how many rows they apply
/// @param unread ignored fields, and how many rows have them
/// @param faults the number of faults of the skipped rows
/// @param bad those faults, similar ones once
/// @param users how many rows name a user or an organisation
/// @param customers how many of these rows became prompts of customers
public record ImportReport(
    Map<String, Format> formats,
    Map<String, String> reasons,
    long rows,
    Map<String, Long> added,
    long duplicates,
    long empty,
    Map<String, Long> notes,
    Map<String, Long> unread,
    long faults,
    List<RowProblem> bad,
    long users,
    long customers) {

  /// The faults of the skipped rows, one per line.
  public String badRows() {
    return BadRows.listed(bad);
  }

  /// Whether the files contained nothing to import.
  public boolean isNothing() {
    return added.isEmpty() && duplicates == 0;
  }

  /// The number of new records of one type (`"prompt"`, `"ranking"`, ...).
  public long added(String type) {
    return added.getOrDefault(type, 0L);
  }
}
