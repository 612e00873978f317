package io.shoal.runtime.plugin.inspection;

import io.shoal.api.UserFaultException;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All plugins in the folders, inspected without loading a class of theirs.
public final class PluginCatalog implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PluginCatalog.class);

  private final PluginPlaces places;
  private final Path copyFolder;
  private final PluginCopies copies;
  private final boolean copied;
  private final PluginApproval approval;
  private final GrantedModules granted;
  private final String apiVersion;
  private final List<FoundPlugin> found = new ArrayList<>();

  /// Of each candidate, as it was before it was read.
  private final Map<Path, FileState> states = new LinkedHashMap<>();

  /// @param copyFolder where copies of plugins are made while they are used; whatever else is in it
  ///   goes
  /// @param copied whether to use a copy of each, since whoever installs another version while the
  ///   node runs replaces the file under it
  public PluginCatalog(
      PluginPlaces places,
      Path copyFolder,
      boolean copied,
      PluginApproval approval,
      GrantedModules granted,
      String apiVersion) {
    this.places = places;
    this.copyFolder = copyFolder;
    this.copies = new PluginCopies(copyFolder);
    this.copied = copied;
    this.approval = approval;
    this.granted = granted;
    this.apiVersion = apiVersion;
  }

  /// Inspects everything, once.
  public void scan() throws IOException {
    copies.sweep();
    Set<Path> seen = new LinkedHashSet<>();
    for (Path folder : places.folders()) {
      for (Path candidate : PluginArtifact.candidates(folder)) {
        // Two of the folders may be the same one.
        if (seen.add(candidate.toRealPath())) {
          states.put(candidate, FileState.of(candidate));
          found.add(inspect(candidate));
        }
      }
    }
    refuseDuplicates();
    checkDependencies();
    refuseThoseWithoutUse();
    found.addAll(misplaced());
  }

  /// A start needs none of them, and goes on where a folder cannot be read.
  private List<FoundPlugin> misplaced() {
    MisplacedFiles files = new MisplacedFiles(folderNames(), granted.layer());
    List<FoundPlugin> misplaced = new ArrayList<>();
    try {
      for (Path folder : places.folders()) {
        misplaced.addAll(MisplacedFiles.in(folder));
      }
      for (Path folder : places.mistaken()) {
        if (!places.folders().contains(folder)) {
          misplaced.addAll(files.outside(folder));
        }
      }
    } catch (IOException e) {
      LOG.debug("files in wrong places were not all looked for", e);
    }
    return misplaced;
  }

  /// A plugin may be there for others alone; one without an extension that none depends on was
  /// built wrongly, which its author sees nowhere else.
  private void refuseThoseWithoutUse() {
    Set<String> needed =
        found.stream()
            .flatMap(plugin -> plugin.usable().stream())
            .flatMap(plugin -> plugin.descriptor().getDependencies().stream())
            .map(PluginDependency::getPluginId)
            .collect(Collectors.toSet());
    for (FoundPlugin plugin : found) {
      plugin
          .usable()
          .filter(usable -> usable.extensions().isEmpty() && !needed.contains(usable.id()))
          .ifPresent(
              usable ->
                  plugin.fail(
                      new PluginProblem(
                          Reason.NO_EXTENSION,
                          usable.modules().isEmpty()
                              ? "it has no extension: its author has to mark a class with @Extension,"
                                  + " and to list it in META-INF/extensions.idx"
                              : "it has no extension: its module-info has no line such as 'provides"
                                  + " io.shoal.api.Verifier with …': report it to its author")));
    }
  }

  /// What became of files since they were looked at: those that came, that were changed, and that
  /// are gone. The node uses what was there at its start.
  public List<PluginReport> news() throws IOException {
    List<PluginReport> news = new ArrayList<>();
    Map<Path, FileState> left = new LinkedHashMap<>(states);
    for (Path folder : places.folders()) {
      for (Path candidate : PluginArtifact.candidates(folder)) {
        Optional<FileState> before = Optional.ofNullable(left.remove(candidate));
        if (before.isEmpty() && !states.containsKey(candidate)) {
          news.add(
              unused(candidate, "it came after the start of the node: restart it to use this"));
        } else if (before.isPresent() && !before.get().equals(FileState.of(candidate))) {
          news.add(
              unused(
                  candidate,
                  "it was changed after the start of the node, which goes on with what it was:"
                      + " restart it to use this"));
        }
      }
    }
    left.keySet()
        .forEach(
            gone ->
                news.add(
                    unused(
                        gone,
                        "it was removed after the start of the node, which goes on with it until it"
                            + " is restarted")));
    Set<String> named = found.stream().map(FoundPlugin::place).collect(Collectors.toSet());
    misplaced().stream()
        .filter(plugin -> !named.contains(plugin.place()))
        .forEach(plugin -> news.add(plugin.report()));
    return news;
  }

  private static PluginReport unused(Path location, String message) {
    FoundPlugin plugin = FoundPlugin.at(location);
    plugin.fail(new PluginProblem(Reason.CHANGED, message));
    return plugin.report();
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
      return new Taken(
          copied ? copyOf(location) : PluginArtifact.inPlace(location), Optional.empty());
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

  private PluginArtifact copyOf(Path location) throws UnusablePluginException, IOException {
    PluginArtifact inPlace = PluginArtifact.inPlace(location);
    try {
      return copies.unhashed(inPlace);
    } catch (IOException e) {
      // A full disk, where a node must start so that room can be made.
      LOG.debug("{} is used where it is", location, e);
      return inPlace;
    }
  }

  /// Of several files of one plugin the one is used that was installed last: an update that was
  /// interrupted leaves two. Where no record says so, none is used.
  private void refuseDuplicates() throws IOException {
    Map<String, List<FoundPlugin>> byId =
        found.stream()
            .collect(
                Collectors.groupingBy(FoundPlugin::id, LinkedHashMap::new, Collectors.toList()));
    List<List<FoundPlugin>> repeated =
        byId.values().stream().filter(same -> same.size() > 1).toList();
    PluginLock lock = repeated.isEmpty() ? PluginLock.EMPTY : recorded();
    for (List<FoundPlugin> same : repeated) {
      List<FoundPlugin> installed =
          same.stream().filter(plugin -> isRecorded(plugin, lock)).toList();
      Optional<FoundPlugin> used =
          installed.size() == 1 ? Optional.of(installed.getFirst()) : Optional.empty();
      String places = same.stream().map(FoundPlugin::place).collect(Collectors.joining(" and "));
      // Without a record none is used: which code runs must not depend on the order of a folder.
      PluginProblem problem =
          new PluginProblem(
              Reason.DUPLICATE,
              used.map(
                      plugin ->
                          "it is there more than once, and "
                              + plugin.place()
                              + " is the one that was installed: remove this one")
                  .orElse("it is there more than once, in " + places + ": remove all but one"));
      same.stream()
          .filter(plugin -> used.filter(one -> one == plugin).isEmpty())
          .forEach(plugin -> plugin.fail(problem));
    }
  }

  private static boolean isRecorded(FoundPlugin plugin, PluginLock lock) {
    return lock.find(plugin.id()).filter(entry -> plugin.isFile(entry.file())).isPresent();
  }

  private PluginLock recorded() throws IOException {
    if (places.lock().isEmpty()) {
      return PluginLock.EMPTY;
    }
    try {
      return PluginLock.read(places.lock().get());
    } catch (UserFaultException e) {
      LOG.warn("{}", e.getMessage());
      return PluginLock.EMPTY;
    }
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

  /// The plugin of an id, usable or not. Of several files the one that is used.
  public Optional<FoundPlugin> find(String id) {
    List<FoundPlugin> same = found.stream().filter(plugin -> plugin.id().equals(id)).toList();
    return same.stream()
        .filter(
            plugin -> plugin.problem().filter(why -> why.reason() == Reason.DUPLICATE).isEmpty())
        .findFirst()
        .or(() -> same.stream().findFirst());
  }

  /// The plugins that can be used for a kind.
  public List<FoundPlugin> providing(ExtensionKind kind) {
    return found.stream().filter(plugin -> plugin.provides(kind)).toList();
  }

  /// The folders, for messages.
  public String folderNames() {
    return places.folders().stream().map(Path::toString).collect(Collectors.joining(" or "));
  }

  /// A folder that exists, for PF4J.
  public Path anyFolder() {
    return places.folders().stream().filter(Files::isDirectory).findFirst().orElse(copyFolder);
  }

  /// Removes the copies: no plugin of it is used any more.
  @Override
  public void close() throws IOException {
    copies.close();
  }
}
