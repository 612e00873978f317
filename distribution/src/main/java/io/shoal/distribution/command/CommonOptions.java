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

  /// Whether an option was given that matters only when a node starts.
  boolean configures() {
    return config.isPresent()
        || !set.isEmpty()
        || listen.isPresent()
        || dht.isPresent()
        || !bootstrap.isEmpty();
  }

  /// The configuration file with the options over it.
  ///
  /// @param lasting whether the node stays; one that ends with its command answers no questions in
  ///   the DHT (BEP 43), since no node should remember it
  Configuration configuration(boolean lasting) throws InvalidConfigException {
    Configuration configuration = base();
    if (!lasting) {
      configuration = configuration.with("plugins.discovery-kademlia.readOnly", "true");
    }
    for (Map.Entry<String, String> entry : settings().entrySet()) {
      configuration = configuration.with(entry.getKey(), entry.getValue());
    }
    return configuration;
  }

  private Configuration base() throws InvalidConfigException {
    if (config.isPresent()) {
      return Configuration.load(PackageFolder.current().resolve(config.get()));
    }
    Optional<Path> packaged = PackageFolder.find().map(folder -> folder.resolve(CONFIGURATION));
    return packaged.isPresent() && Files.exists(packaged.get())
        ? Configuration.load(packaged.get())
        : Configuration.defaults();
  }

  /// The short options stand for keys of the default plugins; `--set` comes last and wins.
  private Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    listen.ifPresent(value -> settings.put("plugins.transport-tcp.listen", value));
    dht.ifPresent(value -> settings.put("plugins.discovery-kademlia.listen", value));
    if (!bootstrap.isEmpty()) {
      settings.put(
          "plugins.discovery-kademlia.bootstrap", "[" + String.join(", ", bootstrap) + "]");
    }
    logLevel.ifPresent(value -> settings.put("log.level", value));
    settings.putAll(set);
    return settings;
  }
}
