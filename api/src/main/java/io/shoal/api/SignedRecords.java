package io.shoal.api;

import java.util.Optional;

/// The ability of a [Discovery] to hold small signed records that only the owner of a key can
/// change. All methods may be called from any thread, and end within a second with an exception
/// once the discovery is closed.
///
/// A record is as trustworthy as the secrecy of its key. Under a key pair that anybody can derive,
/// for example from a root's [Cid] to say what the root is called, whoever knows the root can put
/// what he likes: such a record is a hint, no more.
public interface SignedRecords {

  /// The most bytes that a record's value may have, so that it fits into a BEP 44 item.
  int MAX_VALUE_SIZE_BYTES = 1000;

  /// The most bytes of UTF-8 that a record's name may have: the salt of BEP 44.
  int MAX_NAME_SIZE_BYTES = 64;

  /// How many other parties [#resolve] asks, and [#publish] offers the record, if there are that
  /// many: with fewer answers a rollback by those that hold an old record is easier.
  int RESPONDERS = 8;

  /// Publishes a record, replacing one of a lower sequence number. Blocks until the publication
  /// ended, at most a minute. Others keep it for about two hours; who wants it to stay publishes it
  /// again every hour. Nothing is kept by this node over a restart.
  ///
  /// @return how many other parties took it; 0 if some were there but none took it
  /// @throws UserFaultException others hold a record of this key and name with a higher sequence
  ///   number or with another value under this one; or the record is invalid: too large, not
  ///   bencoded, wrongly signed
  /// @throws RetryableException nobody could be asked
  int publish(SignedRecord record) throws ShoalException, InterruptedException;

  /// As [#publish(SignedRecord)], but replaces only a record of the sequence number `replaces`, so
  /// that of two who change the same record at once one learns that he was late. A party that holds
  /// no record takes it anyway.
  ///
  /// @throws UserFaultException also if others hold a record of another sequence number
  int publish(SignedRecord record, long replaces) throws ShoalException, InterruptedException;

  /// Finds the record with the highest sequence number among those that answer, with a signature
  /// that is valid. Blocks at most a minute.
  ///
  /// @param publicKey 32 bytes, Ed25519
  /// @param name at most [#MAX_NAME_SIZE_BYTES], UTF-8
  /// @throws RetryableException nobody could be asked
  /// @throws UserFaultException key or name are invalid
  Resolution resolve(byte[] publicKey, String name) throws ShoalException, InterruptedException;

  /// What [#resolve] found. That nobody had a record does not prove that there is none.
  ///
  /// @param record the newest valid record, if anybody had one
  /// @param answered how many of those who should hold it answered the question, with a record or
  ///   without; this node itself is not counted
  /// @param holders how many of them had the newest record
  record Resolution(Optional<SignedRecord> record, int answered, int holders) {}
}
