package org.instructgpt.jinja;

/// The value of a name that has none. It prints as nothing and is false; whoever asks more of it
/// gets an error.
///
/// @param why what to say then
record Undefined(String why) {
  TemplateException error() {
    return new TemplateException(why);
  }
}
