package org.instructgpt.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Collection;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The rules of the house, held against every module's classes.
class ArchitectureTest {

  /// The design asks for 3 to 8 public types a module. These hold the vocabulary that all others
  /// speak, and may have as many as they have today; a number here only ever goes down.
  private static final int MOST_EXPORTED = 8;

  private static final Map<String, Integer> VOCABULARIES =
      Map.of("torch", 14, "records", 16, "model", 23, "label", 16, "project", 13, "experiment", 15);

  private static final Rules RULES = new Rules("org.instructgpt");
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(RULES.root());

  static Collection<String> modules() {
    return Rules.MAY_USE.keySet();
  }

  @Test
  void everyModuleOfTheCommandIsLookedAt() {
    assertThat(CLASSES)
        .extracting(ArchitectureTest::module)
        .contains("torch", "text", "records", "model", "sft", "reward", "ppo", "app");
  }

  @Test
  void modulesFormNoCycle() {
    RULES.modulesFormNoCycle().check(CLASSES);
  }

  @ParameterizedTest
  @MethodSource("modules")
  void aModuleUsesOnlyWhatTheDesignAllows(String module) {
    RULES.useOnlyWhatIsAllowed(module).check(CLASSES);
  }

  @Test
  void onlyTorchUsesTheNativeLibrary() {
    RULES.onlyTorchUsesTheNativeLibrary().check(CLASSES);
  }

  @Test
  void onlyAppReadsFlags() {
    RULES.onlyAppReadsFlags().check(CLASSES);
  }

  @Test
  void onlyAppAsksTheEnvironmentOrAClock() {
    RULES.onlyAppAsksTheOutsideWorld().check(CLASSES);
  }

  @Test
  void noClassExtendsOneOfOurs() {
    RULES.noClassExtendsOneOfOurs().check(CLASSES);
  }

  @Test
  void aModuleIsOnePackage() {
    RULES.aModuleIsOnePackage().check(CLASSES);
  }

  @Test
  void aModuleExportsFewTypes() {
    var exported =
        CLASSES.stream()
            .filter(JavaClass::isTopLevelClass)
            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
            .filter(type -> !type.getSimpleName().matches("Jte.*Generated")) // pages, public by jte
            .collect(
                Collectors.groupingBy(
                    ArchitectureTest::module,
                    Collectors.mapping(
                        JavaClass::getSimpleName, Collectors.toCollection(TreeSet::new))));
    assertThat(exported).isNotEmpty();
    exported.forEach((module, types) ->
        assertThat(types)
            .as("public types of %s", module)
            .hasSizeLessThanOrEqualTo(VOCABULARIES.getOrDefault(module, MOST_EXPORTED)));
  }

  private static String module(JavaClass type) {
    return type.getPackageName().substring(RULES.root().length() + 1);
  }
}
