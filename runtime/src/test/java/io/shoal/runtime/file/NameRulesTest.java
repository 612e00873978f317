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
  @ValueSource(strings = {"", ".", "..", "a/b", "/a", "a\u0000b", "\ud800"})
  void namesThatNoFileMayHaveAreRefused(String name) {
    assertTrue(NameRules.fault(name).isPresent());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\\b",
        "C:",
        "c:file",
        "CON",
        "con",
        "nul.txt",
        "aux.c",
        "Aux.tar.gz",
        "COM1",
        "lpt9 .doc",
        "LPT¹",
        "CONIN$",
        "nul:stream",
        "12:30.log",
        "what?",
        "a*b",
        "a|b",
        "a<b>",
        "say \"hi\"",
        "name.",
        "name ",
        "...",
        "bell\u0007",
        "line\nbreak"
      })
  void namesThatSomeSystemsCannotHoldTravel(String name) {
    assertEquals(Optional.empty(), NameRules.fault(name));
    assertTrue(NameRules.portabilityFault(name).isPresent());
    assertFalse(NameRules.isPlain(name));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a", ".hidden", "con1", "COM", "COM10", "console.log", "ąę", "😀", " a b", "it's"})
  void ordinaryNamesPass(String name) {
    assertEquals(Optional.empty(), NameRules.fault(name));
    assertEquals(Optional.empty(), NameRules.portabilityFault(name));
  }

  @Test
  void onlyShortNamesOfLettersThatAllSystemsKnowArePlain() {
    assertTrue(NameRules.isPlain("Makefile.am"));
    assertFalse(NameRules.isPlain("Grüße"));
    assertFalse(NameRules.isPlain("x".repeat(140)));
  }

  @Test
  void lengthCountsInBytes() {
    assertFalse(NameRules.fault("x".repeat(255)).isPresent());
    assertTrue(NameRules.fault("x".repeat(256)).isPresent());
    assertFalse(NameRules.fault("é".repeat(127)).isPresent());
    assertTrue(NameRules.fault("é".repeat(128)).isPresent());
  }

  @Test
  void siblingsThatOneFileSystemTakesForOneAreTwins() {
    NameRules.Siblings siblings = new NameRules.Siblings();
    assertFalse(siblings.add("Makefile").isPresent());
    assertEquals(Optional.of("Makefile"), siblings.add("makefile"));
    assertFalse(siblings.add("caf\u00e9").isPresent());
    assertTrue(siblings.add("cafe\u0301").isPresent());
    assertTrue(siblings.add("CAFE\u0301").isPresent());
    assertFalse(siblings.add("stra\u00dfe").isPresent());
    assertTrue(siblings.add("STRASSE").isPresent());
    assertFalse(siblings.add("\u039f\u0394\u039f\u03a3").isPresent());
    assertTrue(siblings.add("\u03bf\u03b4\u03bf\u03c2").isPresent(), "a final sigma");
    assertFalse(siblings.add("other").isPresent());
  }

  @Test
  void lettersThatNoFileSystemTakesForEachOtherAreNoTwins() {
    NameRules.Siblings siblings = new NameRules.Siblings();
    assertFalse(siblings.add("i.txt").isPresent());
    assertFalse(siblings.add("\u0131.txt").isPresent());
  }
}
