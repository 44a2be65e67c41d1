package org.instructgpt.browser;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.awt.Image;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;

/// Pictures of every page, light and dark, of a desk and a phone: `Screenshots FOLDER [WORKSPACE]`.
///
/// A workspace that is given is written to (people join, tasks are done), so give a copy. Without
/// one it is that of the tests. Pictures are small: scaled down, in few colours.
public final class Screenshots {
  private static final int LEVELS = 24;

  private Screenshots() {}

  /// Makes them.
  public static void main(String[] arguments) throws IOException {
    var folder = Files.createDirectories(Path.of(arguments[0]));
    var looks =
        List.of(
            new Chrome.Look("en-US", 1280, ColorScheme.LIGHT),
            new Chrome.Look("en-US", 360, ColorScheme.DARK),
            new Chrome.Look("en-US", 1280, ColorScheme.DARK),
            new Chrome.Look("zh-CN", 360, ColorScheme.LIGHT));
    try (var chrome = Chrome.open();
        var studio = studio(arguments)) {
      var stops = Tour.of(studio);
      for (var look : looks) {
        for (var stop : stops) {
          try (var context = chrome.person(look)) {
            var page = stop.visitor().map(who -> who.open(context)).orElseGet(context::newPage);
            page.navigate(studio.url() + stop.path());
            page.waitForTimeout(200);
            write(page, folder.resolve(stop.name() + "-" + look + ".png"));
          }
        }
      }
    }
  }

  private static Studio studio(String[] arguments) throws IOException {
    if (arguments.length == 1) {
      return Studio.start(Tour::seed, "--open");
    }
    Seed.into(Path.of(arguments[1]), Tour::seed);
    return Studio.over(Path.of(arguments[1]), "--open");
  }

  private static void write(Page page, Path file) throws IOException {
    var whole = ImageIO.read(new ByteArrayInputStream(page.screenshot()));
    boolean wide = whole.getWidth() > 600;
    int width = wide ? whole.getWidth() * 5 / 8 : whole.getWidth();
    int height = wide ? whole.getHeight() * 5 / 8 : whole.getHeight();
    var small = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    var pen = small.createGraphics();
    pen.drawImage(whole.getScaledInstance(width, height, Image.SCALE_AREA_AVERAGING), 0, 0, null);
    pen.dispose();
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        small.setRGB(x, y, coarse(small.getRGB(x, y)));
      }
    }
    ImageIO.write(small, "png", file.toFile());
  }

  /// A colour out of fewer, which compress better.
  private static int coarse(int rgb) {
    int coarse = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
      int level = (rgb >> shift) & 0xFF;
      coarse |= Math.min(255, (level * LEVELS / 255) * 255 / LEVELS) << shift;
    }
    return coarse;
  }
}
