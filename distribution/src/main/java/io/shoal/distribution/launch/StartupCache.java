package io.shoal.distribution.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The caches that make commands start at once. The package's own fit only as long as its jars are
/// neither changed nor copied; where they do not, a node that stays makes others in its data
/// folder, which the launcher then prefers.
public final class StartupCache {

  /// The subcommand that makes them.
  public static final String COMMAND = "caches";

  private static final Logger LOG = LoggerFactory.getLogger(StartupCache.class);

  /// Made by [CachesCommand] in some twenty seconds; far longer only on a machine that has other
  /// worries.
  private static final int MAX_SECONDS = 600;

  private StartupCache() {}

  /// Takes from others the right to change a cache: it is code, and the launcher uses none that
  /// they could change.
  public static void protect(Path cache) throws IOException {
    PrivateFolder.keepFromChanges(cache);
  }

  /// Makes them in the background, while this process lives, if this process found none that fits.
  /// Never fails: without one, commands only start slower.
  public static void remake(Path dataFolder) {
    // The machine says "sharing" when it took a cache.
    boolean fits = System.getProperty("java.vm.info", "").contains("sharing");
    // The launcher names the cache that it looked for, but for a run of which one is made.
    boolean wanted = !System.getProperty("shoal.cache", "").isEmpty();
    var launcher = PackageFolder.find().map(folder -> folder.resolve("bin/shoal"));
    if (wanted && !fits && launcher.isPresent() && Files.isExecutable(launcher.get())) {
      Thread.ofVirtual().name("start-up cache").start(() -> make(launcher.get(), dataFolder));
    }
  }

  /// Ends, with all that it started, when its thread is interrupted. Where this process is killed
  /// no thread can do that: the one that makes the caches follows its standard input, which ends
  /// with this process.
  static void make(Path launcher, Path dataFolder) {
    Path folder = dataFolder.resolve("cache");
    try {
      PrivateFolder.take(folder);
    } catch (IOException e) {
      // The launcher would not use what is made there.
      LOG.debug("no start-up cache is made", e);
      return;
    }
    var builder = new ProcessBuilder(launcher.toString(), COMMAND, folder.toString(), "--follow");
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    try {
      Process process = builder.start();
      try {
        if (process.waitFor(MAX_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0) {
          LOG.info("made start-up caches in {}: commands start faster now", folder);
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
