package org.instructgpt.hub;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// A model on a hub, at a revision.
///
/// @param owner the person or organisation that it belongs to
/// @param name what they call it
/// @param revision a branch, a tag or a commit
public record HubModel(String owner, String name, String revision) {
  /// The branch that is taken where no revision is named.
  public static final String MAIN = "main";

  private static final Pattern PART = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}");
  private static final Pattern REVISION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,199}");

  /// Checks the words, which become parts of addresses and a folder's name.
  public HubModel {
    if (!PART.matcher(owner).matches() || !PART.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "expected ORG/NAME or ORG/NAME@REVISION, such as openai-community/gpt2, found "
              + owner
              + "/"
              + name);
    }
    if (!REVISION.matcher(revision).matches() || revision.contains("..")) {
      throw new IllegalArgumentException(
          "%s/%s: expected a branch, a tag or a commit as the revision, found '%s'"
              .formatted(owner, name, revision));
    }
  }

  /// Reads `ORG/NAME` or `ORG/NAME@REVISION`.
  ///
  /// @throws IllegalArgumentException if it is neither
  public static HubModel parse(String text) {
    int at = text.indexOf('@');
    var model = at < 0 ? text : text.substring(0, at);
    var parts = model.split("/", -1);
    if (parts.length != 2) {
      throw new IllegalArgumentException(
          "expected ORG/NAME or ORG/NAME@REVISION, such as openai-community/gpt2, found " + text);
    }
    return new HubModel(parts[0], parts[1], at < 0 ? MAIN : text.substring(at + 1));
  }

  /// The same at another revision.
  public HubModel at(String other) {
    return new HubModel(owner, name, other);
  }

  /// `ORG/NAME`.
  public String id() {
    return owner + "/" + name;
  }

  /// Where a hub tells what is in it.
  String listing() {
    return "/api/models/" + id() + "/revision/" + encoded(revision) + "?blobs=true";
  }

  /// Where a hub has one of its files.
  String file(String commit, String file) {
    return "/" + id() + "/resolve/" + commit + "/" + encoded(file);
  }

  private static String encoded(String word) {
    return URLEncoder.encode(word, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public String toString() {
    return revision.equals(MAIN) ? id() : id() + "@" + revision;
  }
}
