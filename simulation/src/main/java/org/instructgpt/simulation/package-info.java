/// A little world and its people: what a base model reads, what customers ask, what labelers answer
/// and prefer, and a gold judge that no model ever sees. Everything here is a pure function of
/// seeds.
@org.jspecify.annotations.NullMarked
package org.instructgpt.simulation;
