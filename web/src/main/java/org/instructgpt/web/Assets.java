package org.instructgpt.web;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/// The files of all areas that browsers load: scripts, the stylesheet, pictures. Each is read once
/// from the class path and known by its fingerprint.
final class Assets {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]*(\\.[a-z0-9]+)+");

  private static final Map<String, String> TYPES =
      Map.of(
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml; charset=utf-8",
          "png", "image/png");

  private final Map<String, SiteArea> areas;
  private final Map<String, Optional<Asset>> read = new ConcurrentHashMap<>();

  Assets(List<SiteArea> areas) {
    this.areas = new ConcurrentHashMap<>();
    areas.forEach(area -> this.areas.put(area.name(), area));
  }

  @SuppressWarnings("ArrayRecordComponent")
  private record Asset(byte[] bytes, String type, String print) {}

  /// @param path as `web/studio.css`
  String address(String path) {
    return find(path)
        .map(asset -> "/assets/" + path + "?v=" + asset.print())
        .orElse("/assets/" + path);
  }

  boolean has(String path) {
    return find(path).isPresent();
  }

  /// Answers with the file, which a browser may keep for ever under its fingerprint.
  void serve(Context http, String path) {
    Asset asset = find(path).orElseThrow(ApiError::missing);
    String tag = "\"" + asset.print() + "\"";
    boolean exact = asset.print().equals(http.queryParam("v"));
    http.header("Cache-Control", exact ? "public, max-age=31536000, immutable" : "no-cache");
    http.header("ETag", tag);
    if (tag.equals(http.header("If-None-Match"))) {
      http.status(304);
    } else {
      http.contentType(asset.type()).result(asset.bytes());
    }
  }

  private Optional<Asset> find(String path) {
    int slash = path.indexOf('/');
    if (slash < 0 || !NAME.matcher(path.substring(slash + 1)).matches()) {
      return Optional.empty();
    }
    SiteArea area = areas.get(path.substring(0, slash));
    return area == null
        ? Optional.empty()
        : read.computeIfAbsent(path, _ -> load(area, path.substring(slash + 1)));
  }

  private static Optional<Asset> load(SiteArea area, String file) {
    String type = TYPES.get(file.substring(file.lastIndexOf('.') + 1));
    String borrowed = area.borrowed().get(file);
    if (type == null) {
      return Optional.empty();
    }
    try (InputStream in =
        borrowed == null
            ? area.owner().getResourceAsStream(area.resource("assets/" + file))
            : area.owner().getClassLoader().getResourceAsStream(borrowed)) {
      if (in == null) {
        return Optional.empty();
      }
      byte[] bytes = in.readAllBytes();
      String print = HexFormat.of().formatHex(SecretTokens.sha256().digest(bytes)).substring(0, 12);
      return Optional.of(new Asset(bytes, type, print));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
