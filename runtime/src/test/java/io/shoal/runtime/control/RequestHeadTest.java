package io.shoal.runtime.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.runtime.control.RequestHead.MalformedException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestHeadTest {

  private static final int INPUTS = Boolean.getBoolean("shoal.full") ? 1_000_000 : 20_000;

  private static final String RIGHT =
      "POST /v1/get?x=/y HTTP/1.1\r\nHost: h:1\r\nX:\r\nContent-Length: 2\r\nx: b\r\n\r\n";

  private static RequestHead read(String text) throws MalformedException, IOException {
    return RequestHead.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)));
  }

  @Test
  void aHeadIsReadAndNothingBehindIt() throws Exception {
    var in = new ByteArrayInputStream((RIGHT + "{}").getBytes(StandardCharsets.US_ASCII));

    RequestHead head = RequestHead.read(in);

    assertEquals("POST /v1/get", head.request());
    assertEquals(Optional.of("h:1"), head.header("host"));
    assertEquals(Map.of("host", "h:1", "x", ", b", "content-length", "2"), head.headers());
    assertEquals(2, head.bodyBytes());
    assertEquals("{}", new String(in.readAllBytes(), StandardCharsets.US_ASCII));
  }

  @Test
  void aHeadThatIsCutIsNotWhole() {
    for (int length = 0; length < RIGHT.length() - 2; length++) {
      String cut = RIGHT.substring(0, length);
      assertThrows(EOFException.class, () -> read(cut));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\n\n",
        "GET / HTTP/2.0\n\n",
        "GET http://h:1/ HTTP/1.1\n\n",
        "get / HTTP/1.1\n\n",
        "GET /  HTTP/1.1\n\n",
        "GET /\n\n",
        "GET / HTTP/1.1\nno header\n\n",
        "GET / HTTP/1.1\nA : b\n\n",
        "GET / HTTP/1.1\n: b\n\n"
      })
  void anotherHeadIsRefused(String text) {
    assertThrows(MalformedException.class, () -> read(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Transfer-Encoding: chunked",
        "Content-Length: -1",
        "Content-Length: 1a",
        "Content-Length:",
        "Content-Length: 9999999999",
        "Content-Length: 1\nContent-Length: 1"
      })
  void aBodyOfUnclearLengthIsRefused(String header) throws Exception {
    RequestHead head = read("POST / HTTP/1.1\n" + header + "\n\n");

    assertThrows(MalformedException.class, head::bodyBytes);
  }

  @Test
  void aHeadWithoutEndIsRefusedAtItsLimit() {
    String endless = "GET / HTTP/1.1\nx: " + "y".repeat(RequestHead.MAX_BYTES);

    assertThrows(MalformedException.class, () -> read(endless));
    assertThrows(MalformedException.class, () -> read("\r".repeat(2 * RequestHead.MAX_BYTES)));
  }

  /// Bytes from a stranger become a head or are refused, never anything else.
  @Test
  void anyBytesAreReadOrRefused() throws IOException {
    Random random = new Random(1);
    int taken = 0;
    for (int i = 0; i < INPUTS; i++) {
      byte[] input = RIGHT.getBytes(StandardCharsets.US_ASCII);
      for (int changes = random.nextInt(4); changes > 0; changes--) {
        input[random.nextInt(input.length)] = (byte) random.nextInt();
      }
      try {
        RequestHead head = RequestHead.read(new ByteArrayInputStream(input));
        taken++;
        assertTrue(head.bodyBytes() >= 0, "input " + i);
      } catch (EOFException e) {
        assertTrue(String.valueOf(e.getMessage()).contains("whole"), "input " + i);
      } catch (MalformedException e) {
        assertEquals(-1, String.valueOf(e.getMessage()).indexOf('\n'), "input " + i);
      }
    }
    assertTrue(taken > INPUTS / 100 && taken < INPUTS, "taken: " + taken);
  }
}
