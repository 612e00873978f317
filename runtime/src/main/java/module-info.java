/// Loads plugins and runs a node.
@SuppressWarnings("module") // the distribution is compiled after this
module io.shoal.runtime {
  requires transitive io.shoal.api;
  requires org.slf4j;
  requires org.snakeyaml.engine;

  // Not used here: granted to plugins, which find only what the boot layer holds.
  requires java.logging;
  requires java.management;
  requires java.naming;
  requires java.net.http;
  requires java.sql;
  requires jdk.httpserver;
  requires jdk.unsupported;

  exports io.shoal.runtime;
  exports io.shoal.runtime.command;
  exports io.shoal.runtime.json to
      io.shoal.distribution;
  exports io.shoal.runtime.unit;

  uses io.shoal.api.ChunkStore;
  uses io.shoal.api.Discovery;
  uses io.shoal.api.NodeObserver;
  uses io.shoal.api.Transport;
  uses io.shoal.api.Verifier;
}
