/// Every reader of files that come from elsewhere, given what nobody would write.
@org.jspecify.annotations.NullMarked
package org.instructgpt.fuzz;
