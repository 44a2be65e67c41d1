package org.instructgpt.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.instructgpt.jinja.Token.Kind;

/// Cuts a template into tokens, with `trim_blocks` and `lstrip_blocks` as `transformers` has them:
/// the line feed behind a block is left out, and so is white space before a block that begins a
/// line.
final class Lexer {
  private static final Pattern OPENING = Pattern.compile("\\{[%{#][-+]?");
  private static final Pattern RAW = Pattern.compile("\\{%([-+]?)\\s*raw\\s*([-+]?)%\\}");
  private static final Pattern END_RAW = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*([-+]?)%\\}");

  private static final Pattern INSIDE =
      Pattern.compile(
          "(?<space>\\s+)"
              + "|(?<float>(?<!\\.)\\d+(?:_\\d+)*+(?:(?:\\.\\d+(?:_\\d+)*+)?[eE][+-]?\\d+|\\.\\d+(?:_\\d+)*+))"
              + "|(?<integer>\\d+(?:_\\d+)*+)"
              + "|(?<name>[\\p{L}_][\\p{L}\\p{N}_]*)"
              + "|(?<string>'(?:[^'\\\\]|\\\\.)*+'|\"(?:[^\"\\\\]|\\\\.)*+\")"
              + "|(?<operator>//|\\*\\*|==|!=|>=|<=|[-+*/%~\\[\\](){}.:|,;=<>])",
          Pattern.DOTALL);

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;
  private boolean beginsLine = true;

  private Lexer(String source) {
    this.source = source;
  }

  static List<Token> tokens(String template) {
    var lines = template.replace("\r\n", "\n").replace('\r', '\n');
    var lexer = new Lexer(lines.endsWith("\n") ? lines.substring(0, lines.length() - 1) : lines);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    var opening = OPENING.matcher(source);
    while (at < source.length() && opening.find(at)) {
      int start = opening.start();
      var tag = opening.group();
      data(source.substring(at, start), tag);
      var raw = RAW.matcher(source).region(start, source.length());
      if (raw.lookingAt()) {
        raw(raw);
      } else if (tag.charAt(1) == '#') {
        comment(start);
      } else {
        tag(start, tag);
      }
    }
    data(source.substring(at), "");
    tokens.add(new Token(Kind.END, "", line));
  }

  /// Text before a tag, which may take white space from its end.
  private void data(String text, String tag) {
    var kept = text;
    if (tag.endsWith("-")) {
      kept = text.stripTrailing();
    } else if (!tag.isEmpty() && tag.charAt(1) != '{' && !tag.endsWith("+")) {
      int begin = text.lastIndexOf('\n') + 1;
      if ((begin > 0 || beginsLine) && text.substring(begin).isBlank()) {
        kept = text.substring(0, begin);
      }
    }
    if (!kept.isEmpty()) {
      tokens.add(new Token(Kind.DATA, kept, line));
    }
    count(text);
  }

  private void count(String text) {
    line += (int) text.chars().filter(c -> c == '\n').count();
  }

  private void comment(int start) {
    int end = source.indexOf("#}", start + 2);
    if (end < 0) {
      throw new TemplateException(line, "the comment that begins here does not end");
    }
    char sign = source.charAt(end - 1);
    count(source.substring(start, end));
    after(end + 2, end > start + 2 ? sign : ' ', true);
  }

  /// What follows the end of a tag, whose sign may take white space from it.
  private void after(int end, char sign, boolean block) {
    at = end;
    beginsLine = false;
    if (sign == '-') {
      while (at < source.length() && Character.isWhitespace(source.charAt(at))) {
        at++;
      }
      count(source.substring(end, at));
      beginsLine = at > end && source.charAt(at - 1) == '\n';
    } else if (block && sign != '+' && at < source.length() && source.charAt(at) == '\n') {
      at++;
      line++;
      beginsLine = true;
    }
  }

  private void raw(Matcher begin) {
    int from = begin.end();
    var end = END_RAW.matcher(source);
    if (!end.find(from)) {
      throw new TemplateException(line, "raw without endraw");
    }
    after(from, sign(begin.group(2)), true);
    data(source.substring(Math.min(at, end.start()), end.start()), "{%" + end.group(1));
    after(end.end(), sign(end.group(2)), true);
  }

  private static char sign(String text) {
    return text.isEmpty() ? ' ' : text.charAt(0);
  }

  private void tag(int start, String opening) {
    boolean block = opening.charAt(1) == '%';
    tokens.add(new Token(block ? Kind.BLOCK_BEGIN : Kind.PRINT_BEGIN, opening, line));
    at = start + opening.length();
    var closing = block ? "%}" : "}}";
    int depth = 0;
    while (true) {
      if (at >= source.length()) {
        throw new TemplateException(line, "the tag that begins with " + opening + " does not end");
      }
      if (depth == 0) {
        char sign = source.charAt(at);
        boolean signed = (sign == '-' || sign == '+') && source.startsWith(closing, at + 1);
        if (signed || source.startsWith(closing, at)) {
          tokens.add(new Token(block ? Kind.BLOCK_END : Kind.PRINT_END, closing, line));
          after(at + (signed ? 3 : 2), signed ? sign : ' ', block);
          return;
        }
      }
      depth += inside();
    }
  }

  /// Takes a token inside a tag.
  ///
  /// @return how many brackets it opens, or closes if negative
  private int inside() {
    var token = INSIDE.matcher(source).region(at, source.length());
    if (!token.lookingAt()) {
      throw new TemplateException(
          line, "expected an expression, found '" + source.charAt(at) + "'");
    }
    at = token.end();
    var text = token.group();
    int now = line;
    count(text);
    if (token.group("name") != null) {
      tokens.add(new Token(Kind.NAME, text, now));
    } else if (token.group("string") != null) {
      tokens.add(new Token(Kind.STRING, Strings.unescaped(text), now));
    } else if (token.group("integer") != null) {
      tokens.add(new Token(Kind.INTEGER, text.replace("_", ""), now));
    } else if (token.group("float") != null) {
      tokens.add(new Token(Kind.FLOAT, text.replace("_", ""), now));
    } else if (token.group("operator") != null) {
      tokens.add(new Token(Kind.OPERATOR, text, now));
      return "([{".contains(text) ? 1 : ")]}".contains(text) ? -1 : 0;
    }
    return 0;
  }
}
