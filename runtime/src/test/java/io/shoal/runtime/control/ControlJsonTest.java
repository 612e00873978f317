package io.shoal.runtime.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerAddress;
import io.shoal.api.StoreUsage;
import io.shoal.runtime.command.ContentCommands.FoundProvider;
import io.shoal.runtime.command.ContentCommands.GetRequest;
import io.shoal.runtime.command.ContentCommands.Reach;
import io.shoal.runtime.command.NameCommands;
import io.shoal.runtime.command.NameCommands.PublishRequest;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.StatusCommands;
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
import io.shoal.runtime.command.StoreCommands.Sharing;
import io.shoal.runtime.control.ControlRequests.OfReference;
import io.shoal.runtime.control.ControlRequests.ReferenceWithin;
import io.shoal.runtime.json.JsonException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ControlJsonTest {

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
          List.of(new StatusCommands.BanEntry("host", "h", "why", 25, 26)),
          new AccessEntry("allow-list", 25),
          new StatusCommands.CheckEntry(25, 26, 27, 28, 29, -1, 31),
          List.of("advice"));

  private static final String STATUS_TEXT =
      "{\"peerId\":\"peer\",\"version\":\"1\",\"uptimeMillis\":2,"
          + "\"endpoints\":[\"tcps://a:1\",\"tcp://b:2\"],\"discoveries\":[{\"plugin\":\"dht\","
          + "\"endpoint\":\"c:3\",\"reachablePeers\":4,\"announcedKeys\":5,\"overdueKeys\":6,"
          + "\"lagMillis\":7,\"details\":{\"nodes\":\"8\"}},{\"plugin\":\"other\","
          + "\"endpoint\":null,\"reachablePeers\":0,\"announcedKeys\":0,\"overdueKeys\":0,"
          + "\"lagMillis\":0,\"details\":{}}],\"store\":{\"chunks\":9,\"ownedBytes\":10,"
          + "\"adoptedBytes\":11,\"quotaBytes\":9223372036854775807,\"availableBytes\":12},"
          + "\"transfers\":[{\"root\":\"root\",\"name\":\"a \\\"name\\\" – ü\",\"sizeBytes\":-1,"
          + "\"doneBytes\":14,\"bytesPerSecond\":15,\"peers\":16,\"state\":\"waits\"}],"
          + "\"uploads\":{\"sentBytes\":17,\"bytesPerSecond\":18,\"activeRequests\":19,"
          + "\"waitingRequests\":20,\"peers\":21},\"names\":{\"published\":22,\"waiting\":23,"
          + "\"kept\":24},\"bans\":[{\"kind\":\"host\",\"subject\":\"h\",\"reason\":\"why\","
          + "\"leftMillis\":25,\"times\":26}],\"access\":{\"mode\":\"allow-list\","
          + "\"turnedAway\":25},\"check\":{\"endedMillis\":25,\"chunks\":26,\"bytes\":27,"
          + "\"corrupt\":28,\"missing\":29,\"runningBytes\":-1,\"nextMillis\":31},"
          + "\"advice\":[\"advice\"]}";

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

  private static final Duration SECONDS = Duration.ofMillis(1_500);

  /// The form of each record that programs rely on.
  @Test
  void theNamesAndTheirOrderStay() throws InvalidInputException {
    var reference = Reference.parse("shoal:" + CID + "?name=a%20b");
    var get =
        new GetRequest(
            reference,
            Optional.of(Path.of("/a/b c")),
            Path.of("/a"),
            List.of(PeerAddress.parse("tcps://127.0.0.1:4600")),
            Optional.of(SECONDS),
            true,
            false,
            true,
            false,
            Optional.of(1L << 40),
            true);
    var publish =
        new PublishRequest(
            Optional.of("n"), reference, Optional.empty(), Optional.empty(), Duration.ofDays(3));

    assertEquals(
        "{\"reference\":\"shoal:"
            + CID
            + "?name=a%20b\",\"target\":\"/a/b c\",\"folder\":\"/a\","
            + "\"peers\":[\"tcps://127.0.0.1:4600\"],\"timeout\":\"PT1.5S\",\"keep\":true,"
            + "\"sync\":false,\"replace\":true,\"privately\":false,"
            + "\"maxSizeBytes\":1099511627776,\"noPreserve\":true}",
        text(get));
    assertEquals(
        "{\"name\":\"n\",\"reference\":\"shoal:"
            + CID
            + "?name=a%20b\",\"lifetime\":null,\"note\":null,\"timeout\":\"PT72H\"}",
        text(publish));
    assertEquals(
        "{\"reference\":\"" + CID + "\",\"sharing\":\"PRIVATE\"}",
        text(new ControlRequests.Share(Reference.parse(CID), Sharing.PRIVATE)));
    assertEquals("{}", text(new ControlRequests.Nothing()));
    assertEquals(
        "{\"url\":\"http://127.0.0.1:1\",\"token\":\"t\",\"pid\":2}",
        text(new ControlFile("http://127.0.0.1:1", "t", 2)));
    assertEquals(
        "{\"kind\":\"NOT_FOUND\",\"message\":\"m\"}",
        text(new CommandFailure(CommandFailure.Kind.NOT_FOUND, "m")));
    assertEquals(
        "{\"address\":\"a\",\"peerId\":null,\"reach\":\"UNCHECKED\",\"have\":\"unknown\","
            + "\"detail\":\"why\"}",
        text(PROVIDERS.getLast()));
    assertEquals(
        "{\"peerId\":\"id\",\"address\":\"a\",\"connected\":true,\"agent\":\"agent\","
            + "\"roundTripMillis\":1,\"receivedBytes\":2,\"sentBytes\":3,\"failures\":4,"
            + "\"score\":5,\"banned\":\"lied\"}",
        text(PEERS.getFirst()));
    assertEquals(STATUS_TEXT, text(STATUS));
  }

  @Test
  void anAnswerIsReadAsItWasWritten() {
    assertReadAsWritten(List.of(STATUS));
    assertReadAsWritten(PEERS);
    assertReadAsWritten(PLUGINS);
    assertReadAsWritten(ROOTS);
    assertReadAsWritten(List.of(new FolderEntry("c", "ü", 1, "file")));
    assertReadAsWritten(STATS);
    assertReadAsWritten(PROVIDERS);
    assertReadAsWritten(List.of(new Collected(1, 2, 3, 4)));
    assertReadAsWritten(List.of(ScriptedNode.FETCHED));
    assertReadAsWritten(
        Stream.of(CommandFailure.Kind.values())
            .map(kind -> new CommandFailure(kind, "a \"cause\""))
            .toList());
    assertReadAsWritten(List.of(new ControlFile("http://127.0.0.1:1", "t", 2)));
  }

  private static <T> void assertReadAsWritten(List<T> values) {
    @SuppressWarnings("unchecked")
    var type = (Class<T>) values.getFirst().getClass();

    assertEquals(values, ControlJson.answers(ControlJson.write(values), type));
    for (T value : values) {
      assertEquals(value, ControlJson.answer(ControlJson.write(value), type));
    }
  }

  @Test
  void aRequestIsReadAsItWasWritten() throws InvalidInputException {
    for (String text :
        List.of(
            CID,
            "shoal:" + CID + "?name=a%20%22name%22%5C%20%E2%80%93%20%C3%BC%0A",
            "sha256:" + "0a".repeat(32),
            "shoal:k/12D3KooWM317HgQrUAFpa3d1knxvj91oKeeXas4Urn6zaJDBWgrH/n%22%C3%BC")) {
      var request = new ReferenceWithin(Reference.parse(text), 7);

      assertEquals(
          "{\"reference\":\"" + request.reference().text() + "\",\"timeoutMillis\":7}",
          text(request));
      assertEquals(request, ControlJson.request(ControlJson.write(request), ReferenceWithin.class));
    }
  }

  @Test
  void aRefusedTextKeepsItsMessage() {
    assertEquals(
        "not a content id: 'nonsense': its first character 'n' names no known base",
        refused("{\"reference\":\"nonsense\"}", OfReference.class));
    assertEquals(
        "not a duration such as PT1M30S: '5'",
        refused("{\"reference\":\"" + CID + "\",\"timeout\":\"5\"}", PublishRequest.class));
    assertEquals("folder is missing", refused("{}", ControlRequests.OfFolder.class));
    assertEquals("unknown fields: [a]", refused("{\"a\":1}", ControlRequests.Nothing.class));
  }

  private static String refused(String json, Class<?> type) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    return assertThrows(JsonException.class, () -> ControlJson.request(bytes, type)).getMessage();
  }

  @Test
  void anyOtherAnswerIsRefused() {
    for (String json :
        List.of(
            "",
            "[",
            "{",
            "[]",
            "{}",
            "7",
            "{\"url\":1}",
            "{\"kind\":\"NEW\",\"message\":\"m\"}",
            "[".repeat(40))) {
      byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
      assertThrows(JsonException.class, () -> ControlJson.answer(bytes, ControlFile.class), json);
      assertThrows(
          JsonException.class, () -> ControlJson.answer(bytes, CommandFailure.class), json);
    }
  }

  private static String text(Object value) {
    return new String(ControlJson.write(value), StandardCharsets.UTF_8);
  }
}
