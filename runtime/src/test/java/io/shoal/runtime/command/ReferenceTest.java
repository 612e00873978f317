package io.shoal.runtime.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerAddress;
import io.shoal.runtime.file.NameRules;
import java.math.BigInteger;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
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
        HELLO + "/../x",
        "shoal:" + HELLO + "/a%2Fb",
        "shoal:" + HELLO + "?peer=nonsense",
        "shoal:" + HELLO + "?size=-1",
        "/ipns/" + KEY,
        "ipns://example.org",
        "https://example.org/" + HELLO,
        "V" + HELLO,
        "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5"
      })
  void whatIsNoReferenceIsRefusedInOneLine(String text) {
    InvalidInputException e =
        assertThrows(InvalidInputException.class, () -> Reference.parse(text));
    assertFalse(e.getMessage().contains("\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "shoal:%s",
        "SHOAL:%s",
        "shoal://%s",
        "%s/",
        " %s",
        "%s\r\n",
        "ipfs:%s",
        "ipfs://%s",
        "IPFS://%s/",
        "ipfs://ipfs/%s",
        "/ipfs/%s",
        "ipfs/%s/",
        "dweb:/ipfs/%s",
        "web+ipfs://%s",
        "https://example.org/ipfs/%s",
        "http://127.0.0.1:8080/ipfs/%s/#top",
        "https://example.org/some/where/ipfs/%s?download=true",
        "https://%s.ipfs.dweb.link",
        "http://%s.ipfs.localhost:8080/"
      })
  void linksOfOtherProgramsNameTheirCid(String form) throws Exception {
    assertEquals(
        new Reference.Content(Cid.parse(HELLO), Optional.empty()), content(form.formatted(HELLO)));
  }

  @Test
  void everyBaseOfMultibaseIsRead() throws Exception {
    for (String text :
        List.of(
            HELLO,
            "B" + HELLO.substring(1).toUpperCase(Locale.ROOT),
            "c" + HELLO.substring(1) + "======",
            "C" + HELLO.substring(1).toUpperCase(Locale.ROOT) + "======",
            "f01551220" + HELLO_HEX,
            "F01551220" + HELLO_HEX.toUpperCase(Locale.ROOT),
            "z" + zeroless(58, BASE58),
            "Z" + zeroless(58, "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"),
            "k" + zeroless(36, "0123456789abcdefghijklmnopqrstuvwxyz"),
            "K" + zeroless(36, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
            "9" + new BigInteger(1, bytes()),
            "7" + bits(3),
            "0" + bits(1),
            "v" + rfc4648(5, "0123456789abcdefghijklmnopqrstuv"),
            "V" + rfc4648(5, "0123456789ABCDEFGHIJKLMNOPQRSTUV"),
            "t" + rfc4648(5, "0123456789abcdefghijklmnopqrstuv") + "======",
            "h" + rfc4648(5, "ybndrfg8ejkmcpqxot1uwisza345h769"),
            "m" + Base64.getEncoder().withoutPadding().encodeToString(bytes()),
            "M" + Base64.getEncoder().encodeToString(bytes()),
            "u" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes()),
            "U" + Base64.getUrlEncoder().encodeToString(bytes()))) {
      assertEquals(HELLO, content(text).root().toString(), text);
    }
  }

  private static final String BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

  private static byte[] bytes() throws InvalidInputException {
    return Cid.parse(HELLO).toBytes();
  }

  private static String zeroless(int base, String alphabet) throws InvalidInputException {
    StringBuilder out = new StringBuilder();
    for (BigInteger left = new BigInteger(1, bytes()); left.signum() > 0; ) {
      BigInteger[] parts = left.divideAndRemainder(BigInteger.valueOf(base));
      out.append(alphabet.charAt(parts[1].intValue()));
      left = parts[0];
    }
    return out.reverse().toString();
  }

  private static String bits(int bitsPerChar) throws InvalidInputException {
    return rfc4648(bitsPerChar, "01234567");
  }

  private static String rfc4648(int bitsPerChar, String alphabet) throws InvalidInputException {
    StringBuilder bits = new StringBuilder();
    for (byte b : bytes()) {
      bits.append(Integer.toBinaryString(0x100 | b & 0xff).substring(1));
    }
    while (bits.length() % bitsPerChar != 0) {
      bits.append('0');
    }
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < bits.length(); i += bitsPerChar) {
      out.append(alphabet.charAt(Integer.parseInt(bits.substring(i, i + bitsPerChar), 2)));
    }
    return out.toString();
  }

  @Test
  void aPathLeadsIntoAFolder() throws Exception {
    Reference.Content folder = new Reference.Content(Cid.parse(HELLO), Optional.empty());
    Reference.InFolder due = new Reference.InFolder(folder, "a b/ü.txt", Optional.empty());
    for (String form :
        List.of(
            HELLO + "/a b/ü.txt",
            "/ipfs/" + HELLO + "/a b/./ü.txt/",
            HELLO_HEX + "//a b/ü.txt",
            "ipfs://" + HELLO + "/a%20b/%C3%BC.txt",
            "shoal:" + HELLO + "/a%20b/%C3%BC.txt",
            "https://example.org/ipfs/" + HELLO + "/a%20b/%C3%BC.txt?download=true#x",
            "https://" + HELLO + ".ipfs.dweb.link/a%20b/%C3%BC.txt")) {
      assertEquals(due, Reference.parse(form), form);
    }
    assertEquals(
        new Reference.InFolder(
            new Reference.SignedName(Cid.parse(KEY), "news"), "a/b", Optional.empty()),
        Reference.parse("shoal:k/" + KEY + "/news/a/b"));
  }

  @Test
  void aPercentSignInAPlainPathIsTakenAsItStandsAndCanBeDecoded() throws Exception {
    var plain = (Reference.InFolder) Reference.parse(HELLO + "/a%20b");
    assertEquals("a%20b", plain.path());
    assertEquals("a b", plain.decoded().orElseThrow().path());
  }

  @Test
  void aLinkGivesSizeAndPeers() throws Exception {
    Reference.Content link =
        content(
            "shoal:%s?name=a&size=12&peer=tcps://192.0.2.7:4600%%23%s&peer=tcp://[::1]:1"
                .formatted(HELLO, PEER));
    assertEquals(OptionalLong.of(12), link.sizeBytes());
    assertEquals(
        List.of(
            PeerAddress.parse("tcps://192.0.2.7:4600#" + PEER), PeerAddress.parse("tcp://[::1]:1")),
        link.peers());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        HELLO,
        "sha256:" + HELLO_HEX,
        "shoal:k/" + KEY + "/a%20b",
        "shoal:k/" + KEY + "/a/b%26c",
        "shoal:"
            + HELLO
            + "?name=%26%23%25%2B&size=3&peer=http://h/a%2525b%2523c?d%26e%2Bf%23"
            + PEER,
        "shoal:" + HELLO + "/a/b?name=c&peer=tcps://h:1",
      })
  void theTextOfAReferenceIsReadAsTheSame(String text) throws Exception {
    Reference reference = Reference.parse(text);
    assertEquals(reference, Reference.parse(reference.text()), reference::text);
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
          case Reference.InFolder inside -> assertFalse(inside.path().isEmpty());
        }
      } catch (InvalidInputException refused) {
        assertFalse(refused.getMessage().isEmpty());
      }
    }
  }
}
