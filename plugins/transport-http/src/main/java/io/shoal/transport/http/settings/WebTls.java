package io.shoal.transport.http.settings;

import io.shoal.api.InvalidConfigException;
import io.shoal.api.UserFaultException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/// TLS of the web: a certificate that proves a name, from files in PEM.
public final class WebTls {
  private static final String PREFIX = "plugins.transport-http.";
  private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String END = "-----END PRIVATE KEY-----";
  private static final List<String> KEY_KINDS = List.of("RSA", "EC", "Ed25519");

  /// The largest file of certificates: those of all authorities of the world together are smaller.
  private static final long MAX_FILE_BYTES = 4L << 20;

  private WebTls() {}

  /// The side that clients dial.
  public static SSLContext server(HttpSettings.Tls settings) throws UserFaultException {
    List<Certificate> chain = certificates("certificate", settings.certificate());
    PrivateKey key = privateKey(settings.key());
    try {
      KeyStore store = emptyStore();
      store.setKeyEntry("node", key, new char[0], chain.toArray(Certificate[]::new));
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store, new char[0]);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new InvalidConfigException(
          "%skey does not fit %scertificate (%s): give the pair that belongs together"
              .formatted(PREFIX, PREFIX, e.getMessage()),
          e);
    }
  }

  /// The side that dials gateways.
  ///
  /// @param more certificates that are trusted besides those of the system
  public static SSLContext client(Optional<Path> more) throws UserFaultException {
    List<Certificate> extra = more.isPresent() ? certificates("trust", more.get()) : List.of();
    try {
      if (extra.isEmpty()) {
        return SSLContext.getDefault();
      }
      KeyStore store = emptyStore();
      int name = 0;
      for (Certificate trusted : systemTrust()) {
        store.setCertificateEntry("system" + name++, trusted);
      }
      for (Certificate trusted : extra) {
        store.setCertificateEntry("more" + name++, trusted);
      }
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trustManagers(Optional.of(store)), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new UserFaultException(
          "the certificates that this machine trusts cannot be used (" + e.getMessage() + ")", e);
    }
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static List<Certificate> systemTrust() throws GeneralSecurityException {
    List<Certificate> all = new ArrayList<>();
    for (TrustManager manager : trustManagers(Optional.empty())) {
      if (manager instanceof X509TrustManager trust) {
        all.addAll(List.of(trust.getAcceptedIssuers()));
      }
    }
    return all;
  }

  @SuppressWarnings("NullAway") // null is the store of the system
  private static TrustManager[] trustManagers(Optional<KeyStore> store)
      throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store.orElse(null));
    return factory.getTrustManagers();
  }

  private static List<Certificate> certificates(String key, Path file) throws UserFaultException {
    try {
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw new InvalidConfigException(
            "%s%s: %s has more than %d bytes".formatted(PREFIX, key, file, MAX_FILE_BYTES));
      }
      Collection<? extends Certificate> found =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)));
      List<Certificate> all = new ArrayList<>(found);
      all.removeIf(one -> !(one instanceof X509Certificate));
      if (all.isEmpty()) {
        throw new InvalidConfigException(
            "%s%s: %s holds no certificate in PEM".formatted(PREFIX, key, file));
      }
      return all;
    } catch (IOException e) {
      throw new InvalidConfigException(
          "%s%s: %s cannot be read (%s): put it there, or give the node's user the right to read it"
              .formatted(PREFIX, key, file, e.getClass().getSimpleName()),
          e);
    } catch (GeneralSecurityException e) {
      throw new InvalidConfigException(
          "%s%s: %s holds no certificate in PEM (%s)".formatted(PREFIX, key, file, e.getMessage()),
          e);
    }
  }

  private static PrivateKey privateKey(String pem) throws InvalidConfigException {
    int begin = pem.indexOf(BEGIN);
    int end = pem.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new InvalidConfigException(
          PREFIX + "key holds no private key in PEM: it begins with " + BEGIN);
    }
    try {
      byte[] der = Base64.getMimeDecoder().decode(pem.substring(begin + BEGIN.length(), end));
      for (String kind : KEY_KINDS) {
        try {
          return KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (InvalidKeySpecException e) {
          // It may be of the next kind.
        }
      }
    } catch (IllegalArgumentException | GeneralSecurityException e) {
      throw new InvalidConfigException(PREFIX + "key holds no private key in PEM", e);
    }
    throw new InvalidConfigException(
        PREFIX + "key is of a kind that is not known: " + String.join(", ", KEY_KINDS) + " are");
  }
}
