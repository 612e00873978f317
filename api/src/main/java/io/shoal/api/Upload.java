package io.shoal.api;

/// The right to send to one peer, in its turn and within the node's limits; see
/// [NodeAccess#upload]. Made by the node. Used by one thread at a time, but for [#close].
@Experimental
public interface Upload extends AutoCloseable {

  /// Waits until at least one more byte may be sent within the node's limits, and takes the right
  /// to send up to `wantedBytes`, as [ChunkSource#permit]. Every byte is paid for here before it is
  /// sent.
  ///
  /// @param wantedBytes how many bytes are ready to be sent, at least 1
  /// @return how many may be sent now, 1 to `wantedBytes`
  /// @throws RetryableException the peer took nothing for 20 s while others waited, so that its
  ///   place was given away: break the answer off
  /// @throws InterruptedException interrupted; nothing was taken
  /// @throws IllegalStateException after [#close]
  int permit(int wantedBytes) throws RetryableException, InterruptedException;

  /// Gives the place back. Safe to call twice and from any thread.
  @Override
  void close();
}
