package io.shoal.distribution.command;

import io.shoal.api.InvalidInputException;
import io.shoal.api.ShoalException;
import io.shoal.distribution.console.ExitCode;
import io.shoal.runtime.Node;
import io.shoal.runtime.command.NameCommands.PublishRequest;
import io.shoal.runtime.command.NameCommands.PublishedName;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.Reference;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "publish")
public final class PublishCommand extends NodeCommand {

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "NAME",
      description = "at most 64 bytes; without arguments, your names are listed")
  Optional<String> name = Optional.empty();

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "REF",
      description = "the content that the name points at from now on")
  Optional<Reference> reference = Optional.empty();

  @Option(
      names = "--expires",
      paramLabel = "TIME",
      description =
          "valid for this long, such as 12h or 90d (default: 30d, renewed while a node runs)")
  Optional<Duration> expires = Optional.empty();

  @Option(
      names = "--note",
      paramLabel = "TEXT",
      description = "a note for everyone who resolves the name")
  Optional<String> note = Optional.empty();

  @Option(
      names = "--withdraw",
      paramLabel = "NAME",
      description = "take a name back: resolving it then fails and says so")
  Optional<String> withdraw = Optional.empty();

  @Option(
      names = "--about",
      paramLabel = "REF",
      description =
          "publish name and size of this root as a hint, which anyone can write or replace"
              + " ('shoal stat' shows it as a claim)")
  Optional<Reference> about = Optional.empty();

  @Mixin NamePatience patience = new NamePatience();

  public PublishCommand(Environment environment) {
    super(environment);
  }

  private boolean lists() {
    return name.isEmpty() && withdraw.isEmpty() && about.isEmpty();
  }

  @Override
  WithoutData withoutData() {
    return lists() ? WithoutData.NEEDS_IT : WithoutData.MAKES_IT;
  }

  @Override
  Node.Mode mode() {
    return lists() ? Node.Mode.OFFLINE : Node.Mode.FETCH_ONLY;
  }

  @Override
  void check() throws InvalidInputException {
    if (name.isPresent() != reference.isPresent()) {
      throw new InvalidInputException("NAME and REF belong together: shoal publish NAME REF");
    }
    long asked =
        List.of(name.isPresent(), withdraw.isPresent(), about.isPresent()).stream()
            .filter(given -> given)
            .count();
    if (asked > 1) {
      throw new InvalidInputException("give one of NAME REF, --withdraw and --about");
    }
    if (name.isEmpty() && note.isPresent() || lists() && expires.isPresent()) {
      throw new InvalidInputException(
          "--note and --expires belong to a publication: give NAME REF");
    }
  }

  @Override
  public int run(NodeCommands node) throws ShoalException, IOException, InterruptedException {
    if (lists()) {
      print(node.published());
      return ExitCode.DONE;
    }
    PublishedName published =
        withdraw.isPresent()
            ? node.withdraw(withdraw.get(), patience.timeout)
            : node.publish(
                new PublishRequest(
                    name,
                    content(node, reference.or(() -> about).orElseThrow(), patience.timeout),
                    expires,
                    note,
                    patience.timeout));
    if (common.json) {
      console().json(published);
      return ExitCode.DONE;
    }
    console().result(published.reference());
    if (!common.quiet) {
      console().note("shoal: " + summary(published));
      if (environment().nodes().running(common.dataFolder()).isEmpty()) {
        console()
            .note(
                "shoal: other nodes forget it in about two hours: 'shoal serve' on this data"
                    + " folder keeps it alive");
      }
    }
    return ExitCode.DONE;
  }

  private static String summary(PublishedName published) {
    return published.holders() > 0
        ? "%s; %d nodes hold it, number %d, valid until %s"
            .formatted(
                published.state(), published.holders(), published.sequence(), published.expiresAt())
        : "signed and kept here, but not on other nodes yet (%s); a running node tries again"
            .formatted(published.state());
  }

  private void print(List<PublishedName> all) {
    List<List<String>> rows = new ArrayList<>();
    for (PublishedName published : all) {
      if (common.json) {
        console().json(published);
      } else if (common.quiet) {
        console().result(published.reference());
      } else {
        rows.add(
            List.of(
                published.reference(),
                published.root().orElse("-"),
                "until " + published.expiresAt(),
                published.state()));
      }
    }
    console().table(rows);
  }
}
