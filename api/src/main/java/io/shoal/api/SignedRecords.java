package io.shoal.api;

import java.util.Optional;

/// The ability of a [Discovery] to hold small signed records that only the owner of a key can
/// change.
public interface SignedRecords {

  /// The most bytes that a record's value may have, so that it fits into a BEP 44 item.
  int MAX_VALUE_SIZE_BYTES = 1000;

  /// Publishes a record, replacing one of a lower sequence number. Blocks until the publication
  /// ended, at most a minute. Others keep it for some hours; who wants it to stay publishes it
  /// again.
  ///
  /// @return how many other parties took it
  /// @throws UserFaultException others hold a record of this key and name with a higher sequence
  ///   number
  /// @throws RetryableException nobody could be asked
  int publish(SignedRecord record) throws ShoalException, InterruptedException;

  /// Finds the record with the highest sequence number among those that answer, with a signature
  /// that is valid. Blocks at most a minute.
  ///
  /// @param publicKey 32 bytes, Ed25519
  /// @param name at most 64 bytes, UTF-8
  /// @throws RetryableException nobody could be asked
  Optional<SignedRecord> resolve(byte[] publicKey, String name)
      throws ShoalException, InterruptedException;
}
