/// Contract tests that every plugin passes.
module io.shoal.testkit {
  requires transitive io.shoal.api;
  requires transitive org.junit.jupiter.api;
  // Lists virtual threads, which no other means shows.
  requires jdk.management;

  exports io.shoal.testkit;
}
