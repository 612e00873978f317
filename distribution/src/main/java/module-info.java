/// The packaged program.
module io.shoal.distribution {
  requires info.picocli;
  requires io.shoal.runtime;
  requires org.jline;
  requires org.slf4j;
  requires tools.jackson.databind;
  requires tools.jackson.dataformat.yaml;

  opens io.shoal.distribution to
      info.picocli;
}
