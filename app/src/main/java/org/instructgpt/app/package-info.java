/// The command `instructgpt`: the only place where things are wired together.
@org.jspecify.annotations.NullMarked
package org.instructgpt.app;
