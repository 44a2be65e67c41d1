/// Models from a hub that speaks Hugging Face's HTTP interface ([Pull]). The only module that
/// connects to other machines of itself, and only when it is asked to.
@org.jspecify.annotations.NullMarked
package org.instructgpt.hub;
