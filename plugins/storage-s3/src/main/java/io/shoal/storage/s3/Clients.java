package io.shoal.storage.s3;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;

/// Makes the SDK's client when it is first needed: that takes about a second, which the start of a
/// node need not wait for.
final class Clients implements AutoCloseable {
  private final Settings settings;
  private final String prefix;
  private final LongSupplier nanoTime;

  // Guarded by this.
  private @Nullable S3Client client;
  private @Nullable JdkHttp http;
  private boolean closed;

  Clients(Settings settings, String prefix, LongSupplier nanoTime) {
    this.settings = settings;
    this.prefix = prefix;
    this.nanoTime = nanoTime;
  }

  /// The same one each time.
  ///
  /// @throws IOException a file of the configuration cannot be used
  /// @throws IllegalStateException it is closed
  synchronized S3Client get() throws IOException {
    if (closed) {
      throw new IllegalStateException("the store is not started, or closed");
    }
    S3Client known = client;
    if (known == null) {
      var path = settings.service().caCertificates();
      Optional<SSLContext> trust =
          path.isPresent() ? Optional.of(trusting(path.get())) : Optional.empty();
      JdkHttp sending = new JdkHttp(settings.effort().idle(), trust, nanoTime);
      http = sending;
      known = build(sending);
      client = known;
    }
    return known;
  }

  private S3Client build(JdkHttp sending) {
    Settings.Service service = settings.service();
    S3ClientBuilder builder =
        S3Client.builder()
            .region(Region.of(service.region()))
            .credentialsProvider(credentials(settings.access()))
            .httpClient(sending)
            .forcePathStyle(service.pathStyle())
            // The node checks each chunk by its hash, and not every service knows checksums.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .serviceConfiguration(S3Configuration.builder().chunkedEncodingEnabled(false).build())
            .overrideConfiguration(all -> all.retryStrategy(AwsRetryStrategy.doNotRetry()));
    service.endpoint().ifPresent(builder::endpointOverride);
    return builder.build();
  }

  private static AwsCredentialsProvider credentials(Settings.Access access) {
    if (access.keys().isPresent()) {
      Settings.Keys keys = access.keys().get();
      return StaticCredentialsProvider.create(
          keys.token().isPresent()
              ? AwsSessionCredentials.create(keys.name(), keys.secret(), keys.token().get())
              : AwsBasicCredentials.create(keys.name(), keys.secret()));
    }
    if (access.profile().isEmpty() && access.credentialsFile().isEmpty()) {
      return DefaultCredentialsProvider.builder().build();
    }
    ProfileCredentialsProvider.Builder profile = ProfileCredentialsProvider.builder();
    access.profile().ifPresent(profile::profileName);
    access
        .credentialsFile()
        .ifPresent(
            path ->
                profile.profileFile(
                    () ->
                        ProfileFile.builder()
                            .content(path)
                            .type(ProfileFile.Type.CREDENTIALS)
                            .build()));
    return profile.build();
  }

  private SSLContext trusting(Path authorities) throws IOException {
    try (InputStream in = Files.newInputStream(authorities)) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int count = 0;
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("authority-" + count++, one);
      }
      if (count == 0) {
        throw new IOException("no certificate is in it");
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new IOException(
          "%s cannot be read as certificates (%s): correct %scaCertificates"
              .formatted(authorities, String.valueOf(e.getMessage()).strip(), prefix),
          e);
    }
  }

  @Override
  public void close() {
    S3Client made;
    JdkHttp sending;
    synchronized (this) {
      closed = true;
      made = client;
      sending = http;
      client = null;
      http = null;
    }
    if (sending != null) {
      // First, since calls that run hold what the client waits for.
      sending.close();
    }
    if (made != null) {
      made.close();
    }
  }
}
