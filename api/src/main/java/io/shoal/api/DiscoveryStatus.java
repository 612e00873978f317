package io.shoal.api;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How a discovery does.
///
/// @param endpoint where it listens, as a user writes it (`0.0.0.0:6881`), if it listens
/// @param reachablePeers how many other parties it can ask now
/// @param announcedKeys how many keys it keeps announced
/// @param overdueKeys how many of them were not renewed in time
/// @param lag by how much the most overdue one is late; zero if none is
/// @param advice what the user should do, one line, if something keeps it from working: an isolated node names the line of configuration to add
/// @param details further figures to show, in order, few
public record DiscoveryStatus(
    Optional<String> endpoint,
    int reachablePeers,
    long announcedKeys,
    long overdueKeys,
    Duration lag,
    List<String> advice,
    Map<String, String> details) {

  public DiscoveryStatus {
    advice = List.copyOf(advice);
    details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
  }
}
