package io.shoal.distribution;

import io.shoal.distribution.TorrentClient.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Installs what a test needs and is not there.
final class DebianPackages {

  private static final long INSTALL_SECONDS = 240;

  private DebianPackages() {}

  /// Skips the test, loudly, if a client is missing and cannot be installed.
  static void require(Kind... kinds) throws InterruptedException {
    Map<String, List<String>> checks = new LinkedHashMap<>();
    for (Kind kind : kinds) {
      checks.put(kind.packageName, kind.check());
    }
    install(checks).ifPresent(BitTorrentIT::skip);
  }

  /// Installs the packages of which the check fails.
  ///
  /// @param checks by package, a command that works only where it is installed
  /// @return why one is still missing; empty if none is
  static Optional<String> install(Map<String, List<String>> checks) throws InterruptedException {
    List<String> missing = new ArrayList<>();
    for (Map.Entry<String, List<String>> check : checks.entrySet()) {
      if (!works(check.getValue())) {
        missing.add(check.getKey());
      }
    }
    if (missing.isEmpty()) {
      return Optional.empty();
    }
    List<String> install =
        new ArrayList<>(
            List.of("apt-get", "-q", "-y", "-o", "Dpkg::Use-Pty=0", "--no-install-recommends"));
    install.add("install");
    install.addAll(missing);
    if (!works(List.of("apt-get", "-q", "update")) || !works(install)) {
      return Optional.of(
          "%s missing, and '%s' does not work here: install them as root"
              .formatted(String.join(", ", missing), String.join(" ", install)));
    }
    for (String name : missing) {
      if (!works(Objects.requireNonNull(checks.get(name)))) {
        return Optional.of(name + " is installed, but does not start");
      }
    }
    return Optional.empty();
  }

  private static boolean works(List<String> command) throws InterruptedException {
    var builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    // A package's service must not start on the machine, nor may a question wait for an answer.
    builder.environment().put("DEBIAN_FRONTEND", "noninteractive");
    builder.environment().put("RUNLEVEL", "1");
    try {
      Process process = builder.start();
      if (!process.waitFor(INSTALL_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return false;
      }
      return process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
