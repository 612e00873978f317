package io.shoal.runtime.control;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.shoal.api.InvalidInputException;
import io.shoal.api.StoreUsage;
import io.shoal.runtime.command.ContentCommands.FoundProvider;
import io.shoal.runtime.command.ContentCommands.Reach;
import io.shoal.runtime.command.NameCommands;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.StatusCommands.AccessEntry;
import io.shoal.runtime.command.StatusCommands.DiscoveryEntry;
import io.shoal.runtime.command.StatusCommands.NodeStatus;
import io.shoal.runtime.command.StatusCommands.PeerEntry;
import io.shoal.runtime.command.StatusCommands.PluginEntry;
import io.shoal.runtime.command.StatusCommands.TransferEntry;
import io.shoal.runtime.command.StatusCommands.UploadEntry;
import io.shoal.runtime.command.StoreCommands.Collected;
import io.shoal.runtime.command.StoreCommands.ContentStat;
import io.shoal.runtime.command.StoreCommands.FolderEntry;
import io.shoal.runtime.command.StoreCommands.RootEntry;
import io.shoal.runtime.control.ControlRequests.OfReference;
import io.shoal.runtime.control.ControlRequests.ReferenceWithin;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;

class ControlResponsesTest {

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
          new NameCommands.NamesEntry(22, 23, 24),
          List.of(new NodeCommands.BanEntry("host", "h", "why", 25, 26)),
          new AccessEntry("allow-list", 25),
          new NodeCommands.CheckEntry(25, 26, 27, 28, 29, -1, 31),
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
      List.of(new RootEntry("r", "n", 1, "file", "pinned", "", "private"));

  private static final List<ContentStat> STATS =
      List.of(
          new ContentStat(
              "r",
              "file",
              Optional.of("n"),
              1,
              2,
              3,
              true,
              Optional.of("h"),
              false,
              Optional.of("private")),
          new ContentStat(
              "r",
              "unknown",
              Optional.empty(),
              -1,
              -1,
              0,
              false,
              Optional.empty(),
              true,
              Optional.empty()));

  private static final List<FoundProvider> PROVIDERS =
      List.of(
          new FoundProvider("a", Optional.of("p"), Reach.REACHABLE, "complete", ""),
          new FoundProvider("a", Optional.empty(), Reach.UNCHECKED, "unknown", "why"));

  private static final String CID = "bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e";

  /// What is read by hand must not drift from the records, which are written by reflection.
  @Test
  void anAnswerIsReadAsItWasWritten() {
    assertEquals(STATUS, ControlResponses.status(ControlJson.write(STATUS)));
    assertReadAsWritten(ControlResponses::peer, PEERS);
    assertReadAsWritten(ControlResponses::plugin, PLUGINS);
    assertReadAsWritten(ControlResponses::root, ROOTS);
    assertReadAsWritten(ControlResponses::entry, List.of(new FolderEntry("c", "ü", 1, "file")));
    assertReadAsWritten(ControlResponses::stat, STATS);
    assertReadAsWritten(ControlResponses::provider, PROVIDERS);
    assertReadAsWritten(ControlResponses::collected, List.of(new Collected(1, 2, 3)));
    assertReadAsWritten(
        ControlResponses::failure,
        Stream.of(CommandFailure.Kind.values())
            .map(kind -> new CommandFailure(kind, "a \"cause\""))
            .toList());
    var file = new ControlFile("http://127.0.0.1:1", "t", 2);
    assertEquals(file, ControlResponses.file(ControlJson.write(file)));
  }

  private static <T> void assertReadAsWritten(Function<byte[], T> reader, List<T> values) {
    for (T value : values) {
      assertEquals(value, reader.apply(ControlJson.write(value)));
    }
  }

  @Test
  void aRequestIsWrittenByHandAsItIsByReflection() throws InvalidInputException {
    for (String text :
        List.of(
            CID,
            "shoal:" + CID + "?name=a%20%22name%22%5C%20%E2%80%93%20%C3%BC%0A",
            "sha256:" + "0a".repeat(32),
            "shoal:k/12D3KooWM317HgQrUAFpa3d1knxvj91oKeeXas4Urn6zaJDBWgrH/n%22%C3%BC")) {
      var reference = new OfReference(Reference.parse(text));
      var within = new ReferenceWithin(reference.reference(), 7);
      assertArrayEquals(ControlJson.write(reference), reference.json());
      assertArrayEquals(ControlJson.write(within), within.json());
      assertEquals(reference, ControlJson.read(reference.json(), OfReference.class));
    }
    var nothing = new ControlRequests.Nothing();
    assertArrayEquals(ControlJson.write(nothing), nothing.json());
  }

  @Test
  void entriesAreTheTextsThatWereWritten() {
    assertEquals(
        PEERS.stream().map(ControlResponsesTest::text).toList(), entries(ControlJson.write(PEERS)));
    assertEquals(List.of(text(STATUS)), entries(ControlJson.write(STATUS)));
    assertEquals(List.of(), entries(ControlJson.write(List.of())));
  }

  @Test
  void whatIsNoAnswerIsRefused() {
    for (String json :
        Stream.of(
                "",
                "[",
                "{",
                "[]",
                "{}",
                "7",
                "{\"url\":1}",
                "{\"kind\":\"NEW\",\"message\":\"m\"}",
                "[".repeat(40))
            .toList()) {
      byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
      assertThrows(JacksonException.class, () -> ControlResponses.file(bytes), json);
      assertThrows(JacksonException.class, () -> ControlResponses.failure(bytes), json);
    }
  }

  private static List<String> entries(byte[] json) {
    return ControlResponses.entries(json).stream()
        .map(entry -> new String(entry, StandardCharsets.UTF_8))
        .toList();
  }

  private static String text(Object value) {
    return new String(ControlJson.write(value), StandardCharsets.UTF_8);
  }
}
