package io.shoal.distribution;

import io.shoal.api.ShoalException;
import io.shoal.runtime.Node;
import io.shoal.runtime.NodeCommands;
import io.shoal.runtime.Reference;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "cat")
final class CatCommand extends NodeCommand {

  private static final int BUFFER_BYTES = 256 * 1024;

  @Parameters(paramLabel = "REF", description = "a file")
  @SuppressWarnings("NullAway.Init") // picocli refuses a command line without it
  Reference reference;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "how long it may go on without a verified byte (default: ${DEFAULT-VALUE})",
      defaultValue = "5m")
  Duration timeout = Duration.ofMinutes(5);

  CatCommand(Environment environment) {
    super(environment);
  }

  @Override
  Node.Mode mode() {
    return Node.Mode.FETCH;
  }

  @Override
  int run(NodeCommands node) throws ShoalException, IOException, InterruptedException {
    OutputStream out = new BufferedOutputStream(console().raw(), BUFFER_BYTES);
    node.cat(content(node, reference, timeout), timeout, out);
    out.flush();
    return ExitCode.DONE;
  }
}
