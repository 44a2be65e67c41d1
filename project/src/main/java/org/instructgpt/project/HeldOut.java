package org.instructgpt.project;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Decides for each document whether it is learned or held out for validation, as they come.
///
/// A hash of the content decides, the same on every machine and whatever else is read beside it.
/// Only where there are so few documents that one side would stay empty, the last one or the end of
/// the only one goes to that side. What cannot be decided yet waits for that: held-out documents
/// before the first learned one, and the last learned one as long as none is held out.
final class HeldOut {
  private static final int ONE_IN = 50;

  private final Consumer<String> training;
  private final Consumer<String> validation;
  private final List<String> waiting = new ArrayList<>();
  private long learned;
  private long heldOut;

  /// @param training is given the documents to learn
  /// @param validation is given those that are held out
  HeldOut(Consumer<String> training, Consumer<String> validation) {
    this.training = training;
    this.validation = validation;
  }

  /// Takes the next document.
  void add(String document) {
    if (Math.floorMod(document.hashCode() * 0x9E3779B9, ONE_IN) == 0) {
      heldOut++;
      if (learned == 0) {
        waiting.add(document);
      } else {
        release(training);
        validation.accept(document);
      }
    } else {
      learned++;
      if (heldOut == 0) {
        release(training);
        waiting.add(document);
      } else {
        release(validation);
        training.accept(document);
      }
    }
  }

  /// Places what waits when there are no more.
  ///
  /// @param asked the files and folders that were named, for messages
  /// @throws IllegalArgumentException if there was no document, or too little in the only one
  void finish(List<Path> asked) {
    if (learned + heldOut == 0) {
      throw new IllegalArgumentException(
          "no text in %s: expected .txt, .md or .jsonl files (or those as .gz) that are not empty"
              .formatted(asked));
    }
    if (learned > 0 && heldOut > 0) {
      return;
    }
    var last = waiting.removeLast();
    release(training);
    int end = learned + heldOut == 1 ? end(last, asked) : 0;
    if (end > 0) {
      training.accept(last.substring(0, end).strip());
    }
    validation.accept(last.substring(end).strip());
  }

  private void release(Consumer<String> side) {
    waiting.forEach(side);
    waiting.clear();
  }

  /// Where the last tenth of the only document begins: at the start of a line or a word if there is
  /// one near, so that no text is both learned and held out.
  private static int end(String document, List<Path> paths) {
    int from = document.length() - Math.ceilDiv(document.length(), 10);
    int line = document.lastIndexOf('\n', from);
    int word = document.lastIndexOf(' ', from);
    int end = line > from / 2 ? line : word > from / 2 ? word : from;
    if (Character.isLowSurrogate(document.charAt(end))) {
      end--;
    }
    if (end == 0) {
      throw new IllegalArgumentException(
          "%s: expected text enough to hold some out for validation, found %d characters in all: give more text"
              .formatted(paths, document.length()));
    }
    return end;
  }
}
