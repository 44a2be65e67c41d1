package org.instructgpt.web;

import java.util.List;
import java.util.Map;

/// What somebody is asked before something that cannot be taken back: what it will do, in numbers.
/// A page of its own, which needs no script.
///
/// @param title of the page, a question
/// @param lines what will happen, one a paragraph
/// @param action where the form goes that does it
/// @param fields that it sends
/// @param button what doing it is called
/// @param back the page to which whoever thinks better of it goes
public record Confirmation(
    String title,
    List<String> lines,
    String action,
    Map<String, String> fields,
    String button,
    String back) {
  public Confirmation {
    lines = List.copyOf(lines);
    fields = Map.copyOf(fields);
  }
}
