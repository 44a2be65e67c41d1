package org.instructgpt.studio;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.instructgpt.label.LabelerWork;
import org.instructgpt.label.Lease;
import org.instructgpt.label.Lease.Draft;
import org.instructgpt.label.Lease.SkipReason;
import org.instructgpt.label.StoredJson;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.records.Prompt.UseCase;
import org.instructgpt.records.Rating.Flag;
import org.instructgpt.web.Exchange;

/// What the page of a task shows.
///
/// @param instructions as HTML
/// @param words texts of the page's scripts, as JSON
/// @param seconds until the lease expires
/// @param correcting whether the task was submitted before
record TaskView(Lease lease, String instructions, String words, long seconds, boolean correcting) {
  static final List<Flag> FLAGS = List.of(Flag.values());
  static final List<LabelerWork.Tag> TAGS = List.of(LabelerWork.Tag.values());
  static final List<UseCase> USE_CASES = List.of(UseCase.values());

  /// The key of the keyboard for each flag, in the flags' order.
  private static final String KEYS = "fihsxvedaom";

  private static final List<String> WORDS =
      List.of(
          "saved",
          "offline",
          "troubled",
          "unkept",
          "mine",
          "next",
          "instead",
          "goon",
          "restored",
          "here",
          "show",
          "signin-link",
          "now",
          "notsaved",
          "elsewhere",
          "sending",
          "waiting",
          "received",
          "notsent",
          "signin",
          "taken",
          "words",
          "best",
          "rank",
          "worst",
          "ranked",
          "tied",
          "unranked",
          "undone",
          "contradiction",
          "rate",
          "rankall",
          "writeprompt",
          "writeanswer",
          "writeinstruction",
          "halfpair",
          "twopairs",
          "pair",
          "examples",
          "usecase",
          "personal");

  /// The texts of the scripts in the request's language, as JSON.
  static String words(Exchange exchange) {
    Map<String, String> texts = new TreeMap<>();
    WORDS.forEach(key -> texts.put(key, exchange.text("label.js." + key)));
    return StoredJson.write(texts);
  }

  static String letter(int output) {
    return String.valueOf((char) ('A' + output));
  }

  static String key(Flag flag) {
    int place = FLAGS.indexOf(flag);
    return KEYS.substring(place, place + 1);
  }

  String kindWord() {
    return StoredJson.word(lease.kind());
  }

  String modeWord() {
    return StoredJson.word(lease.mode());
  }

  String draft() {
    return lease.draft().map(Draft::json).orElse("");
  }

  long version() {
    return lease.draft().map(Draft::version).orElse(0L);
  }

  /// The reasons for which this task may be skipped; only a ranking can be impossible to rank.
  List<SkipReason> reasons() {
    return List.of(SkipReason.values()).stream()
        .filter(reason -> reason != SkipReason.NOT_RANKABLE || lease.kind() == Kind.COMPARE)
        .toList();
  }
}
