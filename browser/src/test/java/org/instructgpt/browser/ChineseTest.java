package org.instructgpt.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Pages in Chinese have no English word in their own texts.
class ChineseTest extends AtStudio {
  private static final Pattern WORD = Pattern.compile("[A-Za-z][A-Za-z'-]+");

  /// Names, keys, units and technical terms that stay English.
  private static final Pattern ALLOWED =
      Pattern.compile(
          "InstructGPT|English|Ctrl|Enter|Esc|Tab|UTC|SHA|JSON|JSONL|CSV|ZIP|API|URL|HTTP|AI|ID|PPO"
              + "|ptx|PPO-ptx|SFT|GPT|KL|Top|top-p|token|tokens|Likert|Krippendorff|Bearer|GiB|MiB"
              + "|KiB|sft|base|reward|report|html|json|training-?|evaluation-?|SHA-?|Infinity|accuracy|value|JavaScript|MB|kB|GB|GMT|AM|PM|ms|min"
              + "|Windows|Linux|LGBT|PTX|McHale|B|UUID|VS|vs|n");

  /// Texts and labels, but for what people and models wrote, code and what is marked as of another
  /// language.
  private static final String SAID =
      """
      () => {
        const given = 'noscript, time, .hidden, [title], bdi, code, pre, kbd, textarea, script, style, option[lang], [lang=en], .text,'
          + ' .asked, .said, .said-turn p, .given, .example, .excerpt, [data-card], .choice-name, .answer-model,'
          + ' .batches h2, #words, #kept, #phrases, .model-name, .tree, td, th[scope=row], input';
        const said = [document.title];
        const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        for (let n = walk.nextNode(); n; n = walk.nextNode()) {
          if (n.data.trim() && !n.parentElement.closest(given)) said.push(n.data.trim());
        }
        for (const e of document.querySelectorAll('[aria-label], [placeholder], [alt]')) {
          for (const a of ['aria-label', 'placeholder', 'alt']) {
            if (e.hasAttribute(a)) said.push(e.getAttribute(a));
          }
        }
        return said;
      }\
      """;

  ChineseTest() {
    super(Tour::seed, "--open");
  }

  @Test
  void noEnglishIsLeftOnChinesePages() {
    var left = new ArrayList<String>();
    for (var stop : Tour.of(studio)) {
      try (var context = chrome.person(new Chrome.Look("zh-CN", 1280, ColorScheme.LIGHT))) {
        var page = stop.visitor().map(who -> who.open(context)).orElseGet(context::newPage);
        stop.visitor().ifPresent(who -> who.post("/language", java.util.Map.of("language", "zh")));
        page.navigate(studio.url() + stop.path());
        assertThat(page.getAttribute("html", "lang")).as(stop.name()).isEqualTo("zh-Hans");
        english(page).forEach(words -> left.add(stop + ": " + words));
      }
    }
    assertThat(left).isEmpty();
  }

  private static List<String> english(Page page) {
    @SuppressWarnings("unchecked")
    var said = (List<String>) page.evaluate(SAID);
    return said.stream()
        .map(text -> text.replaceAll("“Yardstick”|Cara New", "")) // of a batch and of a person
        .filter(text -> !text.matches("[…0-9a-f-]+")) // names of people and of weights
        .filter(text ->
            WORD.matcher(text).results().anyMatch(word -> !ALLOWED.matcher(word.group()).matches()))
        .toList();
  }

  @Test
  void theBrowsersLanguageIsThatOfANewAccount() {
    try (var context = chrome.person(new Chrome.Look("zh-CN", 1280, ColorScheme.LIGHT))) {
      var page = context.newPage();
      page.navigate(studio.invitation("labeler"));
      assertThat(page.getAttribute("html", "lang")).isEqualTo("zh-Hans");
      page.fill("#name", "王小明");
      page.fill("#password", Studio.PASSWORD);
      page.fill("#again", Studio.PASSWORD);
      page.click("main button.primary");
      page.waitForURL("**/tasks");
      assertThat(english(page)).isEmpty();
    }
  }
}
