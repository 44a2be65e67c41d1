package org.instructgpt.architecture;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/// Which files of a package a file leads to; a file is its top-level class with all nested ones.
final class FileCycles {

  private static final Map<JavaClass, Set<JavaClass>> REACHED = new ConcurrentHashMap<>();

  private FileCycles() {}

  /// All files of the same package that a file uses, directly or through others; itself only if a
  /// way leads back.
  static Set<JavaClass> reach(JavaClass file) {
    return REACHED.computeIfAbsent(file, start -> Reach.of(start, FileCycles::uses));
  }

  private static Set<JavaClass> uses(JavaClass file) {
    return file.getPackage().getClasses().stream()
        .filter(type -> topLevel(type).equals(file))
        .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
        .map(Dependency::getTargetClass)
        .map(JavaClass::getBaseComponentType)
        .filter(type -> type.getPackageName().equals(file.getPackageName()))
        .map(FileCycles::topLevel)
        .filter(type -> !type.equals(file))
        .collect(Collectors.toSet());
  }

  private static JavaClass topLevel(JavaClass type) {
    var outer = type;
    while (outer.getEnclosingClass().isPresent()) {
      outer = outer.getEnclosingClass().get();
    }
    return outer;
  }
}
