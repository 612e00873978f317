package io.shoal.discovery.kademlia;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ModuleDescriptorTest {

  @Test
  void theTestsRunInsideTheNamedModule() {
    assertEquals("io.shoal.discovery.kademlia", ModuleDescriptorTest.class.getModule().getName());
  }
}
