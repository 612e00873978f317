package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.shoal.api.StoreUsage;
import io.shoal.runtime.NodeCommands.DiscoveryEntry;
import io.shoal.runtime.NodeCommands.NodeStatus;
import io.shoal.runtime.NodeCommands.PeerEntry;
import io.shoal.runtime.NodeCommands.PluginEntry;
import io.shoal.runtime.NodeCommands.RootEntry;
import io.shoal.runtime.NodeCommands.TransferEntry;
import io.shoal.runtime.NodeCommands.UploadEntry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;

class ControlAnswersTest {

  private static final NodeStatus STATUS =
      new NodeStatus(
          "peer",
          "1",
          2,
          List.of("tcps://a:1", "tcp://b:2"),
          List.of(
              new DiscoveryEntry("dht", Optional.of("c:3"), 4, 5, 6, 7, Map.of("nodes", "8")),
              new DiscoveryEntry("other", Optional.empty(), 0, 0, 0, 0, Map.of())),
          new StoreUsage(9, 10, 11, Long.MAX_VALUE, 12),
          List.of(new TransferEntry("root", "a \"name\" – ü", -1, 14, 15, 16, "waits")),
          new UploadEntry(17, 18, 19, 20, 21),
          List.of("advice"));

  private static final List<PeerEntry> PEERS =
      List.of(
          new PeerEntry(Optional.of("id"), "a", true, "agent", 1, 2, 3, 4, 5, Optional.of("lied")),
          new PeerEntry(Optional.empty(), "b", false, "", -1, 0, 0, 0, 0, Optional.empty()));

  private static final List<PluginEntry> PLUGINS =
      List.of(
          new PluginEntry("p", List.of("x", "y"), "1", "l", "started", true, Optional.empty()),
          new PluginEntry("q", List.of(), "2", "m", "failed", false, Optional.of("why")));

  private static final List<RootEntry> ROOTS =
      List.of(new RootEntry("r", "n", 1, "file", "pinned", ""));

  /// What is read by hand must not drift from the records, which are written by reflection.
  @Test
  void anAnswerIsReadAsItWasWritten() {
    assertEquals(STATUS, ControlAnswers.status(ControlJson.write(STATUS)));
    assertEquals(PEERS, ControlAnswers.peers(ControlJson.write(PEERS)));
    assertEquals(PLUGINS, ControlAnswers.plugins(ControlJson.write(PLUGINS)));
    assertEquals(ROOTS, ControlAnswers.roots(ControlJson.write(ROOTS)));
    var file = new ControlFile("http://127.0.0.1:1", "t", 2);
    assertEquals(file, ControlAnswers.file(ControlJson.write(file)));
  }

  @Test
  void entriesAreTheTextsThatWereWritten() {
    assertEquals(
        PEERS.stream().map(ControlAnswersTest::text).toList(),
        ControlAnswers.entries(ControlJson.write(PEERS)));
    assertEquals(List.of(text(STATUS)), ControlAnswers.entries(ControlJson.write(STATUS)));
    assertEquals(List.of(), ControlAnswers.entries(ControlJson.write(List.of())));
  }

  @Test
  void whatIsNoAnswerIsRefused() {
    for (String json :
        Stream.of("", "[", "{", "[]", "{}", "7", "{\"url\":1}", "[".repeat(40)).toList()) {
      byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
      assertThrows(JacksonException.class, () -> ControlAnswers.file(bytes), json);
    }
  }

  private static String text(Object value) {
    return new String(ControlJson.write(value), StandardCharsets.UTF_8);
  }
}
