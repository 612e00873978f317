/// The contract between a node and its plugins: all that a plugin compiles against.
module io.shoal.api {
  requires transitive pf4j;
  requires static transitive org.jspecify;

  exports io.shoal.api;
}
