package io.shoal.runtime;

import io.shoal.api.InvalidConfigException;
import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerId;
import io.shoal.runtime.access.AccessSettings;
import io.shoal.runtime.access.SharedSecret;
import io.shoal.runtime.config.ConfigSection;
import io.shoal.runtime.plugin.inspection.PluginIds;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// What the runtime itself reads from a [Configuration].
///
/// @param active which plugins are used
/// @param plugins how plugins are loaded
/// @param tls whether peers must encrypt and prove who they are
/// @param access who may take part
/// @param announce what is told to others
/// @param limits what the node may use
/// @param digests what is computed while the node is idle
/// @param verify how often and how fast the store is checked
/// @param control where the control API listens
/// @param logLevel `error` to `trace`
public record NodeSettings(
    Active active,
    Plugins plugins,
    Tls tls,
    AccessSettings access,
    Announce announce,
    Limits limits,
    Digests digests,
    Verify verify,
    Control control,
    String logLevel) {

  private static final Set<String> LOG_LEVELS = Set.of("error", "warn", "info", "debug", "trace");

  /// The ids of the plugins to use. What is empty is not set: then every installed plugin of the
  /// kind is used, for the kinds that have only one, if only one is installed.
  ///
  /// @param storage the one that keeps chunks
  /// @param verification the one that names new content
  /// @param discovery those that find peers; an empty list for none
  /// @param transport those that carry chunks; an empty list for none
  public record Active(
      Optional<String> storage,
      Optional<String> verification,
      Optional<List<String>> discovery,
      Optional<List<String>> transport) {}

  /// How plugins are loaded.
  ///
  /// @param startTimeout how long one may take to start
  /// @param stopTimeout how long one may take to stop
  /// @param allow SHA-256 digests of the artifacts that may be loaded, hex in lower case
  /// @param publishers public keys of those whose signed artifacts may be loaded, as in a PEM file;
  ///   with both lists empty everything may
  /// @param configured the ids that have a section of their own
  public record Plugins(
      Duration startTimeout,
      Duration stopTimeout,
      Set<String> allow,
      List<String> publishers,
      Set<String> configured) {}

  /// Whether peers must encrypt and prove who they are.
  public enum Tls {
    REQUIRED,
    OFF
  }

  /// What is told to others.
  public enum Announce {
    ROOTS,
    ALL,
    NONE
  }

  /// What a node may use. Rates are bytes a second, [Long#MAX_VALUE] for no limit.
  ///
  /// @param uploadBytesPerSecond to all peers together
  /// @param downloadBytesPerSecond from all peers together
  /// @param uploadPerPeerBytesPerSecond to one peer
  /// @param downloadPerPeerBytesPerSecond from one peer
  /// @param memoryBytes for chunks on their way
  /// @param connections inbound and outbound together
  /// @param openFiles files and sockets that the process may have open
  record Limits(
      long uploadBytesPerSecond,
      long downloadBytesPerSecond,
      long uploadPerPeerBytesPerSecond,
      long downloadPerPeerBytesPerSecond,
      long memoryBytes,
      int connections,
      int openFiles) {

    /// The slowest rate that may be set: below it a chunk of 2 MiB takes longer than any peer
    /// waits.
    static final long MIN_BYTES_PER_SECOND = 16 * 1024;

    /// Below this, not even four peers can have a chunk of 2 MiB each on its way in both
    /// directions.
    static final long MIN_MEMORY_BYTES = 16L << 20;

    static final long DEFAULT_MEMORY_BYTES = 128L << 20;

    static final int DEFAULT_CONNECTIONS = 200;

    /// A process has 1,048,576 file descriptors at most on common systems; a tenth is more than one
    /// machine serves.
    static final int MAX_CONNECTIONS = 100_000;

    /// What common systems allow a process at most; a process that is allowed less keeps to that.
    static final int DEFAULT_OPEN_FILES = 1_048_576;

    /// What a node that rests has open.
    static final int MIN_OPEN_FILES = 64;

    private static Limits read(ConfigSection root) throws InvalidConfigException {
      return new Limits(
          rate(root, "limits.upload"),
          rate(root, "limits.download"),
          rate(root, "limits.uploadPerPeer"),
          rate(root, "limits.downloadPerPeer"),
          root.sizeBytes("limits.memory", MIN_MEMORY_BYTES, Long.MAX_VALUE, DEFAULT_MEMORY_BYTES),
          (int) root.number("limits.connections", 1, MAX_CONNECTIONS, DEFAULT_CONNECTIONS),
          (int)
              root.number(
                  "limits.openFiles", MIN_OPEN_FILES, Integer.MAX_VALUE, DEFAULT_OPEN_FILES));
    }

    private static long rate(ConfigSection root, String key) throws InvalidConfigException {
      return root.bytesPerSecond(key, MIN_BYTES_PER_SECOND, Long.MAX_VALUE);
    }
  }

  /// What is computed while the node is idle.
  ///
  /// @param whenIdle whether whole-file digests are
  /// @param bytesPerSecond how fast files are read for them
  record Digests(boolean whenIdle, long bytesPerSecond) {

    /// Slow enough that a disk has time for others, fast enough for some terabytes in a day.
    static final long DEFAULT_BYTES_PER_SECOND = 50_000_000;

    private static Digests read(ConfigSection root) throws InvalidConfigException {
      return new Digests(
          root.flag("digests.whenIdle", true),
          root.bytesPerSecond(
              "digests.rate", Limits.MIN_BYTES_PER_SECOND, DEFAULT_BYTES_PER_SECOND));
    }
  }

  /// How a running node checks its store.
  ///
  /// @param interval from the end of a check to the begin of the next one; empty for never
  /// @param bytesPerSecond how fast chunks are read for it
  public record Verify(Optional<Duration> interval, long bytesPerSecond) {

    /// Bit rot is rare: a disk of some terabytes has about one error a year. A month is soon enough
    /// for others to still have a good copy.
    static final Duration DEFAULT_INTERVAL = Duration.ofDays(30);

    /// Shorter ones would check without end.
    static final Duration MIN_INTERVAL = Duration.ofMinutes(1);

    static final Duration MAX_INTERVAL = Duration.ofDays(3650);

    /// A tenth of what a slow disk gives: 50 TB in a month.
    static final long DEFAULT_BYTES_PER_SECOND = 20_000_000;

    private static Verify read(ConfigSection root) throws InvalidConfigException {
      boolean never = Set.of("off", "0").contains(root.text("verify.interval", "30d"));
      Duration interval =
          never
              ? DEFAULT_INTERVAL
              : root.duration("verify.interval", MIN_INTERVAL, MAX_INTERVAL, DEFAULT_INTERVAL);
      return new Verify(
          never ? Optional.empty() : Optional.of(interval),
          root.bytesPerSecond(
              "verify.rate", Limits.MIN_BYTES_PER_SECOND, DEFAULT_BYTES_PER_SECOND));
    }
  }

  /// Where the control API listens.
  ///
  /// @param enabled whether it does
  /// @param host a loopback address
  /// @param port 0 lets the system choose
  record Control(boolean enabled, String host, int port) {

    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "::1", "localhost");

    private static Control read(ConfigSection root) throws InvalidConfigException {
      boolean enabled = root.flag("control.enabled", true);
      String listen = root.text("control.listen", "127.0.0.1:0");
      int colon = listen.lastIndexOf(':');
      String host = colon < 0 ? "" : listen.substring(0, colon).replaceAll("[\\[\\]]", "");
      String port = colon < 0 ? "" : listen.substring(colon + 1);
      // The token travels in the clear: it must not leave the machine.
      if (!LOOPBACK.contains(host)
          || !port.matches("\\d{1,5}")
          || Integer.parseInt(port) > 65_535) {
        throw root.wrong(
            "control.listen",
            "'" + listen + "'",
            "a loopback address and a port, such as 127.0.0.1:0");
      }
      return new Control(enabled, host, Integer.parseInt(port));
    }

    InetSocketAddress address() {
      return new InetSocketAddress(host, port);
    }
  }

  static NodeSettings read(ConfigSection root) throws InvalidConfigException {
    AccessSettings access = access(root);
    NodeSettings settings =
        new NodeSettings(
            active(root),
            plugins(root),
            Tls.valueOf(upper(root.oneOf("tls", Set.of("required", "off"), "required"))),
            access,
            announce(root, access.mode()),
            Limits.read(root),
            Digests.read(root),
            Verify.read(root),
            Control.read(root),
            root.oneOf("log.level", LOG_LEVELS, "info"));
    root.refuseUnknown();
    return settings;
  }

  private static String upper(String word) {
    return word.toUpperCase(Locale.ROOT);
  }

  private static AccessSettings access(ConfigSection root) throws InvalidConfigException {
    String mode = root.oneOf("access", Set.of("open", "allow-list", "shared-secret"), "open");
    Set<PeerId> peers = new HashSet<>();
    for (String text : root.texts("accessList", List.of())) {
      try {
        peers.add(PeerId.parse(text));
      } catch (InvalidInputException e) {
        throw root.wrong("accessList", String.valueOf(e.getMessage()), "peer ids: 12D3Koo…");
      }
    }
    Optional<Path> file = Optional.empty();
    Optional<String> path = root.text("accessSecretFile");
    if (path.isPresent()) {
      file = Optional.of(secretFile(root, path.get()));
    }
    Optional<byte[]> secret =
        root.text("accessSecret").map(text -> text.getBytes(StandardCharsets.UTF_8));
    if (secret.isPresent() && !SharedSecret.isAllowed(secret.get().length)) {
      throw root.wrong(
          "accessSecret",
          secret.get().length + " bytes long",
          SharedSecret.MIN_SIZE_BYTES + " to " + SharedSecret.MAX_SIZE_BYTES + " bytes");
    }
    return new AccessSettings(
        AccessSettings.Mode.valueOf(upper(mode.replace('-', '_'))),
        peers,
        file,
        secret.map(SharedSecret::of));
  }

  private static Path secretFile(ConfigSection root, String text) throws InvalidConfigException {
    try {
      Path file = Path.of(text);
      if (file.isAbsolute()) {
        return file;
      }
    } catch (InvalidPathException e) {
      // said below
    }
    throw root.wrong("accessSecretFile", "'" + text + "'", "an absolute path");
  }

  private static Announce announce(ConfigSection root, AccessSettings.Mode access)
      throws InvalidConfigException {
    // Who may connect is known to each other: nobody else needs to find them.
    String whenAbsent = access == AccessSettings.Mode.ALLOW_LIST ? "none" : "roots";
    return Announce.valueOf(
        upper(root.oneOf("announce", Set.of("roots", "all", "none"), whenAbsent)));
  }

  private static Active active(ConfigSection root) throws InvalidConfigException {
    return new Active(
        root.text("active.storage"),
        root.text("active.verification"),
        ids(root, "active.discovery"),
        ids(root, "active.transport"));
  }

  private static Optional<List<String>> ids(ConfigSection root, String key)
      throws InvalidConfigException {
    List<String> ids = root.texts(key, List.of());
    if (new HashSet<>(ids).size() < ids.size()) {
      throw root.wrong(key, String.join(", ", ids), "every plugin once");
    }
    return root.isSet(key) ? Optional.of(ids) : Optional.empty();
  }

  private static Plugins plugins(ConfigSection root) throws InvalidConfigException {
    ConfigSection section = root.section("plugins");
    Duration longest = Duration.ofHours(1);
    Duration start =
        section.duration("startTimeout", Duration.ofMillis(10), longest, Duration.ofSeconds(30));
    Duration stop =
        section.duration("stopTimeout", Duration.ofMillis(10), longest, Duration.ofSeconds(10));
    List<String> allow = section.texts("allow", List.of());
    for (String digest : allow) {
      if (!digest.matches("[0-9a-fA-F]{64}")) {
        throw section.wrong("allow", "'" + digest + "'", "SHA-256 digests, 64 hex digits each");
      }
    }
    List<String> publishers = section.texts("publishers", List.of());
    Set<String> configured = section.sections();
    for (String id : configured) {
      if (!PluginIds.isValid(id)) {
        throw section.wrong(id, "no plugin id", PluginIds.RULE);
      }
      section.section(id);
    }
    section.refuseUnknown();
    return new Plugins(
        start,
        stop,
        Set.copyOf(allow.stream().map(digest -> digest.toLowerCase(Locale.ROOT)).toList()),
        publishers,
        configured);
  }
}
