/// The packaged program.
module io.shoal.distribution {
  requires ch.qos.logback.classic;
  requires ch.qos.logback.core;
  requires info.picocli;
  requires io.shoal.runtime;
  requires org.jline;
  requires org.slf4j;
  requires tools.jackson.databind;

  // Commands and their options; records for JSON.
  opens io.shoal.distribution to
      info.picocli,
      tools.jackson.databind;

  provides ch.qos.logback.classic.spi.Configurator with
      io.shoal.distribution.LogSetup;
}
