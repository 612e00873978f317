package io.shoal.testkit;

import io.shoal.api.Cid;
import io.shoal.api.Discovery;
import io.shoal.api.DiscoveryStatus;
import io.shoal.api.InvalidConfigException;
import io.shoal.api.PeerAddress;
import io.shoal.api.PluginContext;
import io.shoal.api.Provider;
import io.shoal.api.ShoalException;
import io.shoal.api.SignedRecord;
import io.shoal.api.SignedRecords;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArraySet;

/// A discovery in a map, which does what its contract says except for one thing.
class SharedMap implements Discovery {
  /// What may be wrong with it.
  enum Fault {
    NONE,
    KEEPS_OLD_ENDPOINTS,
    FORGETS_WHAT_CAME_BEFORE_THE_ENDPOINTS,
    REPORTS_OTHER_SCHEMES,
    REPORTS_TWICE,
    IGNORES_THE_SINK,
    REPORTS_WHERE_NOBODY_IS,
    REPORTS_EVERY_CONTENT,
    LOSES_INTERRUPTIONS,
    NEVER_WITHDRAWS,
    SURVIVES_A_RESTART,
    REPORTS_FROM_ANOTHER_THREAD,
    REPORTS_LATER_ONES_FROM_ANOTHER_THREAD,
    STATUS_FAILS_BEFORE_THE_START,
    HOLDS_NO_RECORD,
    CONCEALS_WHAT_IT_CANNOT_EXPRESS,
    IS_ONE_MAP_FOR_THE_PROCESS,
    ANSWERS_AFTER_THE_END
  }

  private final Fault fault;
  private final Map<SharedMap, Set<Cid>> all;
  private final Map<String, Set<Cid>> kept;
  private volatile List<PeerAddress> endpoints = List.of();
  private volatile String folder = "";
  private volatile String network = "";
  private volatile boolean closed;

  /// @param all what all instances of a network announce
  /// @param kept what instances announced once, by their folders
  SharedMap(Fault fault, Map<SharedMap, Set<Cid>> all, Map<String, Set<Cid>> kept) {
    this.fault = fault;
    this.all = all;
    this.kept = kept;
  }

  private void requireOpen() {
    if (closed) {
      if (fault == Fault.ANSWERS_AFTER_THE_END) {
        throw new UnsupportedOperationException("of a discovery that is gone");
      }
      throw new IllegalStateException("the discovery is closed");
    }
  }

  private Set<Cid> mine() {
    return all.getOrDefault(this, Set.of());
  }

  @Override
  public void start(PluginContext context) throws InvalidConfigException {
    String named = context.config().text("network", "");
    network = fault == Fault.IS_ONE_MAP_FOR_THE_PROCESS ? "" : named;
    folder = context.dataFolder().toString();
    Set<Cid> contents =
        fault == Fault.SURVIVES_A_RESTART
            ? kept.computeIfAbsent(folder, any -> new CopyOnWriteArraySet<>())
            : new CopyOnWriteArraySet<>();
    all.put(this, contents);
  }

  @Override
  public void close() {
    closed = true;
    all.remove(this);
  }

  @Override
  public void reachableAt(List<PeerAddress> now) {
    if (fault != Fault.KEEPS_OLD_ENDPOINTS || endpoints.isEmpty()) {
      endpoints =
          now.stream()
              .filter(
                  address ->
                      fault == Fault.REPORTS_WHERE_NOBODY_IS
                          || address.host().isPresent()
                              && !Set.of("0.0.0.0", "::", "224.0.0.1")
                                  .contains(address.host().get()))
              .toList();
    }
  }

  @Override
  public void announce(Cid cid) {
    if (fault != Fault.FORGETS_WHAT_CAME_BEFORE_THE_ENDPOINTS || !endpoints.isEmpty()) {
      requireOpen();
      all.get(this).add(cid);
    }
  }

  @Override
  public void withdraw(Cid cid) {
    if (fault != Fault.NEVER_WITHDRAWS) {
      Optional.ofNullable(all.get(this)).ifPresent(contents -> contents.remove(cid));
    }
  }

  @Override
  public void findProviders(Cid cid, Set<String> schemes, ProviderSink sink)
      throws InterruptedException {
    requireOpen();
    if (fault == Fault.REPORTS_FROM_ANOTHER_THREAD) {
      Thread.ofVirtual().start(() -> report(cid, schemes, sink)).join();
    } else if (fault == Fault.REPORTS_LATER_ONES_FROM_ANOTHER_THREAD) {
      List<Provider> later = new ArrayList<>();
      report(cid, schemes, later::add);
      sink.found(later.removeFirst());
      Thread.ofVirtual().start(() -> later.forEach(sink::found)).join();
    } else {
      report(cid, schemes, sink);
    }
    if (Thread.interrupted() && fault != Fault.LOSES_INTERRUPTIONS) {
      throw new InterruptedException();
    }
  }

  private void report(Cid cid, Set<String> schemes, ProviderSink sink) {
    for (Map.Entry<SharedMap, Set<Cid>> other : all.entrySet()) {
      boolean meets = other.getKey().network.equals(network);
      if (meets && other.getValue().contains(cid) || fault == Fault.REPORTS_EVERY_CONTENT) {
        for (PeerAddress address : other.getKey().endpoints) {
          boolean wanted =
              schemes.contains(address.scheme()) || fault == Fault.REPORTS_OTHER_SCHEMES;
          int times = !wanted ? 0 : fault == Fault.REPORTS_TWICE ? 2 : 1;
          for (int i = 0; i < times; i++) {
            if (!sink.found(Provider.at(address)) && fault != Fault.IGNORES_THE_SINK) {
              return;
            }
          }
        }
      }
    }
  }

  @Override
  public DiscoveryStatus status() {
    if (fault == Fault.STATUS_FAILS_BEFORE_THE_START && folder.isEmpty()) {
      throw new IllegalStateException("not started");
    }
    return DiscoveryStatus.builder()
        .reachablePeers(closed ? 0 : Math.max(0, all.size() - 1))
        .announcedKeys(mine().size())
        .inexpressibleEndpoints(fault == Fault.CONCEALS_WHAT_IT_CANNOT_EXPRESS ? 0 : 1)
        .build();
  }

  @Override
  public Optional<SignedRecords> signedRecords() {
    return fault == Fault.HOLDS_NO_RECORD ? Optional.of(new Nothing()) : Optional.empty();
  }

  private static final class Nothing implements SignedRecords {
    @Override
    public int publish(SignedRecord record) {
      return 42;
    }

    @Override
    public int publish(SignedRecord record, long replaces) throws ShoalException {
      return 42;
    }

    @Override
    public Resolution resolve(byte[] publicKey, String name) {
      return new Resolution(Optional.empty(), 8, 8);
    }
  }

  /// A network of its own.
  static Map<SharedMap, Set<Cid>> network() {
    return new ConcurrentHashMap<>();
  }
}
