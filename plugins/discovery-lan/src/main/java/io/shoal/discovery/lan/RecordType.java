package io.shoal.discovery.lan;

/// Types of DNS records (RFC 1035 §3.2.2, RFC 2782, RFC 3596).
final class RecordType {
  static final int A = 1;
  static final int PTR = 12;
  static final int TXT = 16;
  static final int AAAA = 28;
  static final int SRV = 33;

  /// In questions: all of them.
  static final int ANY = 255;

  private RecordType() {}
}
