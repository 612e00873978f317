package io.shoal.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeerAddressTest {
  private static final String PEER = "12D3KooWErhZ7Dap68hVQUZxzP74jKYLkkDuDUVyMYz9bBK4CRUo";

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "tcps://192.0.2.7:4600,          tcps, 192.0.2.7,     4600,  '',       -",
        "tcps://[2001:db8::1]:4600,      tcps, 2001:db8::1,   4600,  '',       -",
        "tcps://[2001:DB8::1],           tcps, 2001:db8::1,   -1,    '',       -",
        "tcps://[::ffff:192.0.2.7]:1,    tcps, ::ffff:192.0.2.7, 1,  '',       -",
        "tcps://Example.ORG:65535,       tcps, example.org,   65535, '',       -",
        "tcps://my_host:4600,            tcps, my_host,       4600,  '',       -",
        "tcps://localhost,               tcps, localhost,     -1,    '',       -",
        "TCPS://a1.b-2.example/,         tcps, a1.b-2.example, -1,   /,        -",
        "https://host.example/a/b?c=d?e, https, host.example, -1,    /a/b,     c=d?e",
        "http://host.example:80?x,       http, host.example,  80,    '',       x",
        "relay://192.0.2.7:1/12D3Koo,    relay, 192.0.2.7,    1,     /12D3Koo, -",
        "unix:///run/shoal.sock,         unix, -,             -1,    /run/shoal.sock, -",
        "unix:///a%20b?mode=7,           unix, -,             -1,    /a%20b,   mode=7",
        "x+y.z-1:///p@q:r,               x+y.z-1, -,          -1,    /p@q:r,   -",
        "http://h.example/[::1],         -, -, -1, -, -",
      })
  void partsAreReadAsTheGrammarSays(
      String uri, String scheme, String host, int port, String path, String query) {
    if (scheme == null) {
      assertThrows(IllegalArgumentException.class, () -> PeerAddress.of(uri));
      return;
    }
    PeerAddress address = PeerAddress.of(uri);
    assertEquals(scheme, address.scheme());
    assertEquals(Optional.ofNullable(host), address.host());
    assertEquals(port < 0 ? OptionalInt.empty() : OptionalInt.of(port), address.port());
    assertEquals(path, address.path());
    assertEquals(Optional.ofNullable(query), address.query());
    assertEquals(uri, address.toString());
  }

  @Test
  void hostsThatAreNumbersAreReadHoweverTheyAreWritten() {
    InetAddress six = InetAddress.ofLiteral("2001:db8::1");
    assertEquals(Optional.of(six), PeerAddress.of("t://[2001:db8::1]:1").ip());
    assertEquals(Optional.of(six), PeerAddress.of("t://[2001:DB8:0:0:0:0:0:1]").ip());
    InetAddress four = InetAddress.ofLiteral("192.0.2.7");
    assertEquals(Optional.of(four), PeerAddress.of("t://192.0.2.7:1").ip());
    assertEquals(Optional.of(four), PeerAddress.of("t://[::ffff:192.0.2.7]:1").ip());
    assertEquals(Optional.empty(), PeerAddress.of("t://localhost:1").ip());
    assertEquals(Optional.empty(), PeerAddress.of("t:///a/path").ip());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "tcps",
        "://h:1",
        "1tcp://h:1",
        "a-scheme-of-17-chs://h:1",
        // Without a place.
        "magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567",
        "mailto:a@b",
        "relay:12D3KooWErhZ7Dap68hVQUZxzP74jKYLkkDuDUVyMYz9bBK4CRUo",
        "multiaddr:/ip4/8.8.8.8/tcp/4001",
        "tcps:192.0.2.7:4600",
        "tcps:/192.0.2.7:4600",
        "tcps://",
        "unix:///",
        "unix://?x",
        "tcps://:4600",
        // User information.
        "tcps://user@192.0.2.7:4600",
        "tcps://user:word@h.example",
        "tcps://@h.example",
        // Hosts.
        "tcps://::1:4600",
        "tcps://[::1:4600",
        "tcps://[::1]x:4600",
        "tcps://[fe80::1%25eth0]:4600",
        "tcps://[fe80::1%eth0]:4600",
        "tcps://[192.0.2.7]:4600",
        "tcps://[]:4600",
        "tcps://[:::1]:4600",
        "tcps://192.0.2:4600",
        "tcps://192.0.2.256:4600",
        "tcps://192.0.2.07:4600",
        "tcps://192.0.2.7.:4600",
        "tcps://127.1:4600",
        "tcps://2130706433:4600",
        "tcps://0x7f.0.0.1:4600",
        "tcps://0x7f000001:4600",
        "tcps://host.0x7f:4600",
        "tcps://host.1:4600",
        "tcps://.example:4600",
        "tcps://a..example:4600",
        "tcps://example.:4600",
        "tcps://-a.example:4600",
        "tcps://a-.example:4600",
        "tcps://ex%61mple:4600",
        "tcps://ex~mple:4600",
        // Ports.
        "tcps://192.0.2.7:",
        "tcps://192.0.2.7:0",
        "tcps://192.0.2.7:04600",
        "tcps://192.0.2.7:65536",
        "tcps://192.0.2.7:+80",
        "tcps://192.0.2.7:4600:1",
        // Characters.
        "unix:///a b",
        "unix:///a\\b",
        "unix:///a%2",
        "unix:///a%zz",
        "unix:///a|b",
        "unix:///\u00e4",
        "tcps://\u00e4.example:1",
        "tcps://h.example/a#b",
      })
  void everythingElseIsRefused(String uri) {
    var refused = assertThrows(IllegalArgumentException.class, () -> PeerAddress.of(uri));
    assertTrue(refused.getMessage().contains("SCHEME://HOST"), refused.getMessage());
    if (uri.indexOf('#') < 0) {
      assertThrows(InvalidInputException.class, () -> PeerAddress.parse(uri));
    }
  }

  @Test
  void longNamesAndAddressesAreRefused() {
    String label = "a".repeat(63);
    String name = String.join(".", label, label, label, "b".repeat(61));
    assertEquals(Optional.of(name), PeerAddress.of("t://" + name).host());
    assertThrows(IllegalArgumentException.class, () -> PeerAddress.of("t://" + name + "b"));
    assertThrows(IllegalArgumentException.class, () -> PeerAddress.of("t://a" + label));
    String path = "unix:///" + "p".repeat(PeerAddress.MAX_SIZE_BYTES - 8);
    assertEquals(PeerAddress.MAX_SIZE_BYTES, PeerAddress.of(path).uri().length());
    assertThrows(IllegalArgumentException.class, () -> PeerAddress.of(path + "p"));
  }

  @Test
  void theExpectedPeerFollowsTheUri() throws Exception {
    PeerAddress address = PeerAddress.parse("tcps://192.0.2.7:4600#" + PEER);
    assertEquals("tcps://192.0.2.7:4600", address.uri());
    assertEquals(PEER, address.peerId().orElseThrow().toString());
    assertEquals(address, PeerAddress.of(address.uri()).withPeerId(PeerId.parse(PEER)));
    assertEquals(address, PeerAddress.parse(address.toString()));
    assertThrows(InvalidInputException.class, () -> PeerAddress.parse("tcps://h:1#somebody"));
  }

  @Test
  void aRefusalIsOneLineThatSteersNoTerminal() {
    String hostile = "tcps://h\n\u001b[2J" + "x".repeat(300);
    var refused = assertThrows(InvalidInputException.class, () -> PeerAddress.parse(hostile));
    assertTrue(refused.getMessage().chars().noneMatch(c -> c < ' '), refused.getMessage());
    assertTrue(refused.getMessage().length() < 300, refused.getMessage());
  }

  @Test
  void noTextMakesItFailInAnotherWay() {
    Random random = new Random(11);
    String alphabet = "at:/[]?.@%#0159f_- ";
    int read = 0;
    for (int i = 0; i < 50_000; i++) {
      StringBuilder text = new StringBuilder(random.nextBoolean() ? "t://" : "");
      int size = random.nextInt(14);
      for (int c = 0; c < size; c++) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      PeerAddress address;
      try {
        address = PeerAddress.of(text.toString());
      } catch (IllegalArgumentException e) {
        continue;
      }
      read++;
      assertFalse(address.host().isEmpty() && address.path().length() < 2, address::toString);
      assertTrue(address.port().orElse(1) > 0, address::toString);
      assertTrue(address.ip().isEmpty() || address.host().isPresent(), address::toString);
    }
    assertTrue(read > 500, "the texts are not all refused");
  }
}
