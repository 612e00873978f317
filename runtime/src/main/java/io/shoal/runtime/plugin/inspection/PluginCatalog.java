package io.shoal.runtime.plugin.inspection;

import io.shoal.runtime.plugin.inspection.PluginProblem.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.pf4j.DefaultVersionManager;
import org.pf4j.PluginDependency;
import org.pf4j.PluginDescriptor;

/// All plugins in the folders, inspected without loading a class of theirs.
public final class PluginCatalog implements AutoCloseable {

  private final List<Path> folders;
  private final Path copyFolder;
  private final PluginCopies copies;
  private final PluginApproval approval;
  private final GrantedModules granted;
  private final String apiVersion;
  private final List<FoundPlugin> found = new ArrayList<>();

  /// @param folders with plugins; those that do not exist hold none
  /// @param copyFolder where copies of plugins are made while they are used; whatever else is in it
  ///   goes
  public PluginCatalog(
      List<Path> folders,
      Path copyFolder,
      PluginApproval approval,
      GrantedModules granted,
      String apiVersion) {
    this.folders = List.copyOf(folders);
    this.copyFolder = copyFolder;
    this.copies = new PluginCopies(copyFolder);
    this.approval = approval;
    this.granted = granted;
    this.apiVersion = apiVersion;
  }

  /// Inspects everything, once.
  public void scan() throws IOException {
    copies.sweep();
    Set<Path> seen = new LinkedHashSet<>();
    for (Path folder : folders) {
      for (Path candidate : PluginArtifact.candidates(folder)) {
        // Two of the folders may be the same one.
        if (seen.add(candidate.toRealPath())) {
          found.add(inspect(candidate));
        }
      }
    }
    refuseDuplicates();
    checkDependencies();
  }

  private FoundPlugin inspect(Path location) {
    FoundPlugin plugin = FoundPlugin.at(location);
    try {
      Taken taken = take(location);
      PluginDescriptor descriptor = InspectedPlugin.describe(taken.artifact());
      plugin.name(descriptor.getPluginId(), String.valueOf(descriptor.getVersion()));
      if (taken.refusal().isPresent()) {
        throw taken.refusal().get();
      }
      if (approval.isNeeded()) {
        for (Path jar : taken.artifact().jars()) {
          PluginCopies.requireSelfContained(jar);
        }
      }
      plugin.inspected(InspectedPlugin.inspect(descriptor, taken.artifact(), granted, apiVersion));
    } catch (UnusablePluginException e) {
      plugin.fail(e);
    } catch (IOException e) {
      plugin.fail(
          new UnusablePluginException(
              Reason.UNREADABLE, "it cannot be read: " + e + ": get it again or remove it", e));
    }
    return plugin;
  }

  /// A plugin's files, and why they may not be loaded, if so: its id is read all the same.
  private record Taken(PluginArtifact artifact, Optional<UnusablePluginException> refusal) {}

  private Taken take(Path location) throws UnusablePluginException, IOException {
    boolean zip = PluginArtifact.isZip(location);
    if (!zip && !approval.isNeeded()) {
      return new Taken(PluginArtifact.inPlace(location), Optional.empty());
    }
    PluginCopies.Copy copy =
        Files.isDirectory(location) ? copies.folder(location) : copies.file(location);
    Optional<UnusablePluginException> refusal = Optional.empty();
    try {
      approval.check(copy.sha256(), location);
    } catch (UnusablePluginException e) {
      if (zip) {
        // Its id is inside, and nothing is unpacked that may not be loaded.
        throw e;
      }
      refusal = Optional.of(e);
    }
    Path root = zip ? copies.unpacked(copy.path()) : copy.path();
    return new Taken(PluginArtifact.at(location, root), refusal);
  }

  private void refuseDuplicates() {
    Map<String, List<FoundPlugin>> byId =
        found.stream()
            .collect(
                Collectors.groupingBy(FoundPlugin::id, LinkedHashMap::new, Collectors.toList()));
    byId.values().stream()
        .filter(same -> same.size() > 1)
        .forEach(
            same -> {
              String places =
                  same.stream().map(FoundPlugin::place).collect(Collectors.joining(" and "));
              // None is used: which code runs must not depend on the order of a folder.
              PluginProblem problem =
                  new PluginProblem(
                      Reason.DUPLICATE,
                      "it is there more than once, in " + places + ": remove all but one");
              same.forEach(plugin -> plugin.fail(problem));
            });
  }

  private void checkDependencies() {
    // A plugin that proves unusable makes those unusable that depend on it.
    boolean changed = true;
    while (changed) {
      changed = false;
      for (FoundPlugin plugin : found) {
        Optional<InspectedPlugin> usable = plugin.usable();
        if (usable.isEmpty()) {
          continue;
        }
        try {
          List<InspectedPlugin> dependencies = dependencies(usable.get());
          refuseCycle(usable.get(), usable.get(), new LinkedHashSet<>());
          usable.get().checkRequires(granted, dependencies);
        } catch (UnusablePluginException e) {
          plugin.fail(e);
          changed = true;
        }
      }
    }
  }

  /// The plugins that a plugin depends on; optional ones that cannot be used are left out.
  ///
  /// @throws UnusablePluginException one is missing or has the wrong version
  public List<InspectedPlugin> dependencies(InspectedPlugin plugin) throws UnusablePluginException {
    List<InspectedPlugin> dependencies = new ArrayList<>();
    for (PluginDependency dependency : plugin.descriptor().getDependencies()) {
      Optional<InspectedPlugin> other =
          find(dependency.getPluginId())
              .flatMap(FoundPlugin::usable)
              .filter(candidate -> fits(candidate, dependency));
      if (other.isEmpty() && !dependency.isOptional()) {
        throw new UnusablePluginException(
            Reason.MISSING_DEPENDENCY,
            "it depends on "
                + named(dependency)
                + ", which is missing, unusable or of another version: add it to "
                + folderNames());
      }
      other.ifPresent(dependencies::add);
    }
    return dependencies;
  }

  private static String named(PluginDependency dependency) {
    String versions = String.valueOf(dependency.getPluginVersionSupport());
    return dependency.getPluginId() + (versions.equals("*") ? "" : " (version " + versions + ")");
  }

  private static boolean fits(InspectedPlugin candidate, PluginDependency dependency) {
    return new DefaultVersionManager()
        .checkVersionConstraint(
            candidate.descriptor().getVersion(), dependency.getPluginVersionSupport());
  }

  private void refuseCycle(InspectedPlugin start, InspectedPlugin at, Set<String> passed)
      throws UnusablePluginException {
    if (!passed.add(at.id())) {
      return;
    }
    for (InspectedPlugin next : dependencies(at)) {
      if (next.id().equals(start.id())) {
        throw new UnusablePluginException(
            Reason.MISSING_DEPENDENCY,
            "it depends on itself through "
                + String.join(", ", passed)
                + ": report it to its author");
      }
      refuseCycle(start, next, passed);
    }
  }

  /// Everything, in the order in which it was found.
  public List<FoundPlugin> all() {
    return List.copyOf(found);
  }

  /// The plugin of an id, usable or not.
  public Optional<FoundPlugin> find(String id) {
    return found.stream().filter(plugin -> plugin.id().equals(id)).findFirst();
  }

  /// The plugins that can be used for a kind.
  public List<FoundPlugin> providing(ExtensionKind kind) {
    return found.stream().filter(plugin -> plugin.provides(kind)).toList();
  }

  /// The folders, for messages.
  public String folderNames() {
    return folders.stream().map(Path::toString).collect(Collectors.joining(" or "));
  }

  /// A folder that exists, for PF4J.
  public Path anyFolder() {
    return folders.stream().filter(Files::isDirectory).findFirst().orElse(copyFolder);
  }

  /// Removes the copies: no plugin of it is used any more.
  @Override
  public void close() throws IOException {
    copies.close();
  }
}
