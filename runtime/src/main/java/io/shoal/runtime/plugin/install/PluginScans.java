package io.shoal.runtime.plugin.install;

import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.PackageCommands.InstalledPlugin;
import io.shoal.runtime.plugin.inspection.ExtensionKind;
import io.shoal.runtime.plugin.inspection.FoundPlugin;
import io.shoal.runtime.plugin.inspection.GrantedModules;
import io.shoal.runtime.plugin.inspection.PluginApproval;
import io.shoal.runtime.plugin.inspection.PluginCatalog;
import io.shoal.runtime.plugin.inspection.PluginDigest;
import io.shoal.runtime.plugin.inspection.PluginLock;
import io.shoal.runtime.plugin.inspection.PluginPlaces;
import io.shoal.runtime.plugin.inspection.PluginProblem;
import io.shoal.runtime.plugin.inspection.PluginReport;
import io.shoal.runtime.plugin.inspection.PluginSettings;
import io.shoal.runtime.plugin.inspection.UnusablePluginException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Reads the plugins in folders as a node does, and loads none.
final class PluginScans {

  private final PackagePlugins at;
  private final PluginSettings settings;
  private final GrantedModules granted;
  private final String apiVersion;

  PluginScans(
      PackagePlugins at, PluginSettings settings, GrantedModules granted, String apiVersion) {
    this.at = at;
    this.settings = settings;
    this.granted = granted;
    this.apiVersion = apiVersion;
  }

  /// Reads what nodes would find, in the way in which they decide.
  ///
  /// @param lock the record that is to hold
  PluginCatalog approved(StagingFolder staging, List<Path> folders, Path lock)
      throws ShoalException, IOException {
    return scanned(
        new PluginPlaces(folders, List.of(), Optional.of(lock)),
        Files.createTempDirectory(staging.path(), "scan"),
        PluginApproval.of(settings, Optional.of(lock)));
  }

  /// Reads what is there, whether it may be loaded or not.
  PluginCatalog unapproved(Path folder, Path copies) throws ShoalException, IOException {
    return scanned(
        new PluginPlaces(List.of(folder), List.of(), Optional.of(at.lock())),
        copies,
        PluginApproval.NONE);
  }

  private PluginCatalog scanned(PluginPlaces places, Path copies, PluginApproval approval)
      throws IOException {
    PluginCatalog catalog = new PluginCatalog(places, copies, false, approval, granted, apiVersion);
    boolean done = false;
    try {
      catalog.scan();
      done = true;
      return catalog;
    } finally {
      if (!done) {
        catalog.close();
      }
    }
  }

  /// The digest of a file or folder.
  static String digest(Path location) throws ShoalException, IOException {
    try {
      return PluginDigest.of(location);
    } catch (UnusablePluginException e) {
      throw new UserFaultException(location + ": " + e.getMessage(), e);
    }
  }

  /// The file or folder of a plugin that was found.
  static Path location(FoundPlugin plugin) {
    return plugin.report().location().orElseThrow();
  }

  /// The kinds of its extensions, as users write them.
  static List<String> kinds(PluginReport report) {
    return report.kinds().stream().sorted().map(ExtensionKind::word).toList();
  }

  /// What users see of a plugin.
  ///
  /// @param entry what is recorded of it
  static InstalledPlugin described(FoundPlugin plugin, Optional<PluginLock.Entry> entry) {
    PluginReport report = plugin.report();
    return new InstalledPlugin(
        plugin.id(),
        report.version(),
        kinds(report),
        entry.map(PluginLock.Entry::sha256).orElse(""),
        plugin.place(),
        entry.map(PluginLock.Entry::publisher).orElse(PluginLock.Entry.UNKNOWN),
        Optional.empty());
  }

  /// The refusal of a plugin.
  ///
  /// @param name as the user gave it
  static UserFaultException refused(String name, Optional<PluginProblem> problem) {
    return new UserFaultException(
        name
            + " is not installed: "
            + problem.map(PluginProblem::message).orElse("it cannot be used"));
  }
}
