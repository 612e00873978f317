package io.shoal.transport.http.gateway;

import io.shoal.api.Cid;
import io.shoal.api.PeerAddress;
import io.shoal.api.ServeAnswer;
import java.io.IOException;
import java.nio.ByteBuffer;

/// A request and the way for its answer. Used by one thread.
public interface Exchange {

  Request request();

  /// Where the bytes go.
  PeerAddress peer();

  /// Asks the node for a chunk; see [io.shoal.api.ChunkServer#request].
  ///
  /// @param cid no identity CID
  ServeAnswer chunk(Cid cid) throws InterruptedException;

  /// Begins the answer. Called once.
  ///
  /// @throws IOException the client is gone
  void begin(Head head) throws IOException;

  /// Whether the answer has begun: what fails then can only break it off.
  boolean hasBegun();

  /// Sends all remaining bytes of the answer's body; waits while the client does not take them.
  ///
  /// @param bytes not referred to afterwards
  /// @throws IOException the client is gone, or took nothing for too long
  void write(ByteBuffer bytes) throws IOException, InterruptedException;
}
