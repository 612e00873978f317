package io.shoal.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What a plugin can see of the API changes only on purpose: a difference needs a change of the
/// printed form in the same commit. This finds what a comparison of two jars takes for compatible:
/// a new case of a sealed type, a new constant of an enum, another value of a constant.
class ApiSurfaceTest {
  private static final Path PRINTED = Path.of("src/test/resources/api-1.0.txt");

  /// A jar of the API has 100 kB. A large one in the history stays there for ever.
  private static final long MAX_BASELINE_SIZE_BYTES = 200_000;

  @Test
  void theApiIsAsItWasPrinted() throws IOException {
    String now = ApiSurface.print();
    if (Boolean.getBoolean("shoal.api.write")) {
      Files.writeString(PRINTED, now);
    }
    List<String> changes = SurfaceChanges.between(Files.readString(PRINTED), now);
    if (!changes.isEmpty()) {
      fail(
          "the API is not as it was printed:\n"
              + String.join("\n", changes)
              + "\nIf it should change so (see 'How it grows' in its package), print it anew:"
              + " mvn -pl api test -Dtest=ApiSurfaceTest -Dshoal.api.write=true\n");
    }
  }

  @Test
  void theBaselineIsSmall() throws IOException {
    assertTrue(Files.size(Path.of("src/baseline/shoal-api.jar")) < MAX_BASELINE_SIZE_BYTES);
  }

  static Stream<String> shapes() {
    return Stream.of(ApiShapes.Before.class.getDeclaredClasses()).map(Class::getSimpleName);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void aChangeThatAPluginNoticesIsPrinted(String name) {
    assertNotEquals(printed(ApiShapes.Before.class, name), printed(ApiShapes.After.class, name));
  }

  @Test
  void aChangeInsideIsNotPrinted() {
    assertEquals(
        printed(ApiShapes.Inside.Before.class, "Kept"),
        printed(ApiShapes.Inside.After.class, "Kept"));
  }

  private static String printed(Class<?> shapes, String name) {
    Class<?> type =
        Stream.of(shapes.getDeclaredClasses())
            .filter(shape -> shape.getSimpleName().equals(name))
            .findFirst()
            .orElseThrow();
    return ApiSurface.print(type).replaceAll("Before|After", "");
  }

  @Test
  void aChangeOfTheModuleIsPrinted() {
    var plain = ModuleDescriptor.newModule("m").packages(Set.of("a", "b")).exports("a").build();
    for (ModuleDescriptor changed :
        List.of(
            ModuleDescriptor.newModule("m").packages(Set.of("a", "b")).build(),
            ModuleDescriptor.newModule("m").exports("a", Set.of("n")).build(),
            ModuleDescriptor.newModule("m").exports("a").exports("b").build(),
            ModuleDescriptor.newModule("m").exports("a").opens("b").build(),
            ModuleDescriptor.newModule("m").exports("a").requires("n").build(),
            ModuleDescriptor.newModule("m").exports("a").uses("b.S").build(),
            ModuleDescriptor.newModule("m").exports("a").provides("b.S", List.of("b.T")).build(),
            ModuleDescriptor.newOpenModule("m").packages(Set.of("b")).exports("a").build())) {
      assertNotEquals(ApiSurface.print(plain), ApiSurface.print(changed), changed::toString);
    }
  }

  @Test
  void methodsOfAHiddenTypeAreRefused() {
    assertThrows(AssertionError.class, () -> ApiSurface.print(ApiShapes.OfHidden.class));
  }

  @Test
  void changesAreNamedWithTheirType() {
    assertEquals(
        List.of("- interface A: method b", "+ interface A: method c"),
        SurfaceChanges.between(
            "interface A\n  method b\n  method d\n", "interface A\n  method c\n  method d\n"));
  }

  @Test
  void anotherOrderIsAChange() {
    assertEquals(
        List.of("the same lines in another order", "enum A: constant C", "enum A: constant B"),
        SurfaceChanges.between(
            "enum A\n  constant B\n  constant C\n  constant D\n",
            "enum A\n  constant C\n  constant B\n  constant D\n"));
  }
}
