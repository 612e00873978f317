package io.shoal.distribution.command;

import io.shoal.api.InvalidConfigException;
import io.shoal.distribution.launch.PackageFolder;
import io.shoal.runtime.Configuration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/// The options that every command has.
public final class CommonOptions {

  private static final String CONFIGURATION = "conf/shoal.yaml";

  /// The plugins that the short options are for.
  private static final String TRANSPORT = "transport-tcp";

  private static final String DISCOVERY = "discovery-kademlia";

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "the data folder (default: $SHOAL_HOME, else ~/.shoal)")
  public Optional<Path> data = Optional.empty();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "the configuration (default: conf/shoal.yaml of the package)")
  Optional<Path> config = Optional.empty();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "set one key of the configuration; repeatable")
  Map<String, String> set = new LinkedHashMap<>();

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "the address for peers; port 0 lets the system choose")
  Optional<String> listen = Optional.empty();

  @Option(
      names = "--dht",
      paramLabel = "HOST:PORT",
      description = "the address for the DHT; port 0 lets the system choose")
  Optional<String> dht = Optional.empty();

  @Option(
      names = "--bootstrap",
      paramLabel = "HOST:PORT",
      description = "a node of the DHT to start from, or 'mainline' for the public DHT; repeatable")
  List<String> bootstrap = new ArrayList<>();

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      description = "error, warn, info, debug or trace")
  Optional<String> logLevel = Optional.empty();

  @Option(
      names = "--wait",
      paramLabel = "TIME",
      description =
          "how long to wait while another command uses the data folder (default:"
              + " ${DEFAULT-VALUE})",
      defaultValue = "10m")
  Duration patience = Duration.ofMinutes(10);

  @Option(names = "--json", description = "print results as JSON, one object a line")
  public boolean json;

  @Option(
      names = {"-q", "--quiet"},
      description = "print results alone, without progress")
  public boolean quiet;

  /// The data folder, absolute.
  public Path dataFolder() {
    Path folder =
        data.or(() -> variable("SHOAL_HOME"))
            .orElseGet(
                // $HOME is what the user's shell takes '~' for; Java's own idea ignores it.
                () ->
                    variable("HOME")
                        .orElseGet(() -> Path.of(System.getProperty("user.home")))
                        .resolve(".shoal"));
    return PackageFolder.resolve(PackageFolder.current(), folder);
  }

  private static Optional<Path> variable(String name) {
    return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isEmpty()).map(Path::of);
  }

  /// The options as words of a command line, but for those that are in `given` already. Settings
  /// come first: those that are given win.
  public List<String> words(List<String> given) {
    List<String> words = new ArrayList<>();
    words.add("--data=" + dataFolder());
    config.ifPresent(file -> words.add("--config=" + PackageFolder.current().resolve(file)));
    listen.ifPresent(address -> words.add("--listen=" + address));
    dht.ifPresent(address -> words.add("--dht=" + address));
    bootstrap.forEach(node -> words.add("--bootstrap=" + node));
    logLevel.ifPresent(level -> words.add("--log-level=" + level));
    words.add("--wait=" + patience.toMillis() + "ms");
    if (json) {
      words.add("--json");
    }
    if (quiet && !given.contains("-q")) {
      words.add("--quiet");
    }
    words.removeIf(
        word -> {
          String name = word.replaceFirst("=.*", "");
          return given.stream().anyMatch(one -> one.equals(name) || one.startsWith(name + "="));
        });
    set.forEach((key, value) -> words.add("--set=" + key + "=" + value));
    return words;
  }

  /// The options given that would change what a command does, if they could still reach the node
  /// that does it.
  List<String> ofAnotherNode() {
    List<String> given = new ArrayList<>();
    config.ifPresent(_ -> given.add("--config"));
    set.keySet().forEach(key -> given.add("--set " + key));
    if (!bootstrap.isEmpty()) {
      given.add("--bootstrap");
    }
    return given;
  }

  /// The options given that say where a node listens: no command has another result for that.
  List<String> ofAddresses() {
    List<String> given = new ArrayList<>();
    listen.ifPresent(_ -> given.add("--listen"));
    dht.ifPresent(_ -> given.add("--dht"));
    return given;
  }

  /// The configuration file with the options over it.
  ///
  /// @param lasting whether the node stays; one that ends with its command answers no questions in
  ///   the DHT (BEP 43), since no node should remember it
  public Configuration configuration(boolean lasting) throws InvalidConfigException {
    Configuration configuration = base();
    if (!lasting) {
      configuration = configuration.with("plugins." + DISCOVERY + ".readOnly", "true");
    }
    for (Map.Entry<String, String> entry : settings().entrySet()) {
      configuration = configuration.with(entry.getKey(), entry.getValue());
    }
    requireUsed(configuration);
    return configuration;
  }

  /// The configuration file, whether it is there or not; empty where there is no package.
  public Optional<Path> configurationFile() {
    return config
        .map(file -> PackageFolder.current().resolve(file))
        .or(() -> PackageFolder.find().map(folder -> folder.resolve(CONFIGURATION)));
  }

  private Configuration base() throws InvalidConfigException {
    Optional<Path> file = configurationFile();
    return file.isPresent() && (config.isPresent() || Files.exists(file.get()))
        ? Configuration.load(file.get())
        : Configuration.defaults();
  }

  /// An option for a plugin that is not used would do nothing, and the user would not know.
  private void requireUsed(Configuration configuration) throws InvalidConfigException {
    if (listen.isPresent() && !configuration.usesTransport(TRANSPORT)) {
      throw unused("--listen", TRANSPORT, "active.transport");
    }
    if (!configuration.usesDiscovery(DISCOVERY)) {
      if (dht.isPresent()) {
        throw unused("--dht", DISCOVERY, "active.discovery");
      }
      if (!bootstrap.isEmpty()) {
        throw unused("--bootstrap", DISCOVERY, "active.discovery");
      }
    }
  }

  private static InvalidConfigException unused(String option, String plugin, String key) {
    return new InvalidConfigException(
        "%s is an option of %s, which %s does not name: leave it out, or add the plugin there"
            .formatted(option, plugin, key));
  }

  /// The short options stand for keys of the default plugins; `--set` comes last and wins.
  private Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    listen.ifPresent(value -> settings.put("plugins." + TRANSPORT + ".listen", value));
    dht.ifPresent(value -> settings.put("plugins." + DISCOVERY + ".listen", value));
    if (!bootstrap.isEmpty()) {
      settings.put("plugins." + DISCOVERY + ".bootstrap", "[" + String.join(", ", bootstrap) + "]");
    }
    logLevel.ifPresent(value -> settings.put("log.level", value));
    settings.putAll(set);
    return settings;
  }
}
