package org.instructgpt.studio;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerMarkdownTest {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int MANY = 10_000;

  /// All tags that may ever come out, with the attributes that they may have.
  private static final Pattern TAGS =
      Pattern.compile(
          "</?(p|em|strong|h3|ul|ol( start=\"\\d+\")?|li|code( class=\"language-[^\"<>]*\")?|pre"
              + "|blockquote|table|thead|tbody|tr|t[hd]( align=\"(left|right|center)\")?)>"
              + "|<(br|hr) />|</a>|<a (rel=\"noopener nofollow\"|target=\"_blank\""
              + "|href=\"(?i:https?://|mailto:)[^\"<>]*\"|title=\"[^\"<>]*\"| )+>");

  private static String html(String text) {
    return AnswerMarkdown.html(text).orElse("plain");
  }

  @Test
  void showsParagraphsListsEmphasisCodeAndTables() {
    assertThat(html("**Two** *things*:\n\n1. `a < b`\n2. b\n\n- c\n\n> d"))
        .contains("<strong>Two</strong> <em>things</em>:")
        .contains("<ol>\n<li><code>a &lt; b</code></li>", "<ul>\n<li>c</li>", "<blockquote>");
    assertThat(html("```java\nint x = 1 < 2;\n\n  y();\n```"))
        .isEqualTo(
            "<pre><code class=\"language-java\">int x = 1 &lt; 2;\n\n  y();\n</code></pre>\n");
    assertThat(html("a | b\n--|--:\n1 | *2*"))
        .contains("<th align=\"right\">b</th>", "<td align=\"right\"><em>2</em></td>");
    assertThat(html("# One\n\n#### Two")).isEqualTo("<h3>One</h3>\n<h3>Two</h3>\n");
    assertThat(html("one\ntwo *three*")).contains("one<br />\ntwo");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "One line.",
        "Two\nlines.\n\n\nAnd a gap.",
        "  A poem\n      that is indented",
        "灯多少钱？ 🐸",
        "2 < 3 & 4 > 1"
      })
  void leavesPlainTextPlain(String text) {
    assertThat(AnswerMarkdown.html(text)).isEmpty();
  }

  @Test
  void linksLeadOutAndNothingIsLoaded() {
    assertThat(html("[x](https://example.com/a?b=c&d)"))
        .contains("rel=\"noopener nofollow\"", "href=\"https://example.com/a?b=c&amp;d\"");
    assertThat(html("<mailto:ada@example.com>")).contains("href=\"mailto:ada@example.com\"");
    for (var address :
        List.of(
            "javascript:canary(1)",
            "JaVaScRiPt:canary(1)",
            "javascript&#58;canary(1)",
            "&#x6A;avascript:canary(1)",
            "java\tscript:canary(1)",
            "<java script:canary(1)>",
            "data:text/html,<script>canary(1)</script>",
            "vbscript:x",
            "/playground/history/delete",
            "//example.com",
            "https:example",
            "")) {
      assertThat(html("*a* [x](" + address + ")")).as(address).doesNotContain("<a ", "href");
    }
    assertThat(html("[x]\n\n[x]: javascript:canary(1)")).doesNotContain("<a ");
    assertThat(html("![a cat](https://example.com/cat.png)"))
        .contains("href=\"https://example.com/cat.png\"", ">a cat</a>")
        .doesNotContain("<img");
    assertThat(html("[![cat](https://e.com/c.png)](https://e.com)")).containsOnlyOnce("<a ");
    assertThat(html("![](https://e.com/c.png)")).contains(">https://e.com/c.png</a>");
  }

  static List<String> hostile() {
    return List.of(
        "*a* <script>canary(1)</script>",
        "<script>canary(1)</script>\n\n*a*",
        "*a* <img src=x onerror=canary(1)>",
        "*a* <svg/onload=canary(1)>\n\n<style>*{}</style>\n\n<!-- --><iframe src=//x>",
        "[x](https://e.com \"\\\" onmouseover=canary(1) x=\\\"\")",
        "[x](https://e.com/\"onmouseover=canary(1))",
        "```\"><script>canary(1)</script>\na\n```",
        "```x\" onclick=\"canary(1)\n<b>",
        "| <b onclick=canary(1)> | b |\n|--|--|\n| <script> | `<i>` |",
        "*\0* &#0; &lt;script&gt;canary(1)&lt;/script&gt;",
        "![<img src=x onerror=canary(1)>](https://e.com/x.png)",
        "[<script>canary(1)</script>](https://e.com)");
  }

  static List<String> heavy() {
    return List.of(
        ">".repeat(MANY) + "a",
        "> ".repeat(MANY / 2) + "a",
        "- ".repeat(MANY / 2) + "a",
        "1. ".repeat(MANY / 3) + "a",
        "*a ".repeat(MANY / 2) + "b*".repeat(MANY / 4),
        "*a **a ".repeat(MANY / 4),
        "*".repeat(MANY) + "a" + "*".repeat(MANY - 10),
        "_a*".repeat(MANY / 3),
        "[".repeat(MANY) + "a" + "](b)".repeat(MANY / 8),
        "![[]()".repeat(MANY / 6),
        "[a](".repeat(MANY / 2),
        "[a](<b".repeat(MANY / 6),
        "<".repeat(MANY) + "*a*",
        "<!--".repeat(MANY / 4) + "*a*",
        "`a``b```c````".repeat(MANY / 13),
        "```\n" + "x".repeat(MANY),
        "~~~\n```\n".repeat(MANY / 8),
        "x".repeat(AnswerMarkdown.LONGEST - 3) + "*a*",
        "&#x1F600;".repeat(MANY / 9) + "*a*",
        "|".repeat(MANY) + "\n" + "-|".repeat(MANY / 2),
        "a|".repeat(19) + "\n" + "-|".repeat(19) + "\n" + "a\n".repeat(MANY - 50),
        "[a]: b\n".repeat(MANY / 7) + "*a*",
        "\\".repeat(MANY) + "*a*",
        "> - ".repeat(20) + "*a*",
        "a\n\n".repeat(MANY / 2) + "- b");
  }

  @ParameterizedTest
  @MethodSource({"hostile", "heavy"})
  void whateverIsWrittenOnlyKnownTagsComeOutInBoundedTime(String text) {
    var html = Assertions.assertTimeoutPreemptively(PATIENCE, () -> html(text));
    assertThat(TAGS.matcher(html).replaceAll("")).doesNotContain("<", ">");
    assertThat(html.length()).isLessThanOrEqualTo(10 * AnswerMarkdown.LONGEST);
  }

  @Test
  void longTextsStayPlain() {
    assertThat(AnswerMarkdown.html("*a* ".repeat(AnswerMarkdown.LONGEST / 4 + 1))).isEmpty();
  }
}
