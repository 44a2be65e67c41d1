package org.instructgpt.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// The rules of the house that POMs cannot hold. They are written over a root package, so that they
/// can be seen to catch the breaches in `fixture` before they are trusted with the real one.
///
/// @param root the package above the modules' packages
record Rules(String root) {

  /// What each module may use directly. What those use themselves is allowed with them.
  static final Map<String, List<String>> MAY_USE =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("files", List.of()),
              Map.entry("recipe", List.of()),
              Map.entry("jinja", List.of()),
              Map.entry("torch", List.of("files")),
              Map.entry("text", List.of("files", "jinja")),
              Map.entry("records", List.of("files", "text")),
              Map.entry("statistics", List.of("records")),
              Map.entry("plot", List.of("statistics")),
              Map.entry("collect", List.of("records", "text")),
              Map.entry("label", List.of("records", "statistics")),
              Map.entry("simulation", List.of("records", "text")),
              Map.entry("model", List.of("torch", "text", "cluster")),
              Map.entry("checkpoint", List.of("model")),
              Map.entry("gguf", List.of("checkpoint")),
              Map.entry("hub", List.of("checkpoint")),
              Map.entry("sft", List.of("checkpoint", "records")),
              Map.entry("reward", List.of("checkpoint", "records", "statistics")),
              Map.entry("dpo", List.of("checkpoint", "records")),
              Map.entry("ppo", List.of("checkpoint", "records")),
              Map.entry("eval", List.of("model", "statistics", "plot")),
              Map.entry("tasks", List.of("eval")),
              Map.entry("serve", List.of("checkpoint")),
              Map.entry("api", List.of("serve")),
              Map.entry("langchain4j", List.of("serve")),
              Map.entry("web", List.of("records")),
              Map.entry("cost", List.of("sft", "reward", "dpo", "ppo", "recipe")),
              Map.entry("project", List.of("collect", "sft", "reward", "dpo", "ppo", "recipe")),
              Map.entry(
                  "studio", List.of("web", "label", "serve", "api", "collect", "plot", "project")),
              Map.entry("experiment", List.of("project", "simulation", "eval", "label", "cost")),
              Map.entry("cluster", List.of("torch")),
              Map.entry(
                  "app",
                  List.of(
                      "studio", "api", "tasks", "experiment", "cluster", "cost", "gguf", "hub"))));

  /// The outside world: flags, environment and clocks come in through `app` only, as values.
  private static final Map<String, Set<String>> OUTSIDE =
      Map.of(
          "java.lang.System",
              Set.of("getenv", "getProperty", "getProperties", "currentTimeMillis", "nanoTime"),
          "java.time.Clock",
              Set.of("system", "systemUTC", "systemDefaultZone", "tickMillis", "tickSeconds"),
          "java.time.InstantSource", Set.of("system"),
          "java.time.Instant", Set.of("now"),
          "java.time.LocalDate", Set.of("now"),
          "java.time.LocalDateTime", Set.of("now"),
          "java.time.ZonedDateTime", Set.of("now"),
          "java.time.OffsetDateTime", Set.of("now"));

  ArchRule modulesFormNoCycle() {
    return slices().matching(root + ".(*)..").should().beFreeOfCycles();
  }

  /// A module uses only those that the table allows it.
  ArchRule useOnlyWhatIsAllowed(String module) {
    var forbidden = new TreeSet<>(MAY_USE.keySet());
    forbidden.removeAll(reach(module));
    return noClasses()
        .that()
        .resideInAPackage(in(module))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(forbidden.stream().map(this::in).toArray(String[]::new))
        .allowEmptyShould(true); // a module that is not built yet
  }

  ArchRule onlyTorchUsesTheNativeLibrary() {
    return noClasses()
        .that()
        .resideOutsideOfPackages(in("torch"), in("cluster"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.bytedeco..");
  }

  ArchRule onlyAppReadsFlags() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(in("app"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("picocli..");
  }

  ArchRule onlyAppAsksTheOutsideWorld() {
    return classes()
        .that()
        .resideOutsideOfPackage(in("app"))
        .should(
            new ArchCondition<>("not read the environment or a clock") {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                type.getAccessesFromSelf().stream()
                    .filter(Rules::asksOutside)
                    .map(access -> SimpleConditionEvent.violated(type, access.getDescription()))
                    .forEach(events::add);
              }
            });
  }

  ArchRule noClassExtendsOneOfOurs() {
    return classes()
        .should(
            new ArchCondition<>("not extend a class of ours, exceptions excepted") {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                type.getRawSuperclass()
                    .filter(parent -> parent.getPackageName().startsWith(root))
                    .filter(parent -> !parent.isAssignableTo(Throwable.class))
                    .filter(parent -> !parent.isEnum()) // a constant with a body
                    .ifPresent(parent ->
                        events.add(
                            SimpleConditionEvent.violated(
                                type, type.getName() + " extends " + parent.getName())));
              }
            });
  }

  ArchRule aModuleIsOnePackage() {
    return classes()
        .should(
            new ArchCondition<>("be in the one package of a module of the table") {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                var module = type.getPackageName().substring(root.length() + 1);
                if (!MAY_USE.containsKey(module)) {
                  events.add(
                      SimpleConditionEvent.violated(
                          type, type.getName() + " is in " + type.getPackageName()));
                }
              }
            });
  }

  /// A module itself and everything it may use, directly or through others.
  static Set<String> reach(String module) {
    var reached = new TreeSet<>(Set.of(module));
    MAY_USE.getOrDefault(module, List.of()).forEach(used -> reached.addAll(reach(used)));
    return reached;
  }

  /// Pages stand in `web` and `studio`.
  ArchRule onlyWebAndStudioKnowPages() {
    return noClasses()
        .that()
        .resideOutsideOfPackages(in("web"), in("studio"), in("app"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("gg.jte..");
  }

  /// HTTP stands there, and in `api`.
  ArchRule onlyServersKnowHttp() {
    return noClasses()
        .that()
        .resideOutsideOfPackages(in("web"), in("studio"), in("app"), in("api"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.javalin..", "jakarta.servlet..");
  }

  /// Within a module at most two files may use each other, directly or around others.
  ArchRule filesFormNoCycle() {
    return classes()
        .that()
        .areTopLevelClasses()
        .should(
            new ArchCondition<>("be in no cycle of more than two files") {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                var cycle = new TreeSet<String>();
                for (JavaClass reached : FileCycles.reach(type)) {
                  if (FileCycles.reach(reached).contains(type)) {
                    cycle.add(reached.getSimpleName());
                  }
                }
                if (cycle.size() > 2) {
                  events.add(
                      SimpleConditionEvent.violated(
                          type, type.getName() + " is in the cycle " + cycle));
                }
              }
            });
  }

  private static boolean asksOutside(JavaAccess<?> access) {
    var owner = access.getTarget().getOwner().getName();
    return OUTSIDE.getOrDefault(owner, Set.of()).contains(access.getTarget().getName());
  }

  private String in(String module) {
    return root + "." + module + "..";
  }
}
