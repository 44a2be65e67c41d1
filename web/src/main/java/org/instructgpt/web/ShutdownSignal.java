package org.instructgpt.web;

import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;

/// Whether the site is about to end, for those who would go on for ever.
///
/// @param clock for pauses between pings
record ShutdownSignal(AtomicBoolean begun, InstantSource clock) {}
