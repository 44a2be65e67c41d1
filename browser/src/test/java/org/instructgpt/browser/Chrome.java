package org.instructgpt.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/// The Chromium that is installed, driven by Playwright. Belongs to the thread that opened it.
///
/// Where no browser is installed the tests are skipped and say so; where `CI` is set they fail.
record Chrome(Playwright playwright, Browser browser) implements AutoCloseable {
  /// The first that is found; the shell is the same browser without its own windows, and faster.
  private static final List<String> NAMES =
      List.of(
          "chromium-headless-shell",
          "chromium",
          "chromium-browser",
          "google-chrome",
          "google-chrome-stable");

  /// How long anything may take before a test fails, in milliseconds.
  private static final double PATIENCE = 15_000;

  static Chrome open() {
    return open(program(System.getenv()));
  }

  private static Chrome open(Optional<Path> program) {
    Assumptions.assumeTrue(
        program.isPresent(),
        "no browser is installed (looked for " + NAMES + " on PATH): apt-get install chromium");
    var playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    var browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(program.orElseThrow())
                    .setArgs(List.of("--no-sandbox", "--disable-dev-shm-usage")));
    return new Chrome(playwright, browser);
  }

  /// The browser on the path of this environment; none is an error where `CI` is set.
  static Optional<Path> program(Map<String, String> environment) {
    var found =
        Stream.of(environment.getOrDefault("PATH", "").split(":"))
            .filter(folder -> !folder.isEmpty())
            .flatMap(folder -> NAMES.stream().map(Path.of(folder)::resolve))
            .filter(Files::isExecutable)
            .findFirst();
    if (found.isEmpty() && !environment.getOrDefault("CI", "").isEmpty()) {
      throw new IllegalStateException(
          "expected a browser on PATH, since CI is set; found none of " + NAMES);
    }
    return found;
  }

  /// The settings of a person's browser.
  ///
  /// @param language as in `Accept-Language`
  /// @param width of the window, in CSS pixels: 360 for a phone
  record Look(String language, int width, ColorScheme colors) {
    static final Look USUAL = new Look("en-US", 1280, ColorScheme.LIGHT);

    boolean phone() {
      return width < 600;
    }

    Look speaking(String other) {
      return new Look(other, width, colors);
    }

    @Override
    public String toString() {
      return language + "-" + width + "-" + colors.name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /// A new browser context without cookies.
  BrowserContext person(Look look) {
    var context =
        browser.newContext(
            new Browser.NewContextOptions()
                .setLocale(look.language())
                .setTimezoneId("UTC")
                .setColorScheme(look.colors())
                .setReducedMotion(com.microsoft.playwright.options.ReducedMotion.REDUCE)
                .setViewportSize(look.width(), look.phone() ? 740 : 860)
                .setHasTouch(look.phone())
                .setAcceptDownloads(true));
    context.setDefaultTimeout(PATIENCE);
    return context;
  }

  @Override
  public void close() {
    browser.close();
    playwright.close();
  }
}
