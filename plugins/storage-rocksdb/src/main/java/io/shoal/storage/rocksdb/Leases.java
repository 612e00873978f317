package io.shoal.storage.rocksdb;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The states of the database that readers and walks hold, each to be freed once: by its holder, or
/// at the end of the store.
final class Leases {
  private final Database database;
  private final CallGate gate;
  private final Set<Database.Lease> open = ConcurrentHashMap.newKeySet();

  Leases(Database database, CallGate gate) {
    this.database = database;
    this.gate = gate;
  }

  /// The state of now. Needs a pass.
  Database.Lease take() {
    Database.Lease lease = database.lease();
    open.add(lease);
    return lease;
  }

  /// Frees a state. Needs no pass; harmless after the end of the store, and twice.
  void release(Database.Lease lease) {
    try (CallGate.Pass _ = gate.enter()) {
      if (open.remove(lease)) {
        lease.close();
      }
    } catch (IllegalStateException e) {
      // The store is closed, and frees all of them.
    }
  }

  int count() {
    return open.size();
  }

  /// Once no call is inside any more.
  void releaseAll() {
    open.forEach(Database.Lease::close);
    open.clear();
  }
}
