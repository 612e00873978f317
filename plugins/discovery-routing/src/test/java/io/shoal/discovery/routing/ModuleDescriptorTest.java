package io.shoal.discovery.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ModuleDescriptorTest {

  @Test
  void theTestsRunInsideTheNamedModule() {
    assertEquals("io.shoal.discovery.routing", ModuleDescriptorTest.class.getModule().getName());
  }
}
