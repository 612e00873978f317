package io.shoal.distribution.command;

import io.shoal.api.ShoalException;
import io.shoal.distribution.console.ExitCode;
import io.shoal.runtime.Node;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.Reference;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "cat")
public final class CatCommand extends NodeCommand {

  private static final int BUFFER_BYTES = 256 * 1024;

  @Parameters(paramLabel = "REF", description = "a file")
  @SuppressWarnings("NullAway.Init") // picocli refuses a command line without it
  Reference reference;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "the longest time without a verified byte (default: ${DEFAULT-VALUE})",
      defaultValue = "5m")
  Duration timeout = Duration.ofMinutes(5);

  public CatCommand(Environment environment) {
    super(environment);
  }

  @Override
  WithoutData withoutData() {
    return WithoutData.DOES_WITHOUT;
  }

  @Override
  Node.Mode mode() {
    return Node.Mode.FETCH;
  }

  @Override
  public int run(NodeCommands node) throws ShoalException, IOException, InterruptedException {
    OutputStream out = new BufferedOutputStream(console().raw(), BUFFER_BYTES);
    node.cat(content(node, reference, timeout), timeout, out);
    out.flush();
    return ExitCode.DONE;
  }
}
