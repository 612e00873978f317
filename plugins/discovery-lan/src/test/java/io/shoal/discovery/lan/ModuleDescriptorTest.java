package io.shoal.discovery.lan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ModuleDescriptorTest {

  @Test
  void theTestsRunInsideTheNamedModule() {
    assertEquals("io.shoal.discovery.lan", ModuleDescriptorTest.class.getModule().getName());
  }
}
