/// Loads plugins and runs a node.
module io.shoal.runtime {
  requires transitive io.shoal.api;
  requires org.slf4j;

  exports io.shoal.runtime;
}
