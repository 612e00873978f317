package io.shoal.distribution.command;

import io.shoal.api.ShoalException;
import io.shoal.distribution.console.ExitCode;
import io.shoal.runtime.Node;
import io.shoal.runtime.command.ContentCommands.FoundProvider;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.Reference;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "find")
public final class FindCommand extends NodeCommand {

  @Parameters(paramLabel = "REF", description = "what to look for")
  @SuppressWarnings("NullAway.Init") // picocli refuses a command line without it
  Reference reference;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "how long to look (default: ${DEFAULT-VALUE})",
      defaultValue = "30s")
  Duration timeout = Duration.ofSeconds(30);

  public FindCommand(Environment environment) {
    super(environment);
  }

  @Override
  WithoutData withoutData() {
    return WithoutData.DOES_WITHOUT;
  }

  @Override
  Node.Mode mode() {
    return Node.Mode.FETCH_ONLY;
  }

  @Override
  public boolean take(Optional<Reference> given) {
    given.ifPresent(value -> reference = value);
    return given.isPresent();
  }

  @Override
  public int run(NodeCommands node) throws ShoalException, IOException, InterruptedException {
    var found = new AtomicInteger();
    node.find(
        content(node, reference, timeout),
        timeout,
        provider -> {
          found.incrementAndGet();
          print(provider);
        });
    if (found.get() == 0) {
      throw new NotFoundException(
          "no provider found: check the reference, and that a node which has it runs and shares a"
              + " --bootstrap node with this one");
    }
    return ExitCode.DONE;
  }

  private void print(FoundProvider provider) {
    if (common.json) {
      console().json(provider);
      return;
    }
    String who =
        provider
            .peerId()
            .filter(id -> !provider.address().contains("#"))
            .map(id -> "#" + id)
            .orElse("");
    String line =
        "%-11s  %s%s  %s"
            .formatted(
                provider.reach().name().toLowerCase(Locale.ROOT),
                provider.address(),
                who,
                provider.have());
    console().result(provider.detail().isEmpty() ? line : line + "  (" + provider.detail() + ")");
  }
}
