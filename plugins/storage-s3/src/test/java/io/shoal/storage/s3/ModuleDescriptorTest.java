package io.shoal.storage.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ModuleDescriptorTest {

  @Test
  void theTestsRunInsideTheNamedModule() {
    assertEquals("io.shoal.storage.s3", ModuleDescriptorTest.class.getModule().getName());
  }
}
