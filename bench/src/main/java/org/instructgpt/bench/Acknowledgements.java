package org.instructgpt.bench;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// What the server acknowledged to the labelers. The store must agree with it; it survives kills of
/// the server.
final class Acknowledgements {
  /// Ids of submissions.
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();

  private final Map<Page, Long> drafts = new ConcurrentHashMap<>();
  private final Map<Page, Long> typing = new ConcurrentHashMap<>();
  private final Map<String, Set<String>> holders = new ConcurrentHashMap<>();
  private final Map<String, Long> breaches = new ConcurrentHashMap<>();
  private final AtomicLong repeated = new AtomicLong();

  /// The page of a labeler's item.
  record Page(String labeler, String item) {}

  /// A labeler was assigned an item. Nobody skips and no lease ends, so at most `overlap` labelers
  /// may get an item.
  void assigned(String labeler, String item, int overlap) {
    var all = holders.computeIfAbsent(item, _ -> ConcurrentHashMap.newKeySet());
    all.add(labeler);
    if (all.size() > overlap) {
      breach("an item held by more labelers than its overlap");
    }
  }

  void submitted(String id) {
    acknowledged.add(id);
  }

  /// @param at when the labeler began, in milliseconds
  void startTyping(Page page, long at) {
    typing.put(page, at);
  }

  void draftStored(Page page, long version) {
    drafts.put(page, version);
  }

  void stopTyping(Page page) {
    typing.remove(page);
  }

  void breach(String what) {
    breaches.merge(what, 1L, Long::sum);
  }

  /// A call that got no answer is repeated.
  void countRepeat() {
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

  /// A snapshot.
  ///
  /// @param drafts the newest acknowledged version of each draft
  /// @param typing when the labeler began to type, in milliseconds
  record State(Set<String> acknowledged, Map<Page, Long> drafts, Map<Page, Long> typing) {}

  State state() {
    return new State(new HashSet<>(acknowledged), Map.copyOf(drafts), Map.copyOf(typing));
  }
}
