package org.instructgpt.hub;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a hub tells of a model.
///
/// @param commit which state of the model it is, 40 hexadecimal digits
/// @param licence the name of its licence
/// @param isGated whether its owner lets in only some people
/// @param files all its files
record HubListing(String commit, Optional<String> licence, boolean isGated, List<HubFile> files) {
  /// The most files of a model.
  static final int MOST_FILES = 10_000;

  /// Reads an answer.
  ///
  /// @param from the hub, for messages
  /// @throws IllegalArgumentException if it is none that can be trusted
  static HubListing read(JsonNode json, HubModel model, HubEndpoint from) {
    var commit = json.path("sha").asText();
    if (!commit.matches("[0-9a-f]{40}")) {
      throw new IllegalArgumentException(
          "%s: expected the commit of %s as sha, found '%s': is it a hub that speaks Hugging Face's interface?"
              .formatted(from, model, HubRefusals.clean(commit)));
    }
    requireSameName(json.path("id").asText(json.path("modelId").asText()), model, from);
    var siblings = json.path("siblings");
    if (!siblings.isArray() || siblings.size() > MOST_FILES) {
      throw new IllegalArgumentException(
          "%s: expected a list of at most %,d files (siblings) of %s, found %s"
              .formatted(
                  from,
                  MOST_FILES,
                  model,
                  siblings.isArray() ? "%,d".formatted(siblings.size()) : "none"));
    }
    var files = new ArrayList<HubFile>();
    var names = new HashSet<String>();
    for (var sibling : siblings) {
      var file = file(sibling, model, from);
      if (!names.add(file.name().toLowerCase(Locale.ROOT))) {
        throw new IllegalArgumentException(
            "%s lists the file %s of %s twice, or in two spellings: nothing is taken"
                .formatted(from, file.name(), model));
      }
      files.add(file);
    }
    var gated = json.path("gated");
    return new HubListing(
        commit, licence(json), gated.isTextual() || gated.asBoolean(false), List.copyOf(files));
  }

  /// Refuses a model that has another name now: whoever pulls it would not know what they have.
  static void requireSameName(String id, HubModel model, HubEndpoint from) {
    if (!id.isEmpty() && !id.equalsIgnoreCase(model.id())) {
      throw new IllegalArgumentException(
          "%s is called %s now at %s: pull that, if it is what you want"
              .formatted(model.id(), HubRefusals.clean(id), from));
    }
  }

  private static HubFile file(JsonNode sibling, HubModel model, HubEndpoint from) {
    var name = sibling.path("rfilename").asText();
    requireInside(name, model, from);
    var lfs = sibling.path("lfs");
    var size = lfs.path("size").canConvertToLong() ? lfs.path("size") : sibling.path("size");
    var sum =
        Checksum.of(lfs.path("sha256").asText(lfs.path("oid").asText()))
            .or(() ->
                lfs.isObject() ? Optional.empty() : Checksum.of(sibling.path("blobId").asText()));
    boolean sized = size.isIntegralNumber() && size.canConvertToLong() && size.longValue() >= 0;
    return new HubFile(name, sized ? size.longValue() : HubFile.UNKNOWN, sum);
  }

  /// A name becomes a file here, so none may lead out of the folder or be read as something else.
  private static void requireInside(String name, HubModel model, HubEndpoint from) {
    boolean leaves =
        name.isEmpty() || name.length() > 1000 || name.matches("(?s).*[\\p{Cc}\\\\:].*");
    for (var part : name.split("/", -1)) {
      leaves |= part.isEmpty() || part.equals(".") || part.equals("..");
    }
    if (leaves) {
      throw new IllegalArgumentException(
          "%s lists a file of %s called '%s', which could lead out of its folder: nothing is taken"
              .formatted(from, model, HubRefusals.clean(name)));
    }
  }

  private static Optional<String> licence(JsonNode json) {
    var card = json.path("cardData");
    for (var key : List.of("license_name", "license")) {
      var told = card.path(key);
      var name = told.isArray() ? told.path(0).asText() : told.asText();
      if (!name.isEmpty() && !name.equals("other")) {
        return Optional.of(HubRefusals.clean(name));
      }
    }
    for (var tag : json.path("tags")) {
      if (tag.asText().startsWith("license:")) {
        return Optional.of(HubRefusals.clean(tag.asText().substring("license:".length())));
      }
    }
    return Optional.empty();
  }
}
