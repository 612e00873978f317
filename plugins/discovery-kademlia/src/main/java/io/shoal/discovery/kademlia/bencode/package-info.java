/// Bencode (BEP 3), strict and lenient, to and from bytes.
///
/// Start at [Bencode]: a value is an integer, a byte string, a list or a dictionary.
/// [BencodeDecoder] reads one, [BencodeWriter] writes packets without building one; [Bytes] is the
/// immutable byte string in both.
@NullMarked
package io.shoal.discovery.kademlia.bencode;

import org.jspecify.annotations.NullMarked;
