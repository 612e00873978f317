package io.shoal.runtime.plugin.inspection;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pf4j.DefaultPluginDescriptor;
import org.pf4j.PluginDescriptor;

/// Which ranges of the API's versions a plugin may require.
class PluginVersionsTest {

  private static PluginDescriptor requiring(String range) {
    return new DefaultPluginDescriptor("test", "", "", "1.0.0", range, "", "");
  }

  @ParameterizedTest
  @CsvSource({
    "^0.9.0, 0.9.0",
    "0.9.0, 0.9.4",
    "~0.9.0, 0.9.4",
    "^1.0.0, 1.7.2",
    "~1.2.0, 1.2.3",
    ">=1.2.0 & <2.0.0, 1.4.0",
    "^0.9.0 | ^1.0.0, 1.0.0",
    "^1.0.0, 1.0.0-rc.1",
    "^1.0.0, 1.0.0+build"
  })
  void whatFitsAndEndsBeforeTheNextBreakIsTaken(String range, String api) {
    assertDoesNotThrow(() -> PluginVersions.check(requiring(range), api));
  }

  @ParameterizedTest
  @CsvSource({
    ">=0.9.0, 0.9.0, 0.10.0",
    ">0.8.9, 0.9.0, 0.10.0",
    ">=0.9.0 & <1.0.0, 0.9.0, 0.10.0",
    ">=1.0.0, 1.3.0, 2.0.0",
    "^1.0.0 | ^2.0.0, 1.3.0, 2.0.0"
  })
  void aRangeThatTakesWhatMayBreakItIsRefusedWithTheRightOne(
      String range, String api, String breaking) {
    UnusablePluginException refusal =
        assertThrows(
            UnusablePluginException.class, () -> PluginVersions.check(requiring(range), api));
    assertEquals(PluginProblem.Reason.WRONG_API, refusal.problem().reason());
    String message = refusal.problem().message();
    assertTrue(message.contains("takes the API " + breaking + " too"), message);
    assertTrue(message.endsWith("it should be ^" + api), message);
  }

  @ParameterizedTest
  @CsvSource({
    "~0.9.0, 0.9.3",
    "^0.9.0, 0.9.0",
    "~1.2.0, 1.2.7",
    ">=1.2.0 & <1.3.0, 1.2.0",
    "~1.2.0, 1.2.0-rc.1"
  })
  void experimentalPartsAreForOneMinorVersion(String range, String api) {
    assertDoesNotThrow(() -> PluginVersions.checkExperimental(requiring(range), api));
  }

  @ParameterizedTest
  @CsvSource({"^1.2.0, 1.2.0, 1.3.0", "1.2.0, 1.4.1, 1.5.0", "~1.2.0 | ~1.3.0, 1.2.0, 1.3.0"})
  void experimentalPartsAreNotForTheNextMinorVersion(String range, String api, String next) {
    UnusablePluginException refusal =
        assertThrows(
            UnusablePluginException.class,
            () -> PluginVersions.checkExperimental(requiring(range), api));
    assertEquals(PluginProblem.Reason.WRONG_API, refusal.problem().reason());
    String message = refusal.problem().message();
    assertTrue(message.contains("'" + range + "' takes the API " + next + " too"), message);
    assertTrue(message.endsWith("it should be ~" + api), message);
  }

  @ParameterizedTest
  @CsvSource({"^0.1.0, 0.9.0", "^1.0.0, 2.0.0", "^2.0.0, 1.9.0"})
  void anotherMajorVersionIsRefused(String range, String api) {
    UnusablePluginException refusal =
        assertThrows(
            UnusablePluginException.class, () -> PluginVersions.check(requiring(range), api));
    assertTrue(
        refusal.problem().message().contains("it was built for the API " + range),
        refusal.problem()::message);
  }
}
