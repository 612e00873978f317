package io.shoal.transport.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ModuleDescriptorTest {

  @Test
  void theTestsRunInsideTheNamedModule() {
    assertEquals("io.shoal.transport.quic", ModuleDescriptorTest.class.getModule().getName());
  }
}
