package io.shoal.discovery.kademlia.announce;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Reports to a user how announcing goes.
public final class AnnounceStatus {
  private AnnounceStatus() {}

  /// @param prefix which network it is, such as `IPv4 `; empty if there is only one
  public static void report(
      String prefix,
      AnnounceFigures.Progress now,
      List<String> advice,
      Map<String, String> details) {
    if (now.keys() == 0) {
      return;
    }
    details.put(
        prefix + "announcing",
        String.format(
            Locale.ROOT,
            "%d of %d keys stored by other nodes, %d waiting; %.1f queries a key; capacity %d keys",
            now.kept(),
            now.keys(),
            now.due(),
            (double) now.queries() / Math.max(1, now.announcements()),
            now.limit()));
    // While no node is known the advice is another.
    if (now.networkNodes() > 0 && now.keys() > now.limit()) {
      advice.add(
          "%s%d keys are announced, but only about %d can be renewed before other nodes drop them:"
                  .formatted(prefix, now.keys(), now.limit())
              + " set `announce: roots` in conf/shoal.yaml,"
              + " or share the content among several nodes");
    }
  }
}
