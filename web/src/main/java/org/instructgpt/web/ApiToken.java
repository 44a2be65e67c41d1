package org.instructgpt.web;

import java.time.Instant;

/// An access token for programs, without its secret.
record ApiToken(String id, String label, Instant created, Instant expires) {}
