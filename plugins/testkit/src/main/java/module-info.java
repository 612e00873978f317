/// Contract tests that every plugin passes.
module io.shoal.testkit {
  requires transitive io.shoal.api;
  requires transitive org.junit.jupiter.api;

  exports io.shoal.testkit;
}
