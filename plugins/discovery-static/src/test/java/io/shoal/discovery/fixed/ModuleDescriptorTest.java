package io.shoal.discovery.fixed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ModuleDescriptorTest {

  @Test
  void theTestsRunInsideTheNamedModule() {
    assertEquals("io.shoal.discovery.fixed", ModuleDescriptorTest.class.getModule().getName());
  }
}
