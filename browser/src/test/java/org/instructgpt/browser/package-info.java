/// What only a real browser shows, and what strangers may send: the studio from outside, as people
/// and attackers meet it.
package org.instructgpt.browser;
