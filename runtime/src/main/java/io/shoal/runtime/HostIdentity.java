package io.shoal.runtime;

import io.shoal.api.NodeIdentity;
import io.shoal.api.PeerId;
import io.shoal.api.TlsContext;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;

/// What plugins may do with the [HostKey]: everything but see it.
final class HostIdentity implements NodeIdentity {

  private static final String TLS_DOMAIN = "libp2p-tls-handshake:";

  private final HostKey key;
  private final PeerId peerId;
  private final InstantSource clock;
  private final SecureRandom random;

  HostIdentity(HostKey key, InstantSource clock, SecureRandom random) {
    this.key = key;
    this.peerId = key.peerId();
    this.clock = clock;
    this.random = random;
  }

  @Override
  public PeerId peerId() {
    return peerId;
  }

  @Override
  public byte[] publicKey() {
    return key.publicKey();
  }

  @Override
  public byte[] sign(String domain, byte[] message) {
    if (!domain.matches("[!-~]{3,63}:") || domain.startsWith(TLS_DOMAIN)) {
      throw new IllegalArgumentException(
          "'"
              + domain
              + "' is no domain to sign for: 4 to 64 printable ASCII characters that end with ':', other than "
              + TLS_DOMAIN);
    }
    return key.sign(domain.getBytes(StandardCharsets.US_ASCII), message);
  }

  @Override
  public TlsContext tls(String alpn) {
    return new HostTls(HostCertificate.create(key, clock.instant(), random), alpn, clock, random);
  }
}
