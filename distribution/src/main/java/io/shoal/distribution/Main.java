package io.shoal.distribution;

import picocli.CommandLine;
import picocli.CommandLine.Command;

@Command(name = "shoal", mixinStandardHelpOptions = true, version = "shoal 0.1.0")
final class Main implements Runnable {

  private Main() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public void run() {
    CommandLine.usage(this, System.out);
  }
}
