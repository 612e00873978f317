package io.shoal.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The cache that makes commands start at once. The package's own fits only as long as nobody
/// changes or copies its jars; where it does not, a node that stays makes another in its data
/// folder, which the launcher then prefers.
final class StartupCache {

  private static final Logger LOG = LoggerFactory.getLogger(StartupCache.class);

  /// Made by the launcher's word `train` in a few seconds; longer only on a machine that has other
  /// worries.
  private static final int MAX_SECONDS = 120;

  private StartupCache() {}

  /// Makes a cache in the background if this process found none that fits. Never fails: without
  /// one, commands only start slower.
  static void remake(Path dataFolder) {
    // The machine says "sharing" when it took a cache.
    boolean fits = System.getProperty("java.vm.info", "").contains("sharing");
    var launcher = PackageFolder.find().map(folder -> folder.resolve("bin/shoal"));
    if (!fits && launcher.isPresent() && Files.isExecutable(launcher.get())) {
      Thread.ofVirtual().name("start-up cache").start(() -> make(launcher.get(), dataFolder));
    }
  }

  private static void make(Path launcher, Path dataFolder) {
    Path folder = dataFolder.resolve("cache");
    Path unfinished = folder.resolve("shoal.aot.new");
    try {
      Files.createDirectories(folder);
      var builder = new ProcessBuilder(launcher.toString(), "train");
      builder.environment().put("SHOAL_AOT_OUTPUT", unfinished.toString());
      builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
      builder.redirectError(ProcessBuilder.Redirect.DISCARD);
      Process process = builder.start();
      try {
        if (process.waitFor(MAX_SECONDS, TimeUnit.SECONDS) && Files.exists(unfinished)) {
          Files.move(unfinished, folder.resolve("shoal.aot"), StandardCopyOption.ATOMIC_MOVE);
          LOG.info("made a start-up cache in {}: commands start faster now", folder);
        }
      } finally {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    } catch (IOException e) {
      LOG.debug("no start-up cache could be made", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
