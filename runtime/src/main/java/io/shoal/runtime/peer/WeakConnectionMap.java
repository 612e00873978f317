package io.shoal.runtime.peer;

import io.shoal.api.PeerConnection;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;

/// Facts about connections for as long as somebody else holds them, by identity as in
/// [ConnectionKey]. Not thread-safe.
public final class WeakConnectionMap<V> {

  private static final class Key extends WeakReference<PeerConnection> {
    private final int hash;

    Key(PeerConnection connection, ReferenceQueue<PeerConnection> collected) {
      super(connection, collected);
      hash = System.identityHashCode(connection);
    }

    @Override
    public boolean equals(Object other) {
      if (this == other) {
        return true;
      }
      PeerConnection mine = get();
      return mine != null && other instanceof Key that && that.refersTo(mine);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  private final Map<Key, V> values = new HashMap<>();
  private final ReferenceQueue<PeerConnection> collected = new ReferenceQueue<>();

  public Optional<V> get(PeerConnection connection) {
    return Optional.ofNullable(values.get(new Key(connection, collected)));
  }

  public void put(PeerConnection connection, V value) {
    forgetCollected();
    values.put(new Key(connection, collected), value);
  }

  /// Puts a value, or what it makes with the one that is there.
  ///
  /// @return what is there now
  public V merge(PeerConnection connection, V value, BinaryOperator<V> both) {
    forgetCollected();
    V now = get(connection).map(before -> both.apply(before, value)).orElse(value);
    values.put(new Key(connection, collected), now);
    return now;
  }

  public void clear() {
    values.clear();
  }

  private void forgetCollected() {
    for (Reference<? extends PeerConnection> key = collected.poll();
        key != null;
        key = collected.poll()) {
      values.remove(key);
    }
  }
}
