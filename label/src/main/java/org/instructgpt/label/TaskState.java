package org.instructgpt.label;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import org.instructgpt.label.Lease.Draft;
import org.instructgpt.records.Store;
import org.jdbi.v3.core.Handle;

/// The state of a task that was handed to a labeler.
///
/// @param state `out`, `done`, `skipped` or `gone`
/// @param draft the version of the draft that is stored; 0 if there is none
public record TaskState(String state, long draft, Optional<HandedIn> handedIn) {

  /// Work that was handed in.
  ///
  /// @param fixed why it cannot be corrected any more; empty if it can
  public record HandedIn(Annotation newest, int versions, Optional<Rejected.Why> fixed) {}

  static Optional<TaskState> of(
      Store store, Handle handle, Instant now, String labeler, String item, ZoneId day) {
    if (new DeletedTasks(handle).was(labeler, item)) {
      return Optional.of(new TaskState("gone", 0, Optional.empty()));
    }
    var annotations = new Annotations(handle);
    var correction = new Correction(store, handle, now, labeler);
    var handedIn =
        annotations
            .of(labeler, item)
            .map(newest ->
                new HandedIn(
                    newest,
                    Math.max(1, annotations.versions(newest.id()).size()),
                    correction.obstacle(newest, day)));
    long draft = new Drafts(handle, now).find(labeler, item).map(Draft::version).orElse(0L);
    return new Leases(handle, now)
        .held(labeler, item)
        .map(held -> new TaskState(held.state(), draft, handedIn));
  }
}
