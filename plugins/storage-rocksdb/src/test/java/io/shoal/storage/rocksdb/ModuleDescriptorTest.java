package io.shoal.storage.rocksdb;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ModuleDescriptorTest {

  @Test
  void theTestsRunInsideTheNamedModule() {
    assertEquals("io.shoal.storage.rocksdb", ModuleDescriptorTest.class.getModule().getName());
  }
}
