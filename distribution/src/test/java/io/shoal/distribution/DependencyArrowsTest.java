package io.shoal.distribution;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Holds the arrows `plugins → api ← runtime ← distribution` for the compiled classes of every
/// module, those of its tests too: module descriptors do not bind test classes.
class DependencyArrowsTest {

  private static final Path ROOT = Path.of(System.getProperty("shoal.sources"));

  /// A library that plugins pack.
  private static final String WIRE = "io.shoal.wire..";

  /// The base classes of plugins' tests.
  private static final String TESTKIT = "io.shoal.testkit";

  @Test
  void theApiDependsOnNothingElseOfShoal() {
    onlyUses(classesOf(ROOT.resolve("api")), "io.shoal.api");
  }

  /// A type in an API signature binds every plugin: only PF4J and annotations may.
  @Test
  void theApiExposesNoLibraryButPf4j() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("io.netty..", "tools.jackson..", "org.slf4j..", "ch.qos.logback.."))
        .check(mainClassesOf(ROOT.resolve("api")));
  }

  @Test
  void theRuntimeDependsOnTheApiAlone() {
    onlyUses(classesOf(ROOT.resolve("runtime")), "io.shoal.api", "io.shoal.runtime..");
  }

  @Test
  void theProgramKnowsNoPlugin() {
    onlyUses(
        classesOf(ROOT.resolve("distribution")),
        "io.shoal.api",
        "io.shoal.runtime",
        "io.shoal.runtime.command",
        "io.shoal.runtime.json",
        "io.shoal.runtime.unit",
        // Of the tests alone: who attacks a node needs an identity, as a node has one.
        TESTKIT,
        "io.shoal.distribution..");
  }

  @TestFactory
  Stream<DynamicTest> aPluginDependsOnTheApiAndItsOwnClassesAlone() throws IOException {
    try (var folders = Files.list(ROOT.resolve("plugins"))) {
      return folders
          .filter(folder -> Files.exists(folder.resolve("pom.xml")))
          .sorted()
          .toList()
          .stream()
          .map(
              folder ->
                  DynamicTest.dynamicTest(
                      folder.getFileName().toString(),
                      () ->
                          onlyUses(
                              classesOf(folder),
                              "io.shoal.api",
                              WIRE,
                              TESTKIT,
                              packageOf(folder) + "..")));
    }
  }

  /// The package of a module in `plugins/`, from its folder's name: `transport-tcp` is
  /// `io.shoal.transport.tcp`, `lib-wire` is `io.shoal.wire`. A word of Java is no package:
  /// `discovery-static` is `io.shoal.discovery.fixed`.
  private static String packageOf(Path folder) {
    var name = folder.getFileName().toString();
    return "io.shoal."
        + name.replaceFirst("^lib-", "").replaceFirst("-static$", "-fixed").replace('-', '.');
  }

  private static void onlyUses(JavaClasses classes, String... packages) {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.shoal..")
                .and(resideInAnyPackage(packages).negate().as("outside of %s", List.of(packages))))
        .check(classes);
  }

  private static JavaClasses mainClassesOf(Path module) {
    return imported(module.resolve("target/classes"));
  }

  private static JavaClasses classesOf(Path module) {
    return imported(module.resolve("target/classes"), module.resolve("target/test-classes"));
  }

  private static JavaClasses imported(Path... folders) {
    var classes = new ClassFileImporter().importPaths(folders);
    assertFalse(classes.isEmpty(), "nothing compiled in " + List.of(folders));
    return classes;
  }
}
