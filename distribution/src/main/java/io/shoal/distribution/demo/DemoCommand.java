package io.shoal.distribution.demo;

import io.shoal.api.InvalidInputException;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.distribution.command.Environment;
import io.shoal.distribution.console.ExitCode;
import io.shoal.distribution.launch.PackageFolder;
import io.shoal.distribution.launch.ScratchFolder;
import io.shoal.distribution.launch.Version;
import io.shoal.runtime.command.VerificationFailedException;
import io.shoal.runtime.unit.Units;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    versionProvider = Version.Line.class,
    sortOptions = false)
public final class DemoCommand implements Callable<Integer> {

  /// A few chunks for each of four peers: below it there is nothing to see.
  private static final long MIN_SIZE_BYTES = 8_000_000;

  @Option(
      names = "--size",
      paramLabel = "SIZE",
      description = "size of the file (default: ${DEFAULT-VALUE})",
      defaultValue = "64MB")
  String size = "64MB";

  // The tour takes three times as long as one peer needs: at 2.5 MB/s, the classic of file sharing,
  // over a minute for the same ratios. Four times this is what two cores can encrypt, send, decrypt
  // and check for all nodes at once, so that the rate is what is seen.
  @Option(
      names = "--rate",
      paramLabel = "SIZE",
      description = "the most that each node sends in a second (default: ${DEFAULT-VALUE})",
      defaultValue = "9MB")
  String rate = "9MB";

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      description = "seed of the file's random bytes (default: ${DEFAULT-VALUE})",
      defaultValue = "1")
  long seed = 1;

  @Option(names = "--json", description = "print the result as JSON")
  boolean json;

  private final Environment environment;

  public DemoCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws ShoalException, IOException, InterruptedException {
    long sizeBytes = Units.requireSizeBytes(size);
    Units.requireBytesPerSecond(rate);
    if (sizeBytes < MIN_SIZE_BYTES) {
      throw new InvalidInputException(
          "--size: "
              + size
              + " is too little to share: give at least "
              + MIN_SIZE_BYTES / 1_000_000
              + "MB");
    }
    Path launcher =
        PackageFolder.find()
            .map(folder -> folder.resolve("bin/shoal"))
            .filter(Files::isExecutable)
            .orElseThrow(
                () ->
                    new UserFaultException(
                        "the demo starts other nodes: run it with bin/shoal of the package"));
    try (var scratch = ScratchFolder.create("shoal-demo")) {
      DemoResult result;
      try (var tour = new DemoTour(environment.console(), launcher, scratch.path(), rate, json)) {
        result = tour.run(sizeBytes, seed);
      }
      if (json) {
        environment.console().json(result);
      }
      if (!result.identical()) {
        throw new VerificationFailedException("a file that arrived is not the one that was added");
      }
    }
    return ExitCode.DONE;
  }

  /// The figures of the tour.
  ///
  /// @param root the file's root
  /// @param sha256 the file's SHA-256
  /// @param sizeBytes its size
  /// @param oneMillis how long it took from one peer
  /// @param fourMillis how long it took from four
  /// @param killedMillis how long it took with one of the providers killed midway
  /// @param chunksByNode how many chunks each node sent to the one that fetched from four
  /// @param identical whether all copies had the SHA-256 of the original
  record DemoResult(
      String root,
      String sha256,
      long sizeBytes,
      long oneMillis,
      long fourMillis,
      long killedMillis,
      Map<String, Long> chunksByNode,
      boolean identical) {}
}
