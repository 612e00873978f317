package io.shoal.discovery.kademlia.testing;

import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.routing.DhtSettings;
import java.util.Optional;

/// The settings of nodes in tests: those of an ordinary member, and one thing otherwise.
public final class TestSettings {
  private TestSettings() {}

  /// An ordinary member of a private IPv4 network.
  public static DhtSettings ordinary() {
    return in(Family.IPV4);
  }

  public static DhtSettings in(Family family) {
    return new DhtSettings(
        family,
        false,
        false,
        DhtSettings.Routing.OPEN,
        DhtSettings.DEFAULT_ANNOUNCE_INTERVAL,
        DhtSettings.DEFAULT_REFRESH_INTERVAL,
        Optional.of(DhtSettings.VERSION));
  }

  public static DhtSettings readOnly() {
    DhtSettings of = ordinary();
    return new DhtSettings(
        of.family(),
        true,
        of.publicNetwork(),
        of.routing(),
        of.announceInterval(),
        of.refreshInterval(),
        of.version());
  }

  public static DhtSettings publicNetwork(DhtSettings.Routing routing) {
    DhtSettings of = ordinary();
    return new DhtSettings(
        of.family(),
        of.readOnly(),
        true,
        routing,
        of.announceInterval(),
        of.refreshInterval(),
        of.version());
  }

  public static DhtSettings with(DhtSettings of, DhtSettings.Routing routing) {
    return new DhtSettings(
        of.family(),
        of.readOnly(),
        of.publicNetwork(),
        routing,
        of.announceInterval(),
        of.refreshInterval(),
        of.version());
  }

  public static DhtSettings with(DhtSettings of, Optional<Bytes> version) {
    return new DhtSettings(
        of.family(),
        of.readOnly(),
        of.publicNetwork(),
        of.routing(),
        of.announceInterval(),
        of.refreshInterval(),
        version);
  }
}
