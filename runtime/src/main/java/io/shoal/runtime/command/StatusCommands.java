package io.shoal.runtime.command;

import io.shoal.api.ShoalException;
import io.shoal.api.StoreUsage;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// The commands of a node that report how it is: status, peers, plugins, inspections. Failures and
/// threads as in [NodeCommands].
public interface StatusCommands {

  /// How the node is, and why a transfer that is stalled is stalled.
  NodeStatus status() throws ShoalException, IOException;

  /// The peers it knows, connected ones first.
  List<PeerEntry> peers() throws ShoalException, IOException;

  /// The plugins that were found, the unusable ones included.
  List<PluginEntry> plugins() throws ShoalException, IOException;

  /// The questions about the inside of the active plugins, by kind, in the order of the
  /// configuration; see [io.shoal.api.Inspection].
  List<InspectionEntry> inspections() throws ShoalException, IOException;

  /// Asks a plugin about its inside and reports each line as soon as it is known. Takes at most a
  /// minute.
  ///
  /// @throws io.shoal.api.InvalidInputException no active plugin knows the question, or its
  ///   arguments are wrong
  void inspect(InspectRequest request, Consumer<InspectionLine> each)
      throws ShoalException, IOException, InterruptedException;

  /// How the node is.
  ///
  /// @param peerId who it is
  /// @param version of the program
  /// @param uptimeMillis since it was ready
  /// @param endpoints where it accepts connections, each of the machine's own addresses where it
  ///   listens at all of them, those of the widest scope first; an IPv6 address that means
  ///   something on one link alone has its zone (`[fe80::1%eth0]`)
  /// @param discoveries how each discovery is
  /// @param store how full the store is
  /// @param transfers downloads and imports that run, with what they wait for
  /// @param uploads bytes and requests to peers
  /// @param names signed names that it keeps alive
  /// @param bans the last hundred in force, the newest first
  /// @param access which peers may take part
  /// @param check when the store was last checked, and what was found
  /// @param advice lines for the user: isolated, not reachable from outside, adopted files that
  ///   changed, announcements that are late
  record NodeStatus(
      String peerId,
      String version,
      long uptimeMillis,
      List<String> endpoints,
      List<DiscoveryEntry> discoveries,
      StoreUsage store,
      List<TransferEntry> transfers,
      UploadEntry uploads,
      NameCommands.NamesEntry names,
      List<BanEntry> bans,
      AccessEntry access,
      CheckEntry check,
      List<String> advice) {}

  /// How a discovery is; see [io.shoal.api.DiscoveryStatus].
  record DiscoveryEntry(
      String plugin,
      Optional<String> endpoint,
      int reachablePeers,
      long announcedKeys,
      long overdueKeys,
      long lagMillis,
      Map<String, String> details) {}

  /// A download that runs.
  ///
  /// @param root what
  /// @param name its name, if known
  /// @param sizeBytes its size, -1 if not known
  /// @param doneBytes verified bytes
  /// @param bytesPerSecond over the last seconds
  /// @param peers connected peers that have something of it
  /// @param state one line: `downloading`, or what it waits for and since when
  record TransferEntry(
      String root,
      String name,
      long sizeBytes,
      long doneBytes,
      long bytesPerSecond,
      int peers,
      String state) {}

  /// Uploads of this node.
  record UploadEntry(
      long sentBytes, long bytesPerSecond, int activeRequests, int waitingRequests, int peers) {}

  /// A ban in force.
  ///
  /// @param kind `identity` or `address`: banned; `host` or `network`: unknown peers from there are
  ///   not asked for anything
  /// @param subject a peer id, an address, a host or a prefix
  /// @param reason why
  /// @param leftMillis how long it lasts yet
  /// @param times how often in a row
  record BanEntry(String kind, String subject, String reason, long leftMillis, int times) {}

  /// Which peers may take part.
  ///
  /// @param mode `open`, `allow-list` or `shared-secret`
  /// @param turnedAway connections of other peers since the start
  record AccessEntry(String mode, long turnedAway) {}

  /// When the store was last checked, and what was found.
  ///
  /// @param endedMillis when the last check ended, in milliseconds since the epoch; 0 if none did
  /// @param chunks how many it read
  /// @param bytes how many bytes
  /// @param corrupt how many of the chunks had a copy that was corrupt or could not be read
  /// @param missing how many chunks of roots in the store were not here afterwards
  /// @param runningBytes what the scheduled check that runs has read so far, -1 if none runs
  /// @param nextMillis when the next one begins, in milliseconds since the epoch; 0 for never, or
  ///   if no node runs
  record CheckEntry(
      long endedMillis,
      long chunks,
      long bytes,
      long corrupt,
      long missing,
      long runningBytes,
      long nextMillis) {}

  /// A peer that is known.
  ///
  /// @param peerId who, if proven
  /// @param address where
  /// @param connected whether a connection is open
  /// @param agent its program
  /// @param roundTripMillis measured, -1 if not yet
  /// @param receivedBytes chunk bytes from it
  /// @param sentBytes chunk bytes to it
  /// @param failures since the last success
  /// @param score 0 to 100
  /// @param banned the reason and the end of its ban, if there is one
  record PeerEntry(
      Optional<String> peerId,
      String address,
      boolean connected,
      String agent,
      long roundTripMillis,
      long receivedBytes,
      long sentBytes,
      int failures,
      int score,
      Optional<String> banned) {}

  /// A plugin that was found.
  ///
  /// @param id its id
  /// @param kinds the kinds of its extensions: `storage`, `transport`, `discovery`, `verification`,
  ///   `observer`
  /// @param version its version
  /// @param location the jar or folder
  /// @param state `started`, `installed` (usable, not active), `failed`, or `available` (in the
  ///   package, not installed)
  /// @param active whether the configuration names it
  /// @param problem why it failed and what to do, if it did
  record PluginEntry(
      String id,
      List<String> kinds,
      String version,
      String location,
      String state,
      boolean active,
      Optional<String> problem) {}

  /// A question that a plugin answers.
  ///
  /// @param plugin which plugin answers
  /// @param name of the question
  /// @param arguments what goes after it, for the help
  /// @param description one line
  record InspectionEntry(String plugin, String name, String arguments, String description) {}

  /// A question to a discovery.
  ///
  /// @param question its name; where several discoveries have it the first is asked, and
  ///   `PLUGIN/NAME` asks a certain one
  /// @param arguments as the user typed them
  record InspectRequest(String question, List<String> arguments) {}

  /// A line of an answer.
  ///
  /// @param header whether a table begins here, with the names of its columns
  /// @param cells the names, or the cells of a row
  record InspectionLine(boolean header, List<String> cells) {}
}
