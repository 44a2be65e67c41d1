/// What people give: prompts, demonstrations, rankings, ratings; their store, import and export.
@org.jspecify.annotations.NullMarked
package org.instructgpt.records;
