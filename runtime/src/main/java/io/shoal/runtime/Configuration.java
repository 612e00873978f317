package io.shoal.runtime;

import io.shoal.api.InvalidConfigException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.PackageCommands;
import io.shoal.runtime.config.ConfigSection;
import io.shoal.runtime.config.ConfigTree;
import io.shoal.runtime.config.YamlTree;
import io.shoal.runtime.plugin.PluginHost;
import io.shoal.runtime.plugin.inspection.GrantedModules;
import io.shoal.runtime.plugin.install.PackagePlugins;
import io.shoal.runtime.plugin.install.PluginInstaller;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The settings of a node: a YAML file, single keys set over it, and defaults for the rest.
/// Immutable.
///
/// Keys are written with dots (`limits.upload`), in a file also as sections. Sizes, rates and times
/// carry units, see [io.shoal.api.PluginConfig]. A key that nothing knows is an error that names
/// the nearest known one; the keys under `plugins.PLUGIN_ID` are checked by the plugin when it
/// starts.
public final class Configuration {

  private static final Configuration DEFAULTS = ofDefaults();

  private final ConfigTree.Section tree;
  private final String source;
  private final NodeSettings settings;

  private Configuration(ConfigTree.Section tree, String source) throws InvalidConfigException {
    this.tree = tree;
    this.source = source;
    this.settings = NodeSettings.read(root());
  }

  private static Configuration ofDefaults() {
    try {
      return new Configuration(ConfigTree.Section.EMPTY, "");
    } catch (InvalidConfigException e) {
      throw new AssertionError("nothing is set, so nothing can be wrong", e);
    }
  }

  /// Nothing set: every key has its default.
  public static Configuration defaults() {
    return DEFAULTS;
  }

  /// Reads a YAML file of at most 1 MiB.
  ///
  /// @throws InvalidConfigException the file cannot be read, or something in it is wrong; the
  ///   message names file, line and key
  public static Configuration load(Path file) throws InvalidConfigException {
    return new Configuration(YamlTree.read(file), file.toString());
  }

  /// The same settings with one changed, as `--set key=value` does.
  ///
  /// @param key with dots
  /// @param value as in a file; `[a, b]` is a list; empty for the default
  /// @throws InvalidConfigException nothing knows the key, or the value is wrong
  public Configuration with(String key, String value) throws InvalidConfigException {
    List<String> path = Arrays.asList(key.split("\\.", -1));
    if (path.stream().anyMatch(String::isBlank)) {
      throw new InvalidConfigException(
          "'" + key + "' is not a key: write words joined by dots, such as limits.upload");
    }
    return new Configuration(tree.with(path, parse(value.strip())), source);
  }

  private static ConfigTree parse(String value) {
    if (!value.startsWith("[") || !value.endsWith("]")) {
      return new ConfigTree.Text(value, ConfigTree.NO_LINE);
    }
    List<String> values =
        Arrays.stream(value.substring(1, value.length() - 1).split(","))
            .map(String::strip)
            .filter(text -> !text.isEmpty())
            .toList();
    return new ConfigTree.Listing(values, ConfigTree.NO_LINE);
  }

  /// How much is logged: `error`, `warn`, `info`, `debug` or `trace`.
  public String logLevel() {
    return settings.logLevel();
  }

  /// Whether only plugins that are listed, recorded or signed may be loaded.
  public boolean restrictsPlugins() {
    return settings.plugins().isRestricted();
  }

  /// Whether a discovery plugin is used if it is installed.
  public boolean usesDiscovery(String pluginId) {
    return settings.active().discovery().map(ids -> ids.contains(pluginId)).orElse(true);
  }

  /// Whether a transport plugin is used if it is installed.
  public boolean usesTransport(String pluginId) {
    return settings.active().transport().map(ids -> ids.contains(pluginId)).orElse(true);
  }

  /// The plugins of a package; these settings decide which may be installed and removed.
  ///
  /// @param folder into which the package was unpacked
  /// @throws UserFaultException the runtime is on the class path
  public PackageCommands pluginsOf(Path folder) throws UserFaultException {
    return new PluginInstaller(
        PackagePlugins.in(folder),
        settings.plugins(),
        settings.active().ids(),
        GrantedModules.of(PluginHost.requireLayer(Configuration.class.getModule())),
        PluginHost.apiVersion());
  }

  /// All that the runtime itself reads.
  NodeSettings settings() {
    return settings;
  }

  /// The section `plugins.PLUGIN_ID`. Each call records anew which keys were read.
  ConfigSection plugin(String pluginId) throws InvalidConfigException {
    return root().section("plugins").section(pluginId);
  }

  private ConfigSection root() {
    return new ConfigSection(
        "",
        tree,
        source,
        name -> Optional.ofNullable(System.getenv(name)).filter(v -> !v.isEmpty()));
  }

  @Override
  public String toString() {
    return source.isEmpty() ? "the default configuration" : source;
  }
}
