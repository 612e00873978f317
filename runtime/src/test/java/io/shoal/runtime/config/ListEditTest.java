package io.shoal.runtime.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListEditTest {

  private static final ListEdit EDIT = new ListEdit("active", "discovery");

  private static String changed(String text, String... values) {
    return EDIT.set(text, List.of(values), true).orElseThrow();
  }

  @Test
  void theLineIsChangedAndAllOthersStay() {
    assertEquals(
        """
        # head
        active:
          storage: a      # one
          discovery: [b, c]   # any number

        #limits:
        log:
          discovery: x
        """,
        changed(
            """
            # head
            active:
              storage: a      # one
              discovery: [b]      # any number

            #limits:
            log:
              discovery: x
            """,
            "b",
            "c"));
  }

  @Test
  void aKeyThatIsNotSetIsAddedToItsSection() {
    assertEquals(
        "active:\n    storage: a\n    discovery: [b]\n#    discovery: []\n\nlog: x\n",
        changed("active:\n    storage: a\n#    discovery: []\n\nlog: x\n", "b"));
    assertEquals("log: x\n\nactive:\n  discovery: [b]\n", changed("log: x\n", "b"));
    assertEquals("active: # none\n  discovery: [b]\n", changed("active: # none\n", "b"));
  }

  @Test
  void singleValuesAndLinesOfItemsBecomeAList() {
    assertEquals("active:\n  discovery: [b, c]\n", changed("active:\n  discovery: b\n", "b", "c"));
    assertEquals(
        "active:\n  discovery: [c] # x\n  storage: s\n",
        changed("active:\n  discovery: # x\n    - a\n    - b # y\n  storage: s\n", "c"));
    assertEquals("active.discovery: [c]\n", changed("active.discovery: [a]\n", "c"));
    assertEquals("active:\n  discovery: []\n", changed("active:\n  discovery: [a]\n"));
    assertEquals(
        Optional.of("active:\n  discovery: b # c\n"),
        EDIT.set("active:\n  discovery: a # c\n", List.of("b"), false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "active: {discovery: [a]}\n",
        "active:\n  discovery: [a,\n    b]\n",
        "active:\n  discovery: |\n    a\n",
        "active:\n  discovery: 'a'\n"
      })
  void anyOtherFormIsGivenUp(String text) {
    assertEquals(Optional.empty(), EDIT.set(text, List.of("b"), true));
  }
}
