package io.shoal.transport.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ModuleDescriptorTest {

  @Test
  void theTestsRunInsideTheNamedModule() {
    assertEquals("io.shoal.transport.http", ModuleDescriptorTest.class.getModule().getName());
  }
}
