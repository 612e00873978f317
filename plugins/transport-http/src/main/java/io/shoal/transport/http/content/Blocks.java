package io.shoal.transport.http.content;

import io.shoal.api.Cid;
import io.shoal.api.RefusedException;
import java.io.IOException;

/// The chunks that a walk reads and hands on. The CIDs are never identity CIDs.
public interface Blocks {

  /// Reads a node, and hands nothing on.
  ///
  /// @throws RefusedException it is not here, or not now
  byte[] read(Cid cid) throws RefusedException, IOException, InterruptedException;

  /// Hands a chunk on without a look into it.
  ///
  /// @throws RefusedException it is not here, or not now
  void pass(Cid cid) throws RefusedException, IOException, InterruptedException;

  /// Hands a node on.
  ///
  /// @return its bytes
  /// @throws RefusedException it is not here, or not now
  byte[] passNode(Cid cid) throws RefusedException, IOException, InterruptedException;
}
