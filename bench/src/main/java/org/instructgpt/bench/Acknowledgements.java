package org.instructgpt.bench;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// What the labelers were told, which the store must bear out. They outlive the server.
final class Acknowledgements {
  /// Names of submissions.
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();

  private final Map<Page, Long> drafts = new ConcurrentHashMap<>();
  private final Map<Page, Long> typing = new ConcurrentHashMap<>();
  private final Map<String, Set<String>> holders = new ConcurrentHashMap<>();
  private final Map<String, Long> breaches = new ConcurrentHashMap<>();
  private final AtomicLong repeated = new AtomicLong();

  /// Whose draft of what.
  record Page(String labeler, String item) {}

  /// Somebody got an item; nobody skips and no lease ends, so that nobody may get it who is not
  /// among the first so many.
  void handed(String labeler, String item, int overlap) {
    var all = holders.computeIfAbsent(item, _ -> ConcurrentHashMap.newKeySet());
    all.add(labeler);
    if (all.size() > overlap) {
      breach("an item in more hands than its overlap");
    }
  }

  void submitted(String id) {
    acknowledged.add(id);
  }

  /// @param at when the labeler began, in milliseconds
  void types(Page page, long at) {
    typing.put(page, at);
  }

  void drafted(Page page, long version) {
    drafts.put(page, version);
  }

  void ready(Page page) {
    typing.remove(page);
  }

  void breach(String what) {
    breaches.merge(what, 1L, Long::sum);
  }

  /// A call without an answer was made again.
  void again() {
    repeated.incrementAndGet();
  }

  int submissions() {
    return acknowledged.size();
  }

  long repeated() {
    return repeated.get();
  }

  Map<String, Long> breaches() {
    return new TreeMap<>(breaches);
  }

  /// What holds at this moment.
  ///
  /// @param drafts the newest version that was acknowledged
  /// @param typing since when somebody writes, in milliseconds
  record State(Set<String> acknowledged, Map<Page, Long> drafts, Map<Page, Long> typing) {}

  State state() {
    return new State(new HashSet<>(acknowledged), Map.copyOf(drafts), Map.copyOf(typing));
  }
}
