/// Runs Jinja templates with the meaning that Python gives them.
@org.jspecify.annotations.NullMarked
package org.instructgpt.jinja;
