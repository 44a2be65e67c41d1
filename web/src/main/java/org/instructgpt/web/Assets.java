package org.instructgpt.web;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.instructgpt.files.Sha256;
import org.jspecify.annotations.Nullable;

/// The static files of all areas: scripts, stylesheets, pictures. Each is read once from the class
/// path; its address carries a fingerprint of its content.
final class Assets {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]*(\\.[a-z0-9]+)+");

  private static final Map<String, String> TYPES =
      Map.of(
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml; charset=utf-8",
          "png", "image/png");

  /// The assets of one area.
  @FunctionalInterface
  interface Source {
    /// Opens a file; null when there is none of this name.
    @Nullable InputStream open(String file);
  }

  private final Map<String, Source> areas;
  private final Map<String, Optional<Asset>> read = new ConcurrentHashMap<>();

  /// @param areas by name
  Assets(Map<String, Source> areas) {
    this.areas = Map.copyOf(areas);
  }

  @SuppressWarnings("ArrayRecordComponent")
  private record Asset(byte[] bytes, String type, String fingerprint) {}

  /// @param path as `web/studio.css`
  String address(String path) {
    return find(path)
        .map(asset -> "/assets/" + path + "?v=" + asset.fingerprint())
        .orElse("/assets/" + path);
  }

  boolean has(String path) {
    return find(path).isPresent();
  }

  /// Answers with the file, which a browser may keep for ever under its fingerprint.
  void serve(Context http, String path) {
    Asset asset = find(path).orElseThrow(ApiError::missing);
    String tag = "\"" + asset.fingerprint() + "\"";
    boolean exact = asset.fingerprint().equals(http.queryParam("v"));
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
    Source area = areas.get(path.substring(0, slash));
    return area == null
        ? Optional.empty()
        : read.computeIfAbsent(path, _ -> load(area, path.substring(slash + 1)));
  }

  private static Optional<Asset> load(Source area, String file) {
    String type = TYPES.get(file.substring(file.lastIndexOf('.') + 1));
    if (type == null) {
      return Optional.empty();
    }
    try (InputStream in = area.open(file)) {
      if (in == null) {
        return Optional.empty();
      }
      byte[] bytes = in.readAllBytes();
      String fingerprint = HexFormat.of().formatHex(Sha256.digest().digest(bytes)).substring(0, 12);
      return Optional.of(new Asset(bytes, type, fingerprint));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
