package io.shoal.storage.filesystem;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ModuleDescriptorTest {

  @Test
  void theTestsRunInsideTheNamedModule() {
    assertEquals("io.shoal.storage.filesystem", ModuleDescriptorTest.class.getModule().getName());
  }
}
