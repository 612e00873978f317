package io.shoal.runtime.plugin.install;

import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.plugin.inspection.PluginLock;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.stream.Stream;

/// Brings a plugin into the staging folder, with the signature that is beside it, and checks that
/// its archives can be read without harm. What happens to the source afterwards changes nothing.
final class Incoming {

  /// Behind the name of a plugin's file or folder.
  static final String SIGNATURE = ".sig";

  private static final String JAR = ".jar";
  private static final String ZIP = ".zip";

  private final PackagePlugins at;
  private final StagingFolder staging;
  private final boolean signed;
  private Optional<Path> source = Optional.empty();

  /// @param signed whether to look for a signature at an address
  Incoming(PackagePlugins at, StagingFolder staging, boolean signed) {
    this.at = at;
    this.staging = staging;
    this.signed = signed;
  }

  /// The folder in which a plugin is while it is checked.
  static Path folder(StagingFolder staging) throws IOException {
    return staging.folder("incoming");
  }

  static Path signatureOf(Path plugin) {
    return plugin.resolveSibling(plugin.getFileName() + SIGNATURE);
  }

  /// The end of a name by which a node knows the form.
  static String ending(Path staged) {
    String name = String.valueOf(staged.getFileName());
    return name.endsWith(JAR) ? JAR : name.endsWith(ZIP) ? ZIP : "";
  }

  /// The file or folder that it was, if it was one.
  Optional<Path> source() {
    return source;
  }

  /// @param extra what is recorded of it, if it came with the package
  /// @param name as the user gave it, for messages
  /// @return the plugin in the staging folder, under a name that is not its own yet
  Path bring(PluginSource from, Optional<PluginLock.Entry> extra, String name)
      throws ShoalException, IOException, InterruptedException {
    Path staged =
        switch (from) {
          case PluginSource.Extra wanted ->
              copied(
                  extra
                      .map(entry -> at.extras().resolve(entry.file()))
                      .orElseThrow(() -> notAvailable(wanted.id())));
          case PluginSource.LocalFile file -> copied(file.path());
          case PluginSource.Remote remote -> fetched(remote.address());
        };
    return readable(staged, name);
  }

  private NotFoundException notAvailable(String id) {
    return new NotFoundException(
        "%s is not among the plugins in %s: see 'shoal plugins list', or give a file as ./%s"
            .formatted(id, at.extras(), id));
  }

  private Path copied(Path file) throws ShoalException, IOException {
    if (!Files.exists(file)) {
      throw new UserFaultException(file + ": there is no such file: check the path");
    }
    source = Optional.of(file);
    Path target = folder(staging).resolve("plugin");
    Path signature = signatureOf(file);
    if (Files.exists(signature)) {
      staging.copy(signature, signatureOf(target));
    }
    return staging.copy(file, target);
  }

  private Path fetched(URI address) throws ShoalException, IOException, InterruptedException {
    Path target = folder(staging).resolve("plugin");
    PluginDownload.DEFAULT.file(address, target);
    if (signed) {
      PluginDownload.SIGNATURE.fetch(URI.create(address + SIGNATURE), signatureOf(target));
    }
    return target;
  }

  /// Checks the archives, and names the plugin for what it is: names given elsewhere say nothing.
  private Path readable(Path staged, String name) throws ShoalException, IOException {
    if (Files.isDirectory(staged)) {
      Path lib = staged.resolve("lib");
      if (Files.isDirectory(lib)) {
        try (Stream<Path> jars = Files.list(lib)) {
          for (Path jar : jars.filter(file -> file.toString().endsWith(JAR)).toList()) {
            ArchiveLimits.DEFAULT.check(jar, name + "/lib/" + jar.getFileName());
          }
        }
      }
      return staged;
    }
    boolean zip = ArchiveLimits.DEFAULT.isZipOfJars(staged, name);
    ArchiveLimits.DEFAULT.check(staged, name);
    return renamed(staged, "plugin" + (zip ? ZIP : JAR));
  }

  /// Gives it another name in the staging folder, and its signature as well.
  Path renamed(Path staged, String name) throws IOException {
    Path named = staged.resolveSibling(name);
    if (Files.exists(signatureOf(staged))) {
      Files.move(signatureOf(staged), signatureOf(named), StandardCopyOption.ATOMIC_MOVE);
    }
    return Files.move(staged, named, StandardCopyOption.ATOMIC_MOVE);
  }
}
