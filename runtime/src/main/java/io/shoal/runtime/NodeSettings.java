package io.shoal.runtime;

import io.shoal.api.InvalidConfigException;
import io.shoal.runtime.access.AccessSettings;
import io.shoal.runtime.config.ConfigSection;
import io.shoal.runtime.control.ControlSettings;
import io.shoal.runtime.discovery.AnnounceScope;
import io.shoal.runtime.maintenance.VerifySettings;
import io.shoal.runtime.plugin.ActiveSettings;
import io.shoal.runtime.plugin.inspection.PluginSettings;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// The settings that the runtime itself reads from a [Configuration].
///
/// @param active which plugins are used
/// @param plugins how plugins are loaded
/// @param tls whether peers must encrypt and prove their identity
/// @param plainSchemes schemes to use although they do not encrypt
/// @param access which peers may take part
/// @param announce what is announced
/// @param limits what the node may use
/// @param digests work for idle times
/// @param verify how often and how fast the store is checked
/// @param control where the control API listens
/// @param logLevel `error` to `trace`
record NodeSettings(
    ActiveSettings active,
    PluginSettings plugins,
    Tls tls,
    Set<String> plainSchemes,
    AccessSettings access,
    AnnounceScope announce,
    Limits limits,
    Digests digests,
    VerifySettings verify,
    ControlSettings control,
    String logLevel) {

  private static final Set<String> LOG_LEVELS = Set.of("error", "warn", "info", "debug", "trace");

  /// Whether peers must encrypt and prove their identity.
  enum Tls {
    REQUIRED,
    OFF
  }

  /// The resources that a node may use. Rates are bytes a second, [Long#MAX_VALUE] for no limit.
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

    /// Below this, not even four peers can have a chunk of 2 MiB each on its way in both
    /// directions.
    static final long MIN_MEMORY_BYTES = 16L << 20;

    static final long DEFAULT_MEMORY_BYTES = 128L << 20;

    static final int DEFAULT_CONNECTIONS = 200;

    /// A process has 1,048,576 file descriptors at most on common systems; a tenth is more than one
    /// machine serves.
    static final int MAX_CONNECTIONS = 100_000;

    /// The most that common systems allow a process; a process that is allowed less keeps to that.
    static final int DEFAULT_OPEN_FILES = 1_048_576;

    /// About as many as an idle node has open.
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
      return root.bytesPerSecond(key, Long.MAX_VALUE);
    }
  }

  /// Work for idle times.
  ///
  /// @param whenIdle whether whole-file digests are
  /// @param bytesPerSecond how fast files are read for them
  record Digests(boolean whenIdle, long bytesPerSecond) {

    /// Slow enough that a disk has time for other work, fast enough for some terabytes in a day.
    static final long DEFAULT_BYTES_PER_SECOND = 50_000_000;

    private static Digests read(ConfigSection root) throws InvalidConfigException {
      return new Digests(
          root.flag("digests.whenIdle", true),
          root.bytesPerSecond("digests.rate", DEFAULT_BYTES_PER_SECOND));
    }
  }

  boolean tlsRequired() {
    return tls == Tls.REQUIRED;
  }

  static NodeSettings read(ConfigSection root) throws InvalidConfigException {
    AccessSettings access = AccessSettings.read(root);
    NodeSettings settings =
        new NodeSettings(
            ActiveSettings.read(root),
            PluginSettings.read(root),
            Tls.valueOf(upper(root.oneOf("tls", Set.of("required", "off"), "required"))),
            plainSchemes(root),
            access,
            announce(root, access.mode()),
            Limits.read(root),
            Digests.read(root),
            VerifySettings.read(root),
            ControlSettings.read(root),
            root.oneOf("log.level", LOG_LEVELS, "info"));
    root.refuseUnknown();
    return settings;
  }

  private static Set<String> plainSchemes(ConfigSection root) throws InvalidConfigException {
    List<String> names = root.texts("transport.plain", List.of());
    for (String name : names) {
      if (!name.matches("[a-z][a-z0-9+.-]{0,15}")) {
        throw root.wrong(
            "transport.plain", "'" + name + "'", "names of schemes, such as http, without ://");
      }
    }
    return Set.copyOf(names);
  }

  private static String upper(String word) {
    return word.toUpperCase(Locale.ROOT);
  }

  private static AnnounceScope announce(ConfigSection root, AccessSettings.Mode access)
      throws InvalidConfigException {
    // Listed peers know each other's addresses: no other peer needs to find them.
    String whenAbsent = access == AccessSettings.Mode.ALLOW_LIST ? "none" : "roots";
    return AnnounceScope.valueOf(
        upper(root.oneOf("announce", Set.of("roots", "all", "none"), whenAbsent)));
  }
}
