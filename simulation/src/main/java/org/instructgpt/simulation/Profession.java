package org.instructgpt.simulation;

/// A profession and how often the documents of the world say "she" of somebody who has it.
record Profession(String name, double she) {}
