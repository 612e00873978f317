package io.shoal.discovery.kademlia.bencode;

/// The bytes are not bencoded. Never leaves the plugin.
public final class MalformedBencodeException extends Exception {

  private static final long serialVersionUID = 1;

  MalformedBencodeException(String message) {
    // Strangers cause this with any packet: a stack trace for each would cost this node more than
    // them.
    super(message, null, false, false);
  }
}
