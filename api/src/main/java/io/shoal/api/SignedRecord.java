package io.shoal.api;

/// A small value under a key and a name, signed (BEP 44 mutable item).
///
/// @param publicKey 32 bytes, Ed25519
/// @param name what the owner calls it, at most 64 bytes of UTF-8: the salt of BEP 44
/// @param sequence grows with every change; 0 or more
/// @param value the value, bencoded, at most [SignedRecords#MAX_VALUE_SIZE_BYTES]
/// @param signature 64 bytes over salt, sequence and value as BEP 44 lays them out
@SuppressWarnings("ArrayRecordComponent") // values of the wire; compared by nobody
public record SignedRecord(
    byte[] publicKey, String name, long sequence, byte[] value, byte[] signature) {}
