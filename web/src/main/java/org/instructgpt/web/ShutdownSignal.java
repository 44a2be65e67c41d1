package org.instructgpt.web;

import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;

/// Tells endless responses that the server is shutting down.
///
/// @param begun set once, when the shutdown begins
/// @param clock for the pauses between pings
record ShutdownSignal(AtomicBoolean begun, InstantSource clock) {}
