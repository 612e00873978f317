package io.shoal.discovery.lan;

/// A packet is not of the form that its protocol has. It is counted and dropped: multicast has no
/// other party to answer to.
final class MalformedPacketException extends Exception {
  private static final long serialVersionUID = 1;

  MalformedPacketException(String message) {
    super(message);
  }
}
