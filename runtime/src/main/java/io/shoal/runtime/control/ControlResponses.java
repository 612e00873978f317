package io.shoal.runtime.control;

import io.shoal.api.StoreUsage;
import io.shoal.runtime.command.ContentCommands.FoundProvider;
import io.shoal.runtime.command.ContentCommands.Reach;
import io.shoal.runtime.command.NameCommands.NamesEntry;
import io.shoal.runtime.command.StatusCommands.AccessEntry;
import io.shoal.runtime.command.StatusCommands.BanEntry;
import io.shoal.runtime.command.StatusCommands.CheckEntry;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// Reads the answers that small commands wait for. Does by hand what [ControlJson] does by
/// reflection, which takes longer to start than all the rest of such a command.
public final class ControlResponses {

  private static final JsonFactory JSON = JsonFactory.builder().build();

  private ControlResponses() {}

  /// @throws JacksonException it is not the JSON of such a value
  public static NodeStatus status(byte[] json) {
    JsonFields status = JsonFields.of(json, JSON);
    return new NodeStatus(
        status.text("peerId"),
        status.text("version"),
        status.number("uptimeMillis"),
        status.texts("endpoints"),
        status.each("discoveries", ControlResponses::discovery),
        store(status.fields("store")),
        status.each("transfers", ControlResponses::transfer),
        uploads(status.fields("uploads")),
        names(status.fields("names")),
        status.each("bans", ControlResponses::ban),
        access(status.fields("access")),
        check(status.fields("check")),
        status.texts("advice"));
  }

  private static BanEntry ban(JsonFields ban) {
    return new BanEntry(
        ban.text("kind"),
        ban.text("whom"),
        ban.text("reason"),
        ban.number("leftMillis"),
        ban.count("times"));
  }

  /// @throws JacksonException it is not the JSON of such a value
  static ControlFile file(byte[] json) {
    JsonFields file = JsonFields.of(json, JSON);
    return new ControlFile(file.text("url"), file.text("token"), file.number("pid"));
  }

  /// The entries of a JSON array, each as it was written; of any other value that value.
  ///
  /// @throws JacksonException it is not JSON
  public static List<byte[]> entries(byte[] json) {
    List<byte[]> entries = new ArrayList<>();
    try (JsonParser in = JSON.createParser(ObjectReadContext.empty(), json)) {
      JsonToken token = in.nextToken();
      if (token == JsonToken.START_ARRAY) {
        token = in.nextToken();
      }
      while (token != null && token != JsonToken.END_ARRAY) {
        int start = Math.toIntExact(in.currentTokenLocation().getByteOffset());
        in.skipChildren();
        int end = Math.toIntExact(in.currentLocation().getByteOffset());
        entries.add(Arrays.copyOfRange(json, start, end));
        token = in.nextToken();
      }
    }
    return entries;
  }

  /// @throws JacksonException it is not the JSON of such a value
  public static RootEntry root(byte[] json) {
    JsonFields root = JsonFields.of(json, JSON);
    return new RootEntry(
        root.text("root"),
        root.text("name"),
        root.number("sizeBytes"),
        root.text("kind"),
        root.text("kept"),
        root.text("note"),
        root.text("sharing"));
  }

  /// @throws JacksonException it is not the JSON of such a value
  public static PeerEntry peer(byte[] json) {
    JsonFields peer = JsonFields.of(json, JSON);
    return new PeerEntry(
        peer.optionalText("peerId"),
        peer.text("address"),
        peer.flag("connected"),
        peer.text("agent"),
        peer.number("roundTripMillis"),
        peer.number("receivedBytes"),
        peer.number("sentBytes"),
        peer.count("failures"),
        peer.count("score"),
        peer.optionalText("banned"));
  }

  /// @throws JacksonException it is not the JSON of such a value
  public static PluginEntry plugin(byte[] json) {
    JsonFields plugin = JsonFields.of(json, JSON);
    return new PluginEntry(
        plugin.text("id"),
        plugin.texts("kinds"),
        plugin.text("version"),
        plugin.text("location"),
        plugin.text("state"),
        plugin.flag("active"),
        plugin.optionalText("problem"));
  }

  /// @throws JacksonException it is not the JSON of such a value
  public static FolderEntry entry(byte[] json) {
    JsonFields entry = JsonFields.of(json, JSON);
    return new FolderEntry(
        entry.text("cid"), entry.text("name"), entry.number("sizeBytes"), entry.text("kind"));
  }

  /// @throws JacksonException it is not the JSON of such a value
  public static ContentStat stat(byte[] json) {
    JsonFields stat = JsonFields.of(json, JSON);
    return new ContentStat(
        stat.text("root"),
        stat.text("kind"),
        stat.optionalText("name"),
        stat.number("sizeBytes"),
        stat.number("chunks"),
        stat.number("chunksHere"),
        stat.flag("pinned"),
        stat.optionalText("sha256"),
        stat.flag("hearsay"),
        stat.optionalText("sharing"));
  }

  /// @throws JacksonException it is not the JSON of such a value
  public static FoundProvider provider(byte[] json) {
    JsonFields provider = JsonFields.of(json, JSON);
    return new FoundProvider(
        provider.text("address"),
        provider.optionalText("peerId"),
        provider.choice("reach", Reach.values()),
        provider.text("have"),
        provider.text("detail"));
  }

  /// @throws JacksonException it is not the JSON of such a value
  public static Collected collected(byte[] json) {
    JsonFields collected = JsonFields.of(json, JSON);
    return new Collected(
        collected.number("chunksRemoved"),
        collected.number("bytesRemoved"),
        collected.number("chunksKept"));
  }

  /// @throws JacksonException it is not the JSON of such a value
  static CommandFailure failure(byte[] json) {
    JsonFields failure = JsonFields.of(json, JSON);
    return new CommandFailure(
        failure.choice("kind", CommandFailure.Kind.values()), failure.text("message"));
  }

  private static DiscoveryEntry discovery(JsonFields discovery) {
    return new DiscoveryEntry(
        discovery.text("plugin"),
        discovery.optionalText("endpoint"),
        discovery.count("reachablePeers"),
        discovery.number("announcedKeys"),
        discovery.number("overdueKeys"),
        discovery.number("lagMillis"),
        discovery.fields("details").allTexts());
  }

  private static StoreUsage store(JsonFields store) {
    return new StoreUsage(
        store.number("chunks"),
        store.number("ownedBytes"),
        store.number("adoptedBytes"),
        store.number("quotaBytes"),
        store.number("availableBytes"));
  }

  private static TransferEntry transfer(JsonFields transfer) {
    return new TransferEntry(
        transfer.text("root"),
        transfer.text("name"),
        transfer.number("sizeBytes"),
        transfer.number("doneBytes"),
        transfer.number("bytesPerSecond"),
        transfer.count("peers"),
        transfer.text("state"));
  }

  private static NamesEntry names(JsonFields names) {
    return new NamesEntry(names.count("published"), names.count("waiting"), names.count("kept"));
  }

  private static AccessEntry access(JsonFields access) {
    return new AccessEntry(access.text("mode"), access.number("turnedAway"));
  }

  private static CheckEntry check(JsonFields check) {
    return new CheckEntry(
        check.number("endedMillis"),
        check.number("chunks"),
        check.number("bytes"),
        check.number("rotten"),
        check.number("missing"),
        check.number("runningBytes"),
        check.number("nextMillis"));
  }

  private static UploadEntry uploads(JsonFields uploads) {
    return new UploadEntry(
        uploads.number("sentBytes"),
        uploads.number("bytesPerSecond"),
        uploads.count("activeRequests"),
        uploads.count("waitingRequests"),
        uploads.count("peers"));
  }
}
