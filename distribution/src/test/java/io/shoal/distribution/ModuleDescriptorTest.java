package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ModuleDescriptorTest {

  @Test
  void theTestsRunInsideTheNamedModule() {
    assertEquals("io.shoal.distribution", ModuleDescriptorTest.class.getModule().getName());
  }
}
