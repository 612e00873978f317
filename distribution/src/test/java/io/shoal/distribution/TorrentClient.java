package io.shoal.distribution;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A BitTorrent client of Debian that finds others by its DHT alone, from one node of it. Seeds
/// what lies complete in its folder, and downloads the rest.
sealed interface TorrentClient extends AutoCloseable {

  /// Which they are, and where they run.
  enum Kind {
    LIBTORRENT("python3-libtorrent", "10.99.0.31", 6881, 6881),
    TRANSMISSION("transmission-daemon", "10.99.0.32", 51413, 51413),
    ARIA2("aria2", "10.99.0.33", 6881, 6882);

    /// Debian's.
    final String packageName;

    final String address;
    final int dhtPort;

    /// Where it takes connections, and what it announces.
    final int peerPort;

    Kind(String packageName, String address, int dhtPort, int peerPort) {
      this.packageName = packageName;
      this.address = address;
      this.dhtPort = dhtPort;
      this.peerPort = peerPort;
    }

    String dhtEndpoint() {
      return address + ":" + dhtPort;
    }

    String peerEndpoint() {
      return address + ":" + peerPort;
    }

    /// A command that works only where it is installed.
    List<String> check() {
      return switch (this) {
        case LIBTORRENT -> List.of("/usr/bin/python3", "-c", "import libtorrent");
        case TRANSMISSION -> List.of("transmission-daemon", "--version");
        case ARIA2 -> List.of("aria2c", "--version");
      };
    }
  }

  /// Its log of peers that it learned of; for messages when nothing comes.
  String log();

  /// Whether its DHT brought peers of a torrent.
  boolean learnedPeersOf(String name) throws IOException;

  /// Looks for peers again, and announces again, if it has a command for that.
  default void announceAgain() throws IOException {}

  @Override
  void close();

  /// libtorrent, in a small program of ours.
  final class Libtorrent implements TorrentClient {
    private static final Path PROGRAM =
        Path.of(System.getProperty("shoal.sources"))
            .resolve("distribution/src/test/clients/libtorrent_session.py");

    private final Process process;
    private final Path err;

    Libtorrent(PrivateNetwork network, Path home, String node, Path files, List<Torrent> torrents)
        throws IOException {
      Files.createDirectories(home);
      err = home.resolve("err");
      process =
          new ProcessBuilder(
                  network.inside(
                      List.of(
                          "/usr/bin/python3",
                          PROGRAM.toString(),
                          Kind.LIBTORRENT.address,
                          Integer.toString(Kind.LIBTORRENT.dhtPort))))
              .redirectError(err.toFile())
              .start();
      ask("node", node, "6881");
      for (Torrent torrent : torrents) {
        ask("torrent", torrent.file().toString(), files.toString());
      }
    }

    /// Has a command carried out.
    JsonNode ask(String... words) throws IOException {
      Writer in = process.outputWriter();
      in.write(String.join("\t", words) + "\n");
      in.flush();
      BufferedReader out = process.inputReader();
      String answer =
          Optional.ofNullable(out.readLine())
              .orElseThrow(() -> new IOException("the libtorrent session ended: " + log()));
      return JsonMapper.shared().readTree(answer);
    }

    @Override
    public boolean learnedPeersOf(String name) throws IOException {
      return ask("status").get("fromDht").path(name).asInt(0) > 0;
    }

    @Override
    public void announceAgain() throws IOException {
      ask("announce");
    }

    @Override
    public String log() {
      try {
        return Files.readString(err);
      } catch (IOException e) {
        return e.toString();
      }
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  /// The daemon. It ignores nodes on loopback, and does nothing before it knows nine of them.
  final class Transmission implements TorrentClient {
    private final ShoalProcess process;

    Transmission(PrivateNetwork network, Path home, String node, Path files, List<Torrent> torrents)
        throws IOException {
      Path folder = Files.createDirectories(home.resolve("config"));
      Path watched = Files.createDirectories(home.resolve("torrents"));
      Kind kind = Kind.TRANSMISSION;
      Files.writeString(
          folder.resolve("settings.json"),
          """
          {"bind-address-ipv4": "%s", "bind-address-ipv6": "::1",
           "peer-port": %d, "peer-port-random-on-start": false,
           "dht-enabled": true, "lpd-enabled": false, "pex-enabled": false, "utp-enabled": false,
           "port-forwarding-enabled": false, "encryption": 0, "rpc-enabled": false,
           "download-dir": "%s", "incomplete-dir-enabled": false, "rename-partial-files": true,
           "watch-dir": "%s", "watch-dir-enabled": true, "start-added-torrents": true}
          """
              .formatted(kind.address, kind.peerPort, files, watched));
      Files.writeString(folder.resolve("dht.bootstrap"), node + " 6881\n");
      for (Torrent torrent : torrents) {
        Files.copy(
            torrent.file(),
            watched.resolve(torrent.file().getFileName()),
            StandardCopyOption.REPLACE_EXISTING);
      }
      process =
          network.start(
              home,
              Map.of("LC_ALL", "C.UTF-8"),
              List.of("transmission-daemon", "-f", "--log-debug", "-g", folder.toString()));
    }

    @Override
    public boolean learnedPeersOf(String name) {
      return log().lines().anyMatch(line -> line.contains(name + " Learned"));
    }

    @Override
    public String log() {
      return process.out() + process.err();
    }

    @Override
    public void close() {
      process.close();
    }
  }

  /// The download program, kept alive by a magnet link without peers.
  final class Aria2 implements TorrentClient {
    private static final String STALLED = "magnet:?xt=urn:btih:" + "ab".repeat(20);

    private final ShoalProcess process;
    private final Path log;

    Aria2(PrivateNetwork network, Path home, String node, Path files, List<Torrent> torrents)
        throws IOException {
      Files.createDirectories(home);
      log = home.resolve("log");
      Kind kind = Kind.ARIA2;
      List<String> command = new ArrayList<>();
      command.addAll(
          List.of(
              "aria2c",
              "--no-conf",
              "--enable-dht=true",
              "--dht-listen-port=" + kind.dhtPort,
              "--listen-port=" + kind.peerPort,
              "--dht-listen-addr=" + kind.address,
              "--interface=" + kind.address,
              "--dht-entry-point=" + node + ":6881",
              "--dht-file-path=" + home.resolve("dht.dat"),
              "--enable-dht6=false",
              "--disable-ipv6=true",
              "--async-dns=false",
              "--bt-enable-lpd=false",
              "--enable-peer-exchange=false",
              "--follow-torrent=mem",
              "--seed-ratio=0.0",
              "--check-integrity=true",
              "--max-concurrent-downloads=20",
              "--summary-interval=0",
              "--log-level=info",
              "--log=" + log,
              "--force-sequential=true",
              "--dir=" + files,
              STALLED));
      torrents.forEach(torrent -> command.add(torrent.file().toString()));
      process = network.start(home, Map.of(), command);
    }

    /// It does not say of which torrent.
    @Override
    public boolean learnedPeersOf(String name) {
      return log()
          .lines()
          .anyMatch(
              line -> line.contains("response get_peers") && line.matches(".*values=[1-9].*"));
    }

    @Override
    public String log() {
      try {
        return Files.exists(log) ? Files.readString(log) : process.out();
      } catch (IOException e) {
        return e.toString();
      }
    }

    @Override
    public void close() {
      process.close();
    }
  }
}
