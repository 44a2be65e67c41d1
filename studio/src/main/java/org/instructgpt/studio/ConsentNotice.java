package org.instructgpt.studio;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.instructgpt.collect.Intake;
import org.instructgpt.serve.ModelCatalog;
import org.instructgpt.serve.ServedModel;

/// What customers are told before they ask: that prompts are kept, what they are used for, and how
/// they are taken back (paper section 3.2 and App. A.2: a notice, again and again).
///
/// It must be accepted anew when its words change, which get a new version, and when a kind of
/// model comes that was not there before.
///
/// @param kinds of the models that can be asked, as [ServedModel.Stage] names them
record ConsentNotice(SortedSet<ServedModel.Stage> kinds) {
  /// Of the words in the texts under `notice.`; a test knows the words of each version.
  static final String WORDS = "2026-11";

  /// How many points it makes, `notice.1` and so on.
  static final int POINTS = 6;

  static ConsentNotice of(ModelCatalog models) {
    return new ConsentNotice(
        models.all().stream()
            .filter(ServedModel::speaks)
            .map(ServedModel::stage)
            .collect(Collectors.toCollection(TreeSet::new)));
  }

  /// What is consented to: the words and the kinds, such as `2026-11 PPO_PTX PRETRAIN SFT`.
  String version() {
    return WORDS + " " + String.join(" ", names());
  }

  /// Whether what somebody agreed to covers this.
  boolean isCoveredBy(Intake.Consent consent) {
    var agreed = List.of(consent.notice().split(" ", -1));
    return agreed.getFirst().equals(WORDS) && agreed.containsAll(names());
  }

  private List<String> names() {
    return kinds.stream().map(Enum::name).toList();
  }
}
