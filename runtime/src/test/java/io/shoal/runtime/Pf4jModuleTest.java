package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;

class Pf4jModuleTest {

  @Test
  void pf4jIsAnExplicitClosedModule() {
    var pf4j = ModuleLayer.boot().findModule("pf4j").orElseThrow().getDescriptor();

    assertFalse(pf4j.isAutomatic(), "an automatic pf4j is open to every plugin's reflection");
    assertFalse(pf4j.isOpen());
  }
}
