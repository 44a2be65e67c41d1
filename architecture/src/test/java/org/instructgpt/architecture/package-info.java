/// What the modules may do, as tests.
@org.jspecify.annotations.NullMarked
package org.instructgpt.architecture;
