package io.shoal.runtime.maintenance;

/// The work on a node's store, on command and in the background.
///
/// @param record how far checks came
public record Maintenance(
    StoreVerify verify,
    VerifyRecord record,
    ScheduledVerify scheduledVerify,
    GarbageCollection collection,
    IdleDigests idleDigests)
    implements AutoCloseable {

  /// Begins the work in the background.
  ///
  /// @param digestsWhenIdle whether to compute whole-file digests
  public void start(boolean digestsWhenIdle) {
    if (digestsWhenIdle) {
      idleDigests.start();
    }
    scheduledVerify.start();
  }

  @Override
  public void close() {
    idleDigests.close();
    scheduledVerify.close();
  }
}
