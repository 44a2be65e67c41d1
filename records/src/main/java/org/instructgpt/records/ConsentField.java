package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Fields about the consent of a row's author. A row whose author refused is not imported, whatever
/// the settings of the import.
final class ConsentField {
  private static final Set<String> CONSENTS =
      Set.of(
          "consent",
          "consented",
          "hasconsent",
          "hasconsented",
          "userconsent",
          "consentgiven",
          "consentgranted",
          "optin",
          "optedin");
  private static final Set<String> REFUSALS =
      Set.of("optout", "optedout", "withdrawn", "consentwithdrawn", "donottrain", "notraining");
  private static final Set<String> YES = Set.of("true", "yes", "y", "1");
  private static final Set<String> NO =
      Set.of("false", "no", "n", "0", "denied", "refused", "declined", "withdrawn", "revoked");

  private ConsentField() {}

  static boolean isRefused(JsonNode row) {
    for (Map.Entry<String, JsonNode> field : row.properties()) {
      String name = FieldRole.plain(field.getKey());
      String said = FieldRole.plain(field.getValue().asText());
      if (CONSENTS.contains(name) && NO.contains(said)
          || REFUSALS.contains(name) && YES.contains(said)) {
        return true;
      }
    }
    return false;
  }

  /// The fields that are not about consent.
  static List<String> without(Collection<String> fields) {
    return fields.stream()
        .filter(name ->
            !CONSENTS.contains(FieldRole.plain(name)) && !REFUSALS.contains(FieldRole.plain(name)))
        .toList();
  }
}
