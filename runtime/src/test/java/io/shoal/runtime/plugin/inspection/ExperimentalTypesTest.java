package io.shoal.runtime.plugin.inspection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Experimental;
import io.shoal.api.Extension;
import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// The node knows by a list which types of the API are experimental.
class ExperimentalTypesTest {

  @Test
  void theListHasTheTypesThatAreAnnotated() throws Exception {
    Set<String> annotated = new TreeSet<>();
    for (String name : classesOfTheApi()) {
      if (Class.forName(name).isAnnotationPresent(Experimental.class)) {
        annotated.add(name);
      }
    }

    assertEquals(annotated, new TreeSet<>(GrantedModules.EXPERIMENTAL));
  }

  private static List<String> classesOfTheApi() throws IOException {
    try (ModuleReader reader =
        Extension.class
            .getModule()
            .getLayer()
            .configuration()
            .findModule("io.shoal.api")
            .orElseThrow()
            .reference()
            .open()) {
      return reader
          .list()
          .filter(file -> file.startsWith("io/") && file.endsWith(".class"))
          .map(file -> file.substring(0, file.length() - ".class".length()).replace('/', '.'))
          .toList();
    }
  }

  @Test
  void whatIsInAnExperimentalTypeIsExperimental() {
    GrantedModules granted =
        GrantedModules.of(ModuleLayer.empty(), ModuleFinder.of(), Set.of("a.Part", "a.Whole$Part"));

    assertTrue(granted.isExperimental("a.Part"));
    assertTrue(granted.isExperimental("a.Part$Of$It"));
    assertTrue(granted.isExperimental("a.Whole$Part"));
    assertFalse(granted.isExperimental("a.Whole"));
    assertFalse(granted.isExperimental("a.Parting"));
  }
}
