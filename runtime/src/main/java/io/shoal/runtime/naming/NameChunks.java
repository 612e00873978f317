package io.shoal.runtime.naming;

import io.shoal.api.Cid;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/// The chunks for values of names that are too large for a record.
public interface NameChunks {

  /// Stores a chunk durably, keeps and announces it.
  ///
  /// @param name what it is called in lists
  Cid store(byte[] bytes, String name) throws ShoalException, IOException;

  /// The value in a chunk, if it is here.
  Optional<NameValue.Target> here(NameValue.InChunk named) throws IOException, RetryableException;

  /// Unpins a chunk.
  void drop(Cid cid) throws IOException;

  /// A chunk's verified bytes, from here or from peers.
  byte[] load(Cid cid, Duration timeout) throws ShoalException, IOException, InterruptedException;
}
