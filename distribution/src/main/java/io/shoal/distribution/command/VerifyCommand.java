package io.shoal.distribution.command;

import io.shoal.api.InvalidInputException;
import io.shoal.api.ShoalException;
import io.shoal.distribution.console.ExitCode;
import io.shoal.runtime.Node;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.StoreCommands.Verified;
import io.shoal.runtime.command.StoreCommands.VerifyRequest;
import io.shoal.runtime.unit.Units;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "verify")
public final class VerifyCommand extends NodeCommand {

  @Option(names = "--repair", description = "fetch corrupt and missing chunks from peers again")
  boolean repair;

  @Option(
      names = "--rate",
      paramLabel = "RATE",
      description = "how fast to read, such as 20MB a second (default: as fast as the disk can)")
  Optional<String> rate = Optional.empty();

  public VerifyCommand(Environment environment) {
    super(environment);
  }

  @Override
  Node.Mode mode() {
    return repair ? Node.Mode.FETCH_ONLY : Node.Mode.OFFLINE;
  }

  @Override
  public int run(NodeCommands node) throws ShoalException, IOException, InterruptedException {
    long bytesPerSecond = rate.isPresent() ? rate(rate.get()) : Long.MAX_VALUE;
    Verified verified;
    try (var progress = progress()) {
      verified = node.verify(new VerifyRequest(repair, bytesPerSecond), progress);
    }
    if (common.json) {
      console().json(verified);
    } else {
      verified.corrupt().forEach(cid -> console().result("corrupt  " + cid));
      verified.missing().forEach(cid -> console().result("missing  " + cid));
      if (!common.quiet) {
        console()
            .result(
                "%d chunks checked (%s): %d corrupt, %d missing, %d repaired"
                    .formatted(
                        verified.chunksChecked(),
                        Units.size(verified.bytesChecked()),
                        verified.corrupt().size(),
                        verified.missing().size(),
                        verified.repaired()));
      }
    }
    long broken = verified.corrupt().size() + verified.missing().size() - verified.repaired();
    return broken > 0 ? ExitCode.VERIFICATION_FAILED : ExitCode.DONE;
  }

  private static long rate(String text) throws InvalidInputException {
    long bytesPerSecond = Units.requireBytesPerSecond(text);
    if (bytesPerSecond == 0) {
      throw new InvalidInputException("a rate of 0 never ends: give one such as 20MB");
    }
    return bytesPerSecond;
  }
}
