package io.shoal.runtime.plugin.install;

import io.shoal.api.InvalidConfigException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.PackageCommands.Activated;
import io.shoal.runtime.config.ConfigTree;
import io.shoal.runtime.config.ListEdit;
import io.shoal.runtime.config.YamlTree;
import io.shoal.runtime.file.AtomicFiles;
import io.shoal.runtime.file.PrivateFile;
import io.shoal.runtime.plugin.inspection.ExtensionKind;
import io.shoal.runtime.plugin.inspection.FoundPlugin;
import io.shoal.runtime.plugin.inspection.PluginCatalog;
import io.shoal.runtime.plugin.inspection.PluginProblem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Makes plugins active and inactive in a configuration file, where everything else stays as it is,
/// comments included.
final class Activation {

  private static final String SECTION = "active";

  /// Of these a node uses one.
  private static final Set<ExtensionKind> SINGLE =
      EnumSet.of(ExtensionKind.STORAGE, ExtensionKind.VERIFICATION);

  private final PluginCatalog catalog;
  private final Path file;
  private final Map<String, List<String>> before;

  /// @param catalog of what is installed
  /// @param file the configuration
  Activation(PluginCatalog catalog, Path file) throws InvalidConfigException {
    this.catalog = catalog;
    this.file = file;
    this.before = flat(YamlTree.read(file));
  }

  /// @param instead whether it may take the place of the one that is active, of a kind of which one
  ///   is used
  Activated enable(String id, boolean instead)
      throws UserFaultException, NotFoundException, IOException {
    FoundPlugin plugin =
        catalog
            .find(id)
            .orElseThrow(
                () ->
                    new NotFoundException(
                        id + " is not installed: 'shoal plugins install " + id + "' does that"));
    if (plugin.usable().isEmpty()) {
      throw new UserFaultException(
          id + " cannot be used: " + plugin.problem().map(PluginProblem::message).orElse(""));
    }
    Map<ExtensionKind, List<String>> changes = new LinkedHashMap<>();
    List<ExtensionKind> refused = new ArrayList<>();
    for (ExtensionKind kind : ExtensionKind.values()) {
      Optional<List<String>> named = named(kind);
      // Where the key is not set, all that are installed are used.
      if (!plugin.provides(kind) || named.isEmpty() || named.get().contains(id)) {
        continue;
      }
      if (!SINGLE.contains(kind)) {
        changes.put(kind, with(named.get(), id));
      } else if (instead) {
        changes.put(kind, List.of(id));
      } else {
        refused.add(kind);
      }
    }
    if (changes.isEmpty() && !refused.isEmpty()) {
      throw needsPlace(id, refused.getFirst());
    }
    return written(id, changes);
  }

  private UserFaultException needsPlace(String id, ExtensionKind kind) {
    String now = named(kind).map(List::getFirst).orElse("");
    return new UserFaultException(
        kind == ExtensionKind.STORAGE
            ? "%s keeps the chunks, and a node has one store: 'shoal store copy %s %s' takes them along, then 'shoal plugins enable %s --instead'"
                .formatted(now, now, id, id)
            : "%s checks already, as all verifiers do, and new content is named by %s: 'shoal plugins enable %s --instead' changes that"
                .formatted(id, now, id));
  }

  Activated disable(String id) throws UserFaultException, NotFoundException, IOException {
    Optional<FoundPlugin> plugin = catalog.find(id);
    Map<ExtensionKind, List<String>> changes = new LinkedHashMap<>();
    boolean known = plugin.isPresent();
    for (ExtensionKind kind : ExtensionKind.values()) {
      Optional<List<String>> named = named(kind);
      boolean provides = plugin.filter(found -> found.provides(kind)).isPresent();
      if (named.filter(ids -> ids.contains(id)).isPresent()) {
        known = true;
        if (SINGLE.contains(kind)) {
          throw new UserFaultException(
              "%s is the one in active.%s, and a node needs one: 'shoal plugins enable ID --instead' names another"
                  .formatted(id, kind.word()));
        }
        changes.put(kind, without(named.get(), id));
      } else if (named.isEmpty() && provides && !SINGLE.contains(kind)) {
        List<String> all = catalog.providing(kind).stream().map(FoundPlugin::id).toList();
        changes.put(kind, without(all, id));
      }
    }
    if (!known) {
      throw new NotFoundException(id + " is not installed: see 'shoal plugins list'");
    }
    return written(id, changes);
  }

  private static List<String> with(List<String> ids, String id) {
    List<String> longer = new ArrayList<>(ids);
    longer.add(id);
    return longer;
  }

  private static List<String> without(List<String> ids, String id) {
    return ids.stream().filter(other -> !other.equals(id)).toList();
  }

  private Optional<List<String>> named(ExtensionKind kind) {
    return Optional.ofNullable(before.get(SECTION + "." + kind.word()))
        // A key with nothing behind it is not set.
        .filter(ids -> !ids.equals(List.of("")));
  }

  private Activated written(String id, Map<ExtensionKind, List<String>> changes)
      throws UserFaultException, IOException {
    Path target = file.toRealPath();
    String text = Files.readString(target);
    Map<String, List<String>> expected = new LinkedHashMap<>(before);
    List<String> keys = new ArrayList<>();
    for (Map.Entry<ExtensionKind, List<String>> change : changes.entrySet()) {
      String key = change.getKey().word();
      boolean list = !SINGLE.contains(change.getKey());
      text =
          new ListEdit(SECTION, key)
              .set(text, change.getValue(), list)
              .orElseThrow(() -> byHand(change.getKey(), change.getValue()));
      expected.put(SECTION + "." + key, change.getValue());
      keys.add(SECTION + "." + key);
      if (!readBack(text, target).equals(expected)) {
        throw byHand(change.getKey(), change.getValue());
      }
    }
    if (!changes.isEmpty()) {
      replace(target, text);
    }
    return new Activated(id, keys, file.toString());
  }

  private UserFaultException byHand(ExtensionKind kind, List<String> values) {
    return new UserFaultException(
        "%s: active.%s is written in a way that is changed by hand only: write [%s] there"
            .formatted(file, kind.word(), String.join(", ", values)));
  }

  private static Map<String, List<String>> readBack(String text, Path target) throws IOException {
    Path trial = Files.createTempFile(target.toAbsolutePath().getParent(), ".shoal", ".yaml");
    try {
      Files.writeString(trial, text);
      return flat(YamlTree.read(trial));
    } catch (InvalidConfigException e) {
      return Map.of();
    } finally {
      Files.delete(trial);
    }
  }

  private static void replace(Path target, String text) throws IOException {
    boolean rights = PrivateFile.supportsPermissions(target);
    Set<PosixFilePermission> before = rights ? Files.getPosixFilePermissions(target) : Set.of();
    AtomicFiles.replace(target, text.getBytes(StandardCharsets.UTF_8));
    if (rights) {
      Files.setPosixFilePermissions(target, before);
    }
  }

  /// Every key with its values, wherever in the file it is.
  private static Map<String, List<String>> flat(ConfigTree.Section root) {
    Map<String, List<String>> keys = new LinkedHashMap<>();
    collect("", root, keys);
    return keys;
  }

  private static void collect(
      String prefix, ConfigTree.Section section, Map<String, List<String>> keys) {
    section
        .children()
        .forEach(
            (key, value) -> {
              switch (value) {
                case ConfigTree.Section below -> collect(prefix + key + ".", below, keys);
                case ConfigTree.Listing listing -> keys.put(prefix + key, listing.values());
                case ConfigTree.Text one -> keys.put(prefix + key, List.of(one.value()));
              }
            });
  }
}
