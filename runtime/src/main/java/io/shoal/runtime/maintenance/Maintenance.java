package io.shoal.runtime.maintenance;

/// The work on a node's store, on command and in the background.
public record Maintenance(
    StoreVerify verify,
    ScheduledVerify scheduledVerify,
    FileChecks fileChecks,
    GarbageCollection collection,
    IdleDigests idleDigests)
    implements AutoCloseable {

  /// How far checks came.
  public VerifyRecord record() {
    return verify.record();
  }

  /// Begins the work in the background.
  ///
  /// @param digestsWhenIdle whether to compute whole-file digests
  public void start(boolean digestsWhenIdle) {
    if (digestsWhenIdle) {
      idleDigests.start();
    }
    scheduledVerify.start();
    fileChecks.start();
  }

  @Override
  public void close() {
    fileChecks.close();
    idleDigests.close();
    scheduledVerify.close();
  }
}
