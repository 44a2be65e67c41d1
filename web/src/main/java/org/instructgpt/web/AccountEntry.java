package org.instructgpt.web;

import java.time.Instant;
import java.util.Optional;

/// An account as administrators see it.
///
/// @param seen time of the newest request of its sessions
public record AccountEntry(
    Account account, boolean disabled, Instant created, Optional<Instant> seen) {}
