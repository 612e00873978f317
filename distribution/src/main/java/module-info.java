/// The packaged program.
module io.shoal.distribution {
  requires ch.qos.logback.classic;
  requires ch.qos.logback.core;
  requires info.picocli;
  requires io.shoal.runtime;
  requires java.compiler;
  requires org.jline;
  requires org.slf4j;

  // Commands and their options; failures and the demo's result for JSON.
  opens io.shoal.distribution to
      info.picocli;
  opens io.shoal.distribution.command to
      info.picocli;
  opens io.shoal.distribution.console to
      io.shoal.runtime;
  opens io.shoal.distribution.demo to
      info.picocli,
      io.shoal.runtime;
  opens io.shoal.distribution.plugins to
      info.picocli,
      io.shoal.runtime;
  // The version that `--version` prints.
  opens io.shoal.distribution.launch to
      info.picocli;

  provides ch.qos.logback.classic.spi.Configurator with
      io.shoal.distribution.launch.LogSetup;
}
