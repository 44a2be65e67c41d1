/// Tests of the whole studio with a real browser and with malformed requests, as people and
/// attackers meet it.
package org.instructgpt.browser;
