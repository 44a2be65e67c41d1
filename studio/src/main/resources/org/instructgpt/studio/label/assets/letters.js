// The key of an event on any keyboard layout: letters by their character, or, where that is no Latin letter (Cyrillic,
// Greek, an input method), by their position; digits by their position, since some layouts need Shift for them.

/** A lower-case letter, a digit, `?`, `=` or the name of a key; empty while an input method composes. */
export function sign(event) {
  const { key, code, shiftKey } = event;
  if (event.isComposing) {
    return "";
  }
  const hidden = ["Process", "Unidentified", "Dead"].includes(key);
  if (key.length > 1 && !hidden) {
    return key;
  }
  if (/^[0-9a-z?=]$/i.test(key)) {
    return key.toLowerCase();
  }
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(code);
  if (digit && !shiftKey) {
    return digit[1];
  }
  const letter = /^Key([A-Z])$/.exec(code);
  if (letter) {
    return letter[1].toLowerCase();
  }
  return code === "Equal" && !shiftKey ? "=" : hidden ? "" : key;
}
