package io.shoal.runtime.importer;

import io.shoal.api.Cid;
import io.shoal.api.ShoalException;
import java.io.IOException;

/// Takes the nodes of a DAG that is being written.
@FunctionalInterface
public interface BlockSink {

  /// Names a dag-pb node and keeps it.
  ///
  /// @param block the caller's, not changed afterwards
  /// @return its CID, version 1
  Cid putNode(byte[] block) throws IOException, ShoalException;
}
