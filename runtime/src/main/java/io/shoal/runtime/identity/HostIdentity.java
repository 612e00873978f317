package io.shoal.runtime.identity;

import io.shoal.api.NodeIdentity;
import io.shoal.api.PeerId;
import io.shoal.api.TlsContext;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;

/// Lets plugins use the [HostKey] without seeing it.
public final class HostIdentity implements NodeIdentity {

  private static final String TLS_DOMAIN = "libp2p-tls-handshake:";

  private final HostKey key;
  private final PeerId peerId;
  private final InstantSource clock;
  private final SecureRandom random;
  private final AtomicReference<Optional<FutureTask<HostCertificate>>> prepared =
      new AtomicReference<>(Optional.empty());

  public HostIdentity(HostKey key, InstantSource clock, SecureRandom random) {
    this.key = key;
    this.peerId = key.peerId();
    this.clock = clock;
    this.random = random;
  }

  /// Begins to make the certificate of the first [#tls] on another thread, since that takes a tenth
  /// of a start.
  public void prepareTls() {
    FutureTask<HostCertificate> task = new FutureTask<>(this::certificate);
    prepared.set(Optional.of(task));
    Thread.ofVirtual().name("host-certificate").start(task);
  }

  private HostCertificate certificate() {
    return HostCertificate.create(key, random);
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
              + "' is not a domain to sign for: 4 to 64 printable ASCII characters that end with"
              + " ':', other than "
              + TLS_DOMAIN);
    }
    return key.sign(domain.getBytes(StandardCharsets.US_ASCII), message);
  }

  @Override
  public TlsContext tls(String alpn) {
    HostCertificate own =
        prepared.getAndSet(Optional.empty()).map(HostIdentity::result).orElseGet(this::certificate);
    return new HostTls(own, alpn, clock, random);
  }

  private static HostCertificate result(FutureTask<HostCertificate> task) {
    task.run(); // in case no thread has begun it
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true; // the caller sees it at its next wait
        } catch (ExecutionException e) {
          throw new IllegalStateException("no host certificate could be made", e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
