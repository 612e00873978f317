package io.shoal.runtime.plugin.install;

import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.PackageCommands.InstallRequest;
import io.shoal.runtime.plugin.inspection.FoundPlugin;
import io.shoal.runtime.plugin.inspection.PluginApproval;
import io.shoal.runtime.plugin.inspection.PluginCatalog;
import io.shoal.runtime.plugin.inspection.PluginLock;
import io.shoal.runtime.plugin.inspection.PluginProblem.Reason;
import io.shoal.runtime.plugin.inspection.PluginReport;
import io.shoal.runtime.plugin.inspection.PluginSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Makes a [Candidate] of what a user asks for.
final class CandidateReader {

  private final PackagePlugins at;
  private final PluginSettings settings;
  private final PluginScans scans;

  /// @param settings name the publishers whose signatures count
  CandidateReader(PackagePlugins at, PluginSettings settings, PluginScans scans) {
    this.at = at;
    this.settings = settings;
    this.scans = scans;
  }

  /// Brings what a user asks for, checks its digest, and reads its id and version.
  Candidate candidate(InstallRequest request, StagingFolder staging)
      throws ShoalException, IOException, InterruptedException {
    PluginSource source = PluginSource.of(request.source(), request.folder());
    Optional<PluginLock.Entry> extra = Optional.empty();
    if (source instanceof PluginSource.Extra wanted) {
      extra = PluginLock.read(at.extrasLock()).find(wanted.id());
    }
    Incoming incoming = new Incoming(at, staging, !settings.publishers().isEmpty());
    String name = request.source();
    Path staged = incoming.bring(source, extra, name);
    String sha256 = PluginScans.digest(staged);
    if (request.sha256().isPresent() && !request.sha256().get().equalsIgnoreCase(sha256)) {
      throw new UserFaultException(
          "%s is not installed: its SHA-256 is %s and not the one that was given: check where it comes from"
              .formatted(name, sha256));
    }
    if (extra.isPresent() && !extra.get().sha256().equals(sha256)) {
      throw new UserFaultException(
          "%s is not installed: its file in extras/ is not the one that came with the package: unpack the archive again"
              .formatted(name));
    }
    PluginReport report = firstLook(staged, staging, name);
    Path named = incoming.renamed(staged, fileName(report.id(), report.version(), sha256, staged));
    String publisher =
        extra.isPresent()
            ? PluginLock.Entry.PACKAGE
            : PluginApproval.of(settings, PluginLock.EMPTY)
                .publisherOf(sha256, named)
                .orElse(PluginLock.Entry.UNKNOWN);
    return new Candidate(
        report.id(),
        report.version(),
        PluginScans.kinds(report),
        named,
        sha256,
        publisher,
        incoming.source());
  }

  /// Reads what it is. One that lacks another plugin is read all the same: that may be installed.
  private PluginReport firstLook(Path staged, StagingFolder staging, String name)
      throws ShoalException, IOException {
    try (PluginCatalog catalog =
        scans.unapproved(Incoming.folder(staging), staging.folder("look"))) {
      FoundPlugin plugin =
          catalog.all().stream()
              .filter(found -> found.report().location().filter(staged::equals).isPresent())
              .findFirst()
              .orElseThrow(() -> new UserFaultException(name + " is no plugin: check the name"));
      if (plugin.problem().filter(why -> why.reason() != Reason.MISSING_DEPENDENCY).isPresent()) {
        throw PluginScans.refused(name, plugin.problem());
      }
      return plugin.report();
    }
  }

  private String fileName(String id, String version, String sha256, Path staged) {
    String name = id + "-" + version.replaceAll("[^A-Za-z0-9._+-]", "_");
    String end = Incoming.ending(staged);
    // No file is ever replaced by another: after a crash in between, a signature beside it would be
    // that of the other one.
    boolean taken =
        Files.exists(at.plugins().resolve(name + end))
            || Files.exists(at.plugins().resolve(name + end + Incoming.SIGNATURE));
    return taken ? name + "-" + sha256.substring(0, 12) + end : name + end;
  }
}
