package io.shoal.discovery.kademlia.bencode;

/// Bytes that are no bencoding; never leaves the plugin.
public final class MalformedBencodeException extends Exception {

  private static final long serialVersionUID = 1;

  MalformedBencodeException(String message) {
    // Strangers cause this with every packet they like: a stack trace each would be their lever.
    super(message, null, false, false);
  }
}
