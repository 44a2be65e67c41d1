package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What rows say of the consent of those who wrote them. Who said no is not taken in, whatever an
/// import vouches for.
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

  static boolean isIn(JsonNode row) {
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
