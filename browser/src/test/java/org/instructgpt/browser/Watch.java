package org.instructgpt.browser;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Dialog;
import com.microsoft.playwright.Page;
import java.util.ArrayList;
import java.util.List;

/// Records what must not happen in a browser: an injected script that ran, a violation of the
/// content security policy, an error of our own scripts.
///
/// An injected script that runs would call `canary()`, open a dialog or request an address with
/// `canary` in it; each is recorded, in the order in which it happened.
final class Watch {
  static final String CANARY = "canary";

  /// Runs before anything of a page.
  private static final String LISTEN =
      """
      window.canary = (...said) => console.error('CANARY ran: ' + said.join());
      document.addEventListener('securitypolicyviolation', (e) =>
        console.error('CSP ' + e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sourceFile + ' ' + e.sample));
      """;

  private final List<String> executions = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private final List<String> errors = new ArrayList<>();

  private Watch() {}

  static Watch over(BrowserContext context) {
    var watch = new Watch();
    context.addInitScript(LISTEN);
    context.onConsoleMessage(message -> {
      if (message.type().equals("error") || message.type().equals("warning")) {
        watch.hear(message.text());
      }
    });
    context.onWebError(error -> watch.errors.add(error.error()));
    context.onRequest(request -> {
      if (request.url().contains(CANARY + ".invalid")) {
        watch.executions.add("asked for " + request.url());
      }
    });
    context.onDialog(watch::dialog);
    return watch;
  }

  private void dialog(Dialog dialog) {
    if (!dialog.type().equals("beforeunload")) {
      executions.add("opened " + dialog.type() + ": " + dialog.message());
    }
    dialog.accept();
  }

  private void hear(String text) {
    if (text.startsWith("CANARY")) {
      executions.add(text);
    } else if (text.startsWith("CSP") || text.contains("Content Security Policy")) {
      violations.add(text);
    } else {
      errors.add(text);
    }
  }

  List<String> executions() {
    return List.copyOf(executions);
  }

  List<String> violations() {
    return List.copyOf(violations);
  }

  /// Errors of scripts and of the console, such as an answer of 404.
  List<String> errors() {
    return List.copyOf(errors);
  }

  /// All of it: nothing of this happens in normal use.
  List<String> all() {
    var all = new ArrayList<>(executions);
    all.addAll(violations);
    all.addAll(errors);
    return all;
  }

  /// The same, and forgets it: what is taken next happened later.
  List<String> take() {
    var all = all();
    List.of(executions, violations, errors).forEach(List::clear);
    return all;
  }

  /// That a page whose elements carry ids more than once.
  static List<String> doubledIds(Page page) {
    @SuppressWarnings("unchecked")
    var ids =
        (List<String>)
            page.evaluate(
                "[...document.querySelectorAll('[id]')].map(e => e.id)"
                    + ".filter((id, i, all) => all.indexOf(id) !== i)");
    return ids;
  }
}
