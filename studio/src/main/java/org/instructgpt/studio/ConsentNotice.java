package org.instructgpt.studio;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.instructgpt.collect.Intake;
import org.instructgpt.serve.ModelCatalog;
import org.instructgpt.serve.ServedModel;

/// The notice that customers accept before they use the playground: prompts are stored, what they
/// are used for, and how to withdraw the consent (InstructGPT section 3.2 and appendix A.2: users
/// see a recurring notice).
///
/// It must be accepted again when its text changes, which then gets a new version, and when a model
/// of a stage is added that was not there before.
///
/// @param kinds stages of the models that can be asked
record ConsentNotice(SortedSet<ServedModel.Stage> kinds) {
  /// The version of the texts under `notice.`; a test holds the hash of each version's texts.
  static final String TEXT_VERSION = "2026-11";

  /// The number of its sections, `notice.1` and so on.
  static final int POINTS = 6;

  static ConsentNotice of(ModelCatalog models) {
    return new ConsentNotice(
        models.all().stream()
            .filter(ServedModel::generates)
            .map(ServedModel::stage)
            .collect(Collectors.toCollection(TreeSet::new)));
  }

  /// What is consented to: the version of the text and the stages, such as `2026-11 PPO_PTX
  /// PRETRAIN SFT`.
  String version() {
    return TEXT_VERSION + " " + String.join(" ", names());
  }

  /// Whether a consent covers this notice.
  boolean isCoveredBy(Intake.Consent consent) {
    var agreed = List.of(consent.notice().split(" ", -1));
    return agreed.getFirst().equals(TEXT_VERSION) && agreed.containsAll(names());
  }

  private List<String> names() {
    return kinds.stream().map(Enum::name).toList();
  }
}
