package org.instructgpt.browser;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.awt.Color;
import java.awt.Image;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;

/// Takes a picture of every page, on a desktop and on a phone, one of them light and one dark:
/// `Screenshots FOLDER [LANGUAGE [WORKSPACE]]`. English is light on the desktop, other languages
/// dark.
///
/// A workspace that is given is written to (people join, tasks are done), so give a copy. Without
/// one it is that of the tests. Pictures are small: scaled down, in few colours.
public final class Screenshots {
  private static final String ENGLISH = "en-US";
  private static final int HEIGHT = 560;
  private static final int GAP = 16;
  private static final int COLOURS = 32;

  /// Colours that differ by less are one.
  private static final int STEP = 5;

  private static final double ANSWERED = 60_000;

  private Screenshots() {}

  /// Makes them.
  public static void main(String[] arguments) throws IOException {
    var folder = Files.createDirectories(Path.of(arguments[0]));
    var language = arguments.length > 1 ? arguments[1] : ENGLISH;
    boolean english = language.equals(ENGLISH);
    var desktop = new Chrome.Look(language, 1280, english ? ColorScheme.LIGHT : ColorScheme.DARK);
    var phone = new Chrome.Look(language, 360, english ? ColorScheme.DARK : ColorScheme.LIGHT);
    try (var chrome = Chrome.open();
        var studio = studio(arguments)) {
      for (var stop : Tour.of(studio)) {
        var left = scaled(shot(chrome, studio, stop, desktop));
        var right = scaled(shot(chrome, studio, stop, phone));
        var suffix = english ? "" : "-" + language.substring(0, 2);
        write(beside(left, right), folder.resolve(stop.name() + suffix + ".png"));
      }
    }
  }

  private static Studio studio(String[] arguments) throws IOException {
    if (arguments.length < 3) {
      return Studio.start(Tour::seed, "--open");
    }
    Seed.into(Path.of(arguments[2]), Tour::seed);
    return Studio.over(Path.of(arguments[2]), "--open");
  }

  private static BufferedImage shot(Chrome chrome, Studio studio, Tour.Stop stop, Chrome.Look look)
      throws IOException {
    var language = look.language().substring(0, 2);
    stop.visitor().ifPresent(who -> who.post("/language", Map.of("language", language)));
    try (var context = chrome.person(look)) {
      var page = stop.visitor().map(who -> who.open(context)).orElseGet(context::newPage);
      page.navigate(studio.url() + stop.path());
      act(page, stop.name());
      page.waitForTimeout(300);
      return ImageIO.read(new ByteArrayInputStream(page.screenshot()));
    }
  }

  /// Does something on pages that show little before.
  private static void act(Page page, String name) {
    switch (name) {
      case "task-compare" -> {
        page.waitForSelector("html.ready");
        for (int i = 0; page.locator("section.board:visible").count() == 0; i++) {
          page.keyboard().press(String.valueOf(7 - i % 7));
          page.keyboard().press("Enter");
        }
        for (var key : List.of("a", "ArrowDown", "b", "ArrowDown", "c", "=", "d", "ArrowDown")) {
          page.keyboard().press(key);
        }
      }
      case "playground" -> {
        page.fill("textarea[name=prompt]", "Which pet does Jacob keep? Use at most eight words.");
        page.keyboard().press("Control+Enter");
        page.waitForSelector(
            ".answer .answer-foot", new Page.WaitForSelectorOptions().setTimeout(ANSWERED));
        page.waitForTimeout(4000);
      }
      default -> {}
    }
  }

  private static BufferedImage scaled(BufferedImage whole) {
    int width = whole.getWidth() * HEIGHT / whole.getHeight();
    var small = new BufferedImage(width, HEIGHT, BufferedImage.TYPE_INT_RGB);
    var pen = small.createGraphics();
    pen.drawImage(whole.getScaledInstance(width, HEIGHT, Image.SCALE_AREA_AVERAGING), 0, 0, null);
    pen.dispose();
    return small;
  }

  private static BufferedImage beside(BufferedImage left, BufferedImage right) {
    var both =
        new BufferedImage(
            left.getWidth() + GAP + right.getWidth(), HEIGHT, BufferedImage.TYPE_INT_RGB);
    var pen = both.createGraphics();
    pen.setColor(Color.GRAY);
    pen.fillRect(0, 0, both.getWidth(), HEIGHT);
    pen.drawImage(left, 0, 0, null);
    pen.drawImage(right, left.getWidth() + GAP, 0, null);
    pen.dispose();
    return both;
  }

  /// Writes the picture in its most frequent colours.
  private static void write(BufferedImage image, Path file) throws IOException {
    Map<Integer, Integer> used = new HashMap<>();
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        used.merge(coarse(image.getRGB(x, y)), 1, Integer::sum);
      }
    }
    var kept =
        used.entrySet().stream()
            .sorted(Map.Entry.<Integer, Integer>comparingByValue(Comparator.reverseOrder()))
            .limit(COLOURS)
            .mapToInt(Map.Entry::getKey)
            .toArray();
    var few =
        new BufferedImage(
            image.getWidth(),
            image.getHeight(),
            BufferedImage.TYPE_BYTE_INDEXED,
            new IndexColorModel(
                8, kept.length, kept, 0, false, -1, java.awt.image.DataBuffer.TYPE_BYTE));
    Map<Integer, Integer> nearest = new HashMap<>();
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int index = nearest.computeIfAbsent(coarse(image.getRGB(x, y)), rgb -> nearest(kept, rgb));
        few.getRaster().setSample(x, y, 0, index);
      }
    }
    var writer = ImageIO.getImageWritersByFormatName("png").next();
    var small = writer.getDefaultWriteParam();
    small.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    small.setCompressionQuality(0);
    try (var out = ImageIO.createImageOutputStream(file.toFile())) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(few, null, null), small);
    } finally {
      writer.dispose();
    }
  }

  private static int coarse(int rgb) {
    int coarse = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
      int level = (rgb >> shift) & 0xFF;
      coarse |= Math.min(255, (level + STEP / 2) / STEP * STEP) << shift;
    }
    return coarse;
  }

  private static int nearest(int[] colours, int rgb) {
    int best = 0;
    for (int i = 1; i < colours.length; i++) {
      best = distance(colours[i], rgb) < distance(colours[best], rgb) ? i : best;
    }
    return best;
  }

  private static int distance(int one, int other) {
    int sum = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
      int apart = ((one >> shift) & 0xFF) - ((other >> shift) & 0xFF);
      sum += apart * apart;
    }
    return sum;
  }
}
