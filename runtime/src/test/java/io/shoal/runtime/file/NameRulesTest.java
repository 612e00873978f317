package io.shoal.runtime.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NameRulesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "a/b",
        "/a",
        "a\\b",
        "a\u0000b",
        "C:",
        "c:file",
        "CON",
        "con",
        "nul.txt",
        "Aux.tar.gz",
        "COM1",
        "lpt9 .doc",
        "LPT¹",
        "CONIN$",
        "nul:stream",
        "\ud800"
      })
  void namesThatNoFileMayHaveAreRefused(String name) {
    assertTrue(NameRules.fault(name).isPresent());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "...", ".hidden", "con1", "COM", "COM10", "console.log", "12:30", "ąę", "😀"})
  void ordinaryNamesPass(String name) {
    assertEquals(Optional.empty(), NameRules.fault(name));
  }

  @Test
  void lengthCountsInBytes() {
    assertFalse(NameRules.fault("x".repeat(255)).isPresent());
    assertTrue(NameRules.fault("x".repeat(256)).isPresent());
    assertFalse(NameRules.fault("é".repeat(127)).isPresent());
    assertTrue(NameRules.fault("é".repeat(128)).isPresent());
  }

  @Test
  void siblingsThatOneFileSystemTakesForOneCollide() {
    NameRules.Siblings siblings = new NameRules.Siblings();
    assertFalse(siblings.add("Makefile").isPresent());
    assertTrue(siblings.add("makefile").isPresent());
    assertFalse(siblings.add("caf\u00e9").isPresent());
    assertTrue(siblings.add("cafe\u0301").isPresent());
    assertTrue(siblings.add("CAFE\u0301").isPresent());
    assertFalse(siblings.add("stra\u00dfe").isPresent());
    assertTrue(siblings.add("STRASSE").isPresent());
    assertFalse(siblings.add("other").isPresent());
  }
}
