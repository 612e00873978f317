package io.shoal.runtime.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.InvalidInputException;
import io.shoal.runtime.file.NameRules;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceTest {
  private static final String HELLO = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e";
  private static final String HELLO_HEX =
      "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9";
  private static final String KEY =
      "bafzaajaiaejcahwr5d5ofrfbis4l5d6uwr57hu5tjodrypfm6yaq6dsc2r2pzyt6";
  private static final String RSA_PEER = "QmPKt7ptM2ZYSGPUc8PmPT2VBkLDK3iqpG9TBJY7PCE9rF";
  private static final String PEER = "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq";

  private static Reference.Content content(String text) throws Exception {
    return (Reference.Content) Reference.parse(text);
  }

  @Test
  void aCidNamesItself() throws Exception {
    assertEquals(new Reference.Content(Cid.parse(HELLO), Optional.empty()), content(HELLO));
    assertEquals(
        "bafybeiaovfcinf44ijwunnzkbxy63zkjmoyeh4syjfdlt3e7qcukvyxlya",
        content("QmPKt7ptM2ZYSGPUc8PmPT2VBkLDK3iqpG9TBJY7PCE9rF").root().toString());
  }

  @Test
  void sixtyFourHexDigitsAreARawChunk() throws Exception {
    assertEquals(HELLO, content(HELLO_HEX).root().toString());
    assertEquals(HELLO, content(HELLO_HEX.toUpperCase(Locale.ROOT)).root().toString());
  }

  @Test
  void aLinkSuggestsAName() throws Exception {
    assertEquals(
        Optional.of("hello wörld.txt"),
        content("shoal:" + HELLO + "?name=hello%20w%C3%B6rld.txt").name());
    assertEquals(Optional.of("a+b"), content("shoal:" + HELLO + "?x=1&name=a+b").name());
    assertEquals(Optional.empty(), content("shoal:" + HELLO).name());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "..", "..%2Fpasswd", "%2Fetc%2Fpasswd", "a%00b"})
  void aSuggestedNameThatIsNoneIsDropped(String name) throws Exception {
    assertEquals(Optional.empty(), content("shoal:" + HELLO + "?name=" + name).name());
  }

  @Test
  void aWholeDigestIsNamedByItsHex() throws Exception {
    assertEquals(
        new Reference.WholeDigest(HELLO_HEX),
        Reference.parse("sha256:" + HELLO_HEX.toUpperCase(Locale.ROOT)));
  }

  @Test
  void aSignedNameHasAKeyInEitherForm() throws Exception {
    Reference.SignedName due = new Reference.SignedName(Cid.parse(KEY), "news");
    assertEquals(due, Reference.parse("shoal:k/" + KEY + "/news"));
    assertEquals(due, Reference.parse("shoal:k/" + PEER + "/news"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "hello",
        "shoal:",
        "shoal:?name=a",
        "shoal:k/",
        "shoal:k/" + KEY,
        "shoal:k/" + KEY + "/",
        "shoal:k/" + KEY + "/a/b",
        "shoal:k/" + HELLO + "/news",
        "shoal:k/" + KEY + "/e%CC%81",
        "shoal:k/" + RSA_PEER + "/news",
        "shoal:" + HELLO + "?name=%zz",
        "shoal:" + HELLO + "?name=%ff",
        "shoal:" + HELLO + "?name=a&name=b",
        "sha256:abc",
        "sha256:" + HELLO_HEX + "00",
        "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcd",
        KEY,
        HELLO + "\n",
        "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5"
      })
  void whatIsNoReferenceIsRefusedInOneLine(String text) {
    InvalidInputException e =
        assertThrows(InvalidInputException.class, () -> Reference.parse(text));
    assertFalse(e.getMessage().contains("\n"));
  }

  @Test
  void aShortenedHashIsToldApart() {
    InvalidInputException e =
        assertThrows(
            InvalidInputException.class, () -> Reference.parse(HELLO_HEX.substring(0, 62)));
    assertTrue(e.getMessage().contains("62 hex digits"));
  }

  @Test
  void anyTextIsReadOrRefused() throws Exception {
    Random random = new Random(7);
    String[] seeds = {
      HELLO, "shoal:" + HELLO + "?name=a%20b", "sha256:" + HELLO_HEX, "shoal:k/" + KEY + "/n"
    };
    for (int round = 0; round < 100_000; round++) {
      StringBuilder text = new StringBuilder(seeds[random.nextInt(seeds.length)]);
      for (int edits = random.nextInt(4); edits > 0; edits--) {
        text.setCharAt(random.nextInt(text.length()), (char) random.nextInt(0x180));
      }
      try {
        switch (Reference.parse(text.toString())) {
          case Reference.Content content ->
              content.name().ifPresent(n -> assertEquals(Optional.empty(), NameRules.fault(n)));
          case Reference.WholeDigest digest -> assertEquals(64, digest.hex().length());
          case Reference.SignedName name -> assertFalse(name.name().isEmpty());
        }
      } catch (InvalidInputException refused) {
        assertFalse(refused.getMessage().isEmpty());
      }
    }
  }
}
