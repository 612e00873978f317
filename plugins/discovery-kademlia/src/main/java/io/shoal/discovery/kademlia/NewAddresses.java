package io.shoal.discovery.kademlia;

import java.net.InetAddress;
import java.util.Set;

/// Tells when a machine has an address that it had not a moment ago. An address that goes changes
/// nothing: nobody is reached there any more, and others know the rest. Confined to one thread.
final class NewAddresses {
  private Set<InetAddress> last;

  NewAddresses(Set<InetAddress> now) {
    last = now;
  }

  /// @return whether there is a new one
  boolean look(Set<InetAddress> now) {
    boolean isNew = !last.containsAll(now);
    last = now;
    return isNew;
  }
}
