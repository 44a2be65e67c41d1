package org.instructgpt.records;

import java.util.List;
import java.util.Map;

/// What an import did.
///
/// @param formats the format of each file
/// @param reasons why each file was taken as that
/// @param rows how many rows were read, good or bad
/// @param added how many records of each type are new
/// @param duplicates how many records were there already, with the same content
/// @param empty how many good rows hold nothing to import, such as trees that nobody ranked
/// @param notes peculiarities, and how many rows have them
/// @param unread fields that were not read, and how many rows have them
/// @param faults how many faults the rows that were left out have
/// @param bad those faults, equal ones once
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

  /// The faults of the rows that were left out, a line each.
  public String badRows() {
    return BadRows.told(bad);
  }

  /// Whether the files held nothing that could be imported.
  public boolean isNothing() {
    return added.isEmpty() && duplicates == 0;
  }

  /// New records of one type (`"prompt"`, `"ranking"`, ...).
  public long added(String type) {
    return added.getOrDefault(type, 0L);
  }
}
