package io.shoal.distribution.command;

import io.shoal.api.InvalidInputException;
import io.shoal.api.ShoalException;
import io.shoal.distribution.console.ExitCode;
import io.shoal.runtime.Node;
import io.shoal.runtime.command.NameCommands.PublishingKey;
import io.shoal.runtime.command.NodeCommands;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "key")
public final class KeyCommand extends NodeCommand {

  /// What is to be done with the key?
  enum Action {
    SHOW,
    EXPORT,
    IMPORT,
    ROTATE
  }

  @Parameters(
      index = "0",
      paramLabel = "show|export|import|rotate",
      description =
          "print it; write it to a file; publish with the key of a file; change to a new one")
  @SuppressWarnings("NullAway.Init") // picocli refuses a command line without it
  Action action;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "FILE",
      description = "for export and import: PKCS #8 in PEM, readable by its owner alone")
  Optional<Path> file = Optional.empty();

  @Mixin NamePatience patience = new NamePatience();

  public KeyCommand(Environment environment) {
    super(environment);
  }

  @Override
  WithoutData withoutData() {
    return action == Action.SHOW ? WithoutData.NEEDS_IT : WithoutData.MAKES_IT;
  }

  @Override
  Node.Mode mode() {
    return action == Action.ROTATE ? Node.Mode.FETCH_ONLY : Node.Mode.OFFLINE;
  }

  @Override
  void check() throws InvalidInputException {
    boolean needsFile = action == Action.EXPORT || action == Action.IMPORT;
    if (needsFile != file.isPresent()) {
      throw new InvalidInputException(
          needsFile
              ? "a file is missing: shoal key export FILE, shoal key import FILE"
              : "show and rotate take no file: leave it out");
    }
  }

  @Override
  public int run(NodeCommands node) throws ShoalException, IOException, InterruptedException {
    Path path = environment().path(file.orElse(Path.of("")));
    PublishingKey key =
        switch (action) {
          case SHOW -> node.publishingKey();
          case EXPORT -> node.exportKey(path);
          case IMPORT -> node.importKey(path);
          case ROTATE -> node.rotateKey(patience.timeout);
        };
    if (common.json) {
      console().json(key);
      return ExitCode.DONE;
    }
    console().result(key.key());
    if (!common.quiet) {
      key.file().filter(_ -> action == Action.EXPORT).ifPresent(this::warn);
      key.moved().forEach(name -> console().note("shoal: leads to the new key: " + name));
    }
    return ExitCode.DONE;
  }

  private void warn(String written) {
    console().note("shoal: " + written + ": anyone with this file can publish under your names");
  }
}
