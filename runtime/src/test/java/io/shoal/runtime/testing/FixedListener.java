package io.shoal.runtime.testing;

import io.shoal.api.Endpoint;
import io.shoal.api.PeerAddress;
import io.shoal.api.Transport;
import java.util.List;
import java.util.stream.Stream;

/// A listener whose endpoints never change, and that nothing comes in at.
public record FixedListener(List<Endpoint> endpoints) implements Transport.Listener {

  public static FixedListener at(PeerAddress... addresses) {
    return new FixedListener(Stream.of(addresses).map(Endpoint::of).toList());
  }

  @Override
  public void close() {}
}
