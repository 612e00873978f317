package io.shoal.runtime.testing;

import io.shoal.api.Cid;
import io.shoal.api.ShoalException;
import java.io.IOException;

/// Where whole, verified chunks come from.
@FunctionalInterface
public interface BlockSource {

  /// The bytes of a chunk, checked against its CID. Never asked for identity CIDs.
  ///
  /// @throws NotFoundException it is not to be had
  byte[] load(Cid cid) throws IOException, ShoalException, InterruptedException;
}
