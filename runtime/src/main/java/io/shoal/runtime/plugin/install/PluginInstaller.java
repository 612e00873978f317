package io.shoal.runtime.plugin.install;

import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.PackageCommands;
import io.shoal.runtime.command.PackageCommands.Activated;
import io.shoal.runtime.command.PackageCommands.InstallRequest;
import io.shoal.runtime.command.PackageCommands.InstalledPlugin;
import io.shoal.runtime.plugin.inspection.FoundPlugin;
import io.shoal.runtime.plugin.inspection.GrantedModules;
import io.shoal.runtime.plugin.inspection.InspectedPlugin;
import io.shoal.runtime.plugin.inspection.PluginCatalog;
import io.shoal.runtime.plugin.inspection.PluginLock;
import io.shoal.runtime.plugin.inspection.PluginProblem;
import io.shoal.runtime.plugin.inspection.PluginSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.pf4j.DefaultVersionManager;
import org.pf4j.PluginDependency;

/// Installs, updates and removes plugins. The record of what was installed is written when a file
/// is in its place: a node that finds two files of one plugin, after a crash in between, uses the
/// recorded one.
public final class PluginInstaller implements PackageCommands {

  /// Names of modules that belong to Java and to the node.
  private static final List<String> FOREIGN_MODULES =
      List.of("java.", "jdk.", "io.shoal.api", "io.shoal.runtime", "io.shoal.distribution");

  private final PackagePlugins at;
  private final Set<String> active;
  private final PluginScans scans;
  private final CandidateReader reader;

  /// @param settings decide which plugins may be installed
  /// @param active the ids that the configuration names
  /// @param apiVersion that plugins meet here
  public PluginInstaller(
      PackagePlugins at,
      PluginSettings settings,
      Set<String> active,
      GrantedModules granted,
      String apiVersion) {
    this.at = at;
    this.active = Set.copyOf(active);
    PluginSettings installing = settings.forInstalling();
    this.scans = new PluginScans(at, installing, granted, apiVersion);
    this.reader = new CandidateReader(at, installing, scans);
  }

  @Override
  public InstalledPlugin install(InstallRequest request)
      throws ShoalException, IOException, InterruptedException {
    try (StagingFolder staging = StagingFolder.open(at.plugins())) {
      Candidate candidate = reader.candidate(request, staging);
      List<FoundPlugin> present = present(candidate, staging);
      for (FoundPlugin one : present) {
        if (!PluginScans.digest(PluginScans.location(one)).equals(candidate.sha256())) {
          throw new UserFaultException(
              "%s is installed, in version %s: 'shoal plugins update' replaces it"
                  .formatted(candidate.id(), one.report().version()));
        }
      }
      return settled(candidate, present, staging);
    }
  }

  @Override
  public InstalledPlugin update(InstallRequest request)
      throws ShoalException, IOException, InterruptedException {
    try (StagingFolder staging = StagingFolder.open(at.plugins())) {
      Candidate candidate = reader.candidate(request, staging);
      List<FoundPlugin> present = present(candidate, staging);
      if (present.isEmpty()) {
        throw new UserFaultException(
            candidate.id() + " is not installed: 'shoal plugins install' does that");
      }
      for (FoundPlugin one : present) {
        String version = one.report().version();
        if (isOlder(candidate.version(), version)) {
          throw new UserFaultException(
              "%s %s is older than %s, which is installed: remove that first if you want it so"
                  .formatted(candidate.id(), candidate.version(), version));
        }
      }
      return settled(candidate, present, staging);
    }
  }

  private static boolean isOlder(String version, String than) {
    try {
      return new DefaultVersionManager().compareVersions(version, than) < 0;
    } catch (RuntimeException e) {
      // What is there has no version that can be read: whatever comes is better.
      return false;
    }
  }

  @Override
  public InstalledPlugin remove(String id) throws ShoalException, IOException {
    try (StagingFolder staging = StagingFolder.open(at.plugins());
        PluginCatalog catalog = scans.approved(staging, List.of(at.plugins()), at.lock())) {
      List<FoundPlugin> present =
          catalog.all().stream().filter(plugin -> plugin.id().equals(id)).toList();
      if (present.isEmpty()) {
        throw new NotFoundException(id + " is not installed: see 'shoal plugins list'");
      }
      if (active.contains(id)) {
        throw new UserFaultException(
            id + " is active: take it out of the configuration first ('shoal plugins disable')");
      }
      for (FoundPlugin other : catalog.all()) {
        if (other.usable().filter(plugin -> dependsOn(plugin, id)).isPresent()) {
          throw new UserFaultException(
              other.id() + " depends on " + id + ": remove " + other.id() + " first");
        }
      }
      PluginLock lock = PluginLock.read(at.lock());
      InstalledPlugin removed = PluginScans.described(present.getFirst(), lock.find(id));
      for (FoundPlugin one : present) {
        discard(staging, PluginScans.location(one));
      }
      staging.force();
      writeLock(lock.without(id));
      return removed;
    }
  }

  private static boolean dependsOn(InspectedPlugin plugin, String id) {
    return !plugin.id().equals(id)
        && plugin.descriptor().getDependencies().stream()
            .filter(dependency -> !dependency.isOptional())
            .map(PluginDependency::getPluginId)
            .anyMatch(id::equals);
  }

  @Override
  public Activated enable(String id, Path configuration, boolean instead)
      throws ShoalException, IOException {
    return changed(configuration, activation -> activation.enable(id, instead));
  }

  @Override
  public Activated disable(String id, Path configuration) throws ShoalException, IOException {
    return changed(configuration, activation -> activation.disable(id));
  }

  private interface Change {
    Activated of(Activation activation) throws ShoalException, IOException;
  }

  private Activated changed(Path configuration, Change change) throws ShoalException, IOException {
    Path scratch = Files.createTempDirectory("shoal-plugins");
    try (PluginCatalog catalog = scans.unapproved(at.plugins(), scratch.resolve("copies"))) {
      return change.of(new Activation(catalog, configuration));
    } finally {
      Files.deleteIfExists(scratch);
    }
  }

  @Override
  public List<InstalledPlugin> available() throws ShoalException, IOException {
    PluginLock lock = PluginLock.read(at.extrasLock());
    List<InstalledPlugin> available = new ArrayList<>();
    Path scratch = Files.createTempDirectory("shoal-extras");
    try (PluginCatalog extras = scans.unapproved(at.extras(), scratch.resolve("extras"));
        PluginCatalog installed = scans.unapproved(at.plugins(), scratch.resolve("plugins"))) {
      for (FoundPlugin extra : extras.all()) {
        if (installed.find(extra.id()).isEmpty()) {
          available.add(PluginScans.described(extra, lock.find(extra.id())));
        }
      }
    } finally {
      Files.deleteIfExists(scratch);
    }
    return available;
  }

  @Override
  public void record() throws ShoalException, IOException {
    record(at.plugins(), at.lock());
    record(at.extras(), at.extrasLock());
  }

  private void record(Path folder, Path file) throws ShoalException, IOException {
    PluginLock lock = PluginLock.EMPTY;
    Path scratch = Files.createTempDirectory("shoal-record");
    try (PluginCatalog catalog = scans.unapproved(folder, scratch.resolve("copies"))) {
      for (FoundPlugin plugin : catalog.all()) {
        Path location = PluginScans.location(plugin);
        if (plugin.usable().isEmpty()) {
          throw PluginScans.refused(location.toString(), plugin.problem());
        }
        lock =
            lock.with(
                new PluginLock.Entry(
                    plugin.id(),
                    plugin.report().version(),
                    PluginScans.digest(location),
                    String.valueOf(location.getFileName()),
                    PluginLock.Entry.PACKAGE));
      }
    } finally {
      Files.deleteIfExists(scratch);
    }
    lock.write(file);
  }

  /// What is installed of the same plugin, but for the file that it comes from.
  private List<FoundPlugin> present(Candidate candidate, StagingFolder staging)
      throws ShoalException, IOException {
    try (PluginCatalog catalog = scans.unapproved(at.plugins(), staging.folder("present"))) {
      List<FoundPlugin> present = new ArrayList<>();
      for (FoundPlugin plugin : catalog.all()) {
        if (plugin.id().equals(candidate.id())
            && !isSource(candidate, PluginScans.location(plugin))) {
          present.add(plugin);
        }
      }
      return present;
    }
  }

  private static boolean isSource(Candidate candidate, Path location) throws IOException {
    return candidate.source().isPresent() && Files.isSameFile(candidate.source().get(), location);
  }

  /// Records what is there already, or puts the candidate there.
  private InstalledPlugin settled(
      Candidate candidate, List<FoundPlugin> present, StagingFolder staging)
      throws ShoalException, IOException {
    if (present.size() == 1) {
      Path there = PluginScans.location(present.getFirst());
      if (PluginLock.takes(there) && PluginScans.digest(there).equals(candidate.sha256())) {
        return recorded(candidate, there, staging);
      }
    }
    return place(candidate, present, staging);
  }

  private InstalledPlugin recorded(Candidate candidate, Path there, StagingFolder staging)
      throws ShoalException, IOException {
    PluginLock lock =
        PluginLock.read(at.lock()).with(candidate.entry(String.valueOf(there.getFileName())));
    checkTogether(candidate, lock, staging);
    writeLock(lock);
    return candidate.installed(there, Optional.empty());
  }

  /// Checks the plugins as they will be, and makes them so.
  private InstalledPlugin place(
      Candidate candidate, List<FoundPlugin> present, StagingFolder staging)
      throws ShoalException, IOException {
    Path staged = candidate.staged();
    PluginLock lock =
        PluginLock.read(at.lock()).with(candidate.entry(String.valueOf(staged.getFileName())));
    checkTogether(candidate, lock, staging);
    Path location = at.plugins().resolve(staged.getFileName());
    Path signature = Incoming.signatureOf(staged);
    if (Files.exists(signature)) {
      staging.place(signature);
    }
    staging.place(staged);
    staging.force();
    writeLock(lock);
    for (FoundPlugin old : present) {
      discard(staging, PluginScans.location(old));
    }
    if (candidate.source().isPresent() && isInPlugins(candidate.source().get())) {
      discard(staging, candidate.source().get());
    }
    staging.force();
    return candidate.installed(
        location, present.stream().map(old -> old.report().version()).findFirst());
  }

  private boolean isInPlugins(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    return folder != null && Files.isSameFile(folder, at.plugins());
  }

  private void checkTogether(Candidate candidate, PluginLock lock, StagingFolder staging)
      throws ShoalException, IOException {
    Path newLock = staging.path().resolve("plugins.lock");
    lock.write(newLock);
    List<String> before;
    try (PluginCatalog catalog = scans.approved(staging, List.of(at.plugins()), at.lock())) {
      before = usable(catalog);
    }
    List<Path> folders = List.of(Incoming.folder(staging), at.plugins());
    try (PluginCatalog catalog = scans.approved(staging, folders, newLock)) {
      FoundPlugin plugin = catalog.find(candidate.id()).orElseThrow();
      InspectedPlugin usable =
          plugin.usable().orElseThrow(() -> PluginScans.refused(candidate.id(), plugin.problem()));
      for (String module : usable.modules().keySet()) {
        if (FOREIGN_MODULES.stream().anyMatch(module::startsWith)) {
          throw new UserFaultException(
              "%s is not installed: its module %s has the name of one of Java's or the node's: report it to its author"
                  .formatted(candidate.id(), module));
        }
      }
      for (Path jar : usable.artifact().jars()) {
        ArchiveLimits.DEFAULT.check(jar, candidate.id());
      }
      for (FoundPlugin other : catalog.all()) {
        if (other.usable().isEmpty()
            && before.contains(other.id())
            && !other.id().equals(candidate.id())) {
          throw new UserFaultException(
              "%s %s is not installed: with it, %s could not be used: %s"
                  .formatted(
                      candidate.id(),
                      candidate.version(),
                      other.id(),
                      other.problem().map(PluginProblem::message).orElse("")));
        }
      }
    }
  }

  private static List<String> usable(PluginCatalog catalog) {
    return catalog.all().stream()
        .filter(plugin -> plugin.usable().isPresent())
        .map(FoundPlugin::id)
        .toList();
  }

  private static void discard(StagingFolder staging, Path plugin) throws IOException {
    staging.discard(plugin);
    Path signature = Incoming.signatureOf(plugin);
    if (Files.exists(signature)) {
      staging.discard(signature);
    }
  }

  private void writeLock(PluginLock lock) throws IOException {
    Files.createDirectories(at.lock().toAbsolutePath().resolveSibling("."));
    lock.write(at.lock());
  }
}
