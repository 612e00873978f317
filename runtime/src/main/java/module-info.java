/// Loads plugins and runs a node.
module io.shoal.runtime {
  requires transitive io.shoal.api;
  requires jdk.httpserver;
  requires org.slf4j;
  requires org.snakeyaml.engine;
  requires tools.jackson.core;
  requires tools.jackson.databind;

  // Not used here: granted to plugins, which find only what the boot layer holds.
  requires java.logging;
  requires java.naming;
  requires jdk.unsupported;

  exports io.shoal.runtime;
  exports io.shoal.runtime.command;
  exports io.shoal.runtime.unit;

  uses io.shoal.api.ChunkStore;
  uses io.shoal.api.Discovery;
  uses io.shoal.api.Transport;
  uses io.shoal.api.Verifier;

  // Records to and from JSON, by their components.
  opens io.shoal.runtime.command to
      tools.jackson.databind;
}
