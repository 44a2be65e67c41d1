package org.instructgpt.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Each rule is seen to catch the breach that the package `fixture` holds for it.
class RulesTest {

  private static final Rules RULES = new Rules("fixture");
  private static final JavaClasses BREACHES = new ClassFileImporter().importPackages("fixture");

  @Test
  void aCycleIsCaught() {
    assertCaught(RULES.modulesFormNoCycle(), "fixture.torch.Below");
  }

  @Test
  void aTrainerThatSeesAnotherIsCaught() {
    assertCaught(RULES.useOnlyWhatIsAllowed("sft"), "fixture.reward.Scores");
    assertThat(RULES.useOnlyWhatIsAllowed("model").evaluate(BREACHES).hasViolation()).isFalse();
  }

  @Test
  void theNativeLibraryOutsideTorchIsCaught() {
    assertCaught(RULES.onlyTorchUsesTheNativeLibrary(), "org.bytedeco.javacpp.Pointer");
  }

  @Test
  void aFlagOutsideAppIsCaught() {
    assertCaught(RULES.onlyAppReadsFlags(), "picocli.CommandLine$Option");
  }

  @Test
  void aClockOutsideAppIsCaughtEvenAsAMethodReference() {
    assertCaught(RULES.onlyAppAsksTheOutsideWorld(), "java.lang.System.nanoTime()");
    assertCaught(RULES.onlyAppAsksTheOutsideWorld(), "java.time.Instant.now()");
    assertCaught(RULES.onlyAppAsksTheOutsideWorld(), "java.lang.System.getenv(java.lang.String)");
  }

  @Test
  void inheritanceIsCaught() {
    assertCaught(RULES.noClassExtendsOneOfOurs(), "fixture.sft.Stray extends fixture.sft.Parent");
    assertThat(String.join("\n", messages(RULES.noClassExtendsOneOfOurs())))
        .doesNotContain("Refusal");
  }

  @Test
  void aSecondPackageIsCaught() {
    assertCaught(RULES.aModuleIsOnePackage(), "fixture.sft.inner.Deep");
  }

  @Test
  void aPageOutsideWebAndStudioIsCaught() {
    assertCaught(RULES.onlyWebAndStudioKnowPages(), "gg.jte.TemplateEngine");
    assertCaught(RULES.onlyServersKnowHttp(), "io.javalin.Javalin");
  }

  @Test
  void aCycleOfThreeFilesIsCaughtAndOneOfTwoIsNot() {
    assertCaught(RULES.filesFormNoCycle(), "First is in the cycle [First, Second, Third]");
    assertThat(String.join("\n", messages(RULES.filesFormNoCycle()))).doesNotContain("Half");
  }

  @Test
  void aQueryOfTheStoresTablesIsCaughtAndOneOfOtherTablesIsNot() {
    assertThat(
            StoreQueries.in("var sql = \"SELECT id FROM prompt WHERE id = ?\";", List.of("prompt")))
        .containsExactly("FROM prompt");
    assertThat(StoreQueries.in("\"update Prompt set text = ''\"", List.of("prompt"))).hasSize(1);
    assertThat(StoreQueries.in("\"SELECT id FROM prompt_task\"", List.of("prompt"))).isEmpty();
    assertThat(StoreQueries.in("// taken from prompt", List.of("prompt"))).isEmpty();
  }

  @Test
  void whatAModuleMayUseReachesThroughOthers() {
    assertThat(Rules.reach("sft"))
        .containsExactlyInAnyOrder(
            "sft", "checkpoint", "model", "cluster", "torch", "text", "jinja", "records", "files");
    var parts = new TreeSet<>(Rules.MAY_USE.keySet());
    parts.remove("langchain4j"); // for programs of others
    assertThat(Rules.reach("app")).containsAll(parts);
  }

  private static void assertCaught(ArchRule rule, String breach) {
    assertThat(messages(rule)).anyMatch(message -> message.contains(breach));
  }

  private static List<String> messages(ArchRule rule) {
    return rule.evaluate(BREACHES).getFailureReport().getDetails();
  }
}
