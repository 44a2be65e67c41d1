package org.instructgpt.web;

import java.time.Instant;
import java.util.Optional;
import org.instructgpt.records.Labeler;
import org.instructgpt.web.Account.Role;

/// An invitation that nobody has used yet.
///
/// @param madeBy id of the administrator's account; empty for the program itself
record Invitation(
    String id, Role role, Optional<Labeler.Pool> pool, String madeBy, Instant expires) {}
