package io.shoal.verification.blake3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ModuleDescriptorTest {

  @Test
  void theTestsRunInsideTheNamedModule() {
    assertEquals("io.shoal.verification.blake3", ModuleDescriptorTest.class.getModule().getName());
  }
}
