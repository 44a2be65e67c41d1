package org.instructgpt.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The rules of the house, held against every module's classes.
class ArchitectureTest {

  /// How many public types a module may have, nested ones included: as many as it has today. A
  /// number here only goes down; it goes up only with what it newly does for others.
  private static final Map<String, Integer> MOST_EXPORTED =
      Map.ofEntries(
          Map.entry("api", 16),
          Map.entry("checkpoint", 7),
          Map.entry("cluster", 4),
          Map.entry("collect", 24),
          Map.entry("cost", 32),
          Map.entry("dpo", 5),
          Map.entry("eval", 15),
          Map.entry("experiment", 9),
          Map.entry("files", 8),
          Map.entry("gguf", 4),
          Map.entry("hub", 5),
          Map.entry("jinja", 2),
          Map.entry("label", 64),
          Map.entry("langchain4j", 4),
          Map.entry("model", 65),
          Map.entry("plot", 27),
          Map.entry("ppo", 18),
          Map.entry("project", 24),
          Map.entry("recipe", 4),
          Map.entry("records", 35),
          Map.entry("reward", 18),
          Map.entry("serve", 24),
          Map.entry("sft", 7),
          Map.entry("simulation", 63),
          Map.entry("statistics", 14),
          Map.entry("studio", 11),
          Map.entry("tasks", 5),
          Map.entry("text", 16),
          Map.entry("torch", 21),
          Map.entry("web", 23));

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
  void onlyWebAndStudioKnowPages() {
    RULES.onlyWebAndStudioKnowPages().check(CLASSES);
    RULES.onlyServersKnowHttp().check(CLASSES);
  }

  @Test
  void filesFormNoCycle() {
    RULES.filesFormNoCycle().check(CLASSES);
  }

  @Test
  void queriesOfTheStoresTablesStandInRecords() throws IOException {
    assertThat(StoreQueries.outsideOfRecords(Path.of(System.getProperty("instructgpt.root", ".."))))
        .isEmpty();
  }

  @Test
  void aModuleExportsFewTypes() {
    var exported =
        CLASSES.stream()
            .filter(ArchitectureTest::isExported)
            .filter(type -> !type.getSimpleName().matches("Jte.*Generated")) // pages, public by jte
            .collect(
                Collectors.groupingBy(
                    ArchitectureTest::module,
                    Collectors.mapping(
                        JavaClass::getSimpleName, Collectors.toCollection(TreeSet::new))));
    assertThat(exported).isNotEmpty();
    assertThat(exported)
        .allSatisfy((module, types) ->
            assertThat(types)
                .as("public types of %s", module)
                .hasSizeLessThanOrEqualTo(MOST_EXPORTED.getOrDefault(module, 0)));
  }

  private static boolean isExported(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC)
        && !type.isAnonymousClass()
        && type.getEnclosingClass().map(ArchitectureTest::isExported).orElse(true);
  }

  private static String module(JavaClass type) {
    return type.getPackageName().substring(RULES.root().length() + 1);
  }
}
