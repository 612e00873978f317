package io.shoal.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ModuleDescriptorTest {

  @Test
  void theTestsRunInsideTheNamedModule() {
    assertEquals("io.shoal.transport.tcp", ModuleDescriptorTest.class.getModule().getName());
  }
}
