package io.shoal.storage.s3;

import io.shoal.api.RetryableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// The objects of a bucket. Every method ends by its deadline and throws as [Attempts#make].
final class Bucket {
  private static final int NOT_FOUND = 404;
  private static final int PRECONDITION_FAILED = 412;
  private static final int NOT_IMPLEMENTED = 501;

  private static final String OCTETS = "application/octet-stream";

  private final Clients clients;
  private final Settings settings;
  private final Attempts attempts;
  private volatile boolean proven;

  /// An object.
  record Entry(String key, long sizeBytes, String etag) {}

  /// An object with its content.
  ///
  /// @param bytes all of it; its position stays at 0
  record Content(ByteBuffer bytes, String etag) {}

  /// A page of a list.
  ///
  /// @param next where the next one begins; empty if this is the last
  record Page(List<Entry> entries, Optional<String> next) {}

  Bucket(Clients clients, Settings settings, Attempts attempts) {
    this.clients = clients;
    this.settings = settings;
    this.attempts = attempts;
  }

  /// Asks for something that tells why it fails. An absent object does not tell whether its bucket
  /// is there, and the answer to HEAD has no room for a reason.
  void prove(Deadline deadline) throws IOException, RetryableException {
    if (!proven) {
      list(settings.keys().chunks(), Optional.empty(), 1, deadline);
      proven = true;
    }
  }

  Optional<Entry> head(String key, Deadline deadline) throws IOException, RetryableException {
    S3Client client = clients.get();
    prove(deadline);
    HeadObjectRequest request =
        HeadObjectRequest.builder().bucket(settings.bucket()).key(key).build();
    return attempts.make(
        deadline,
        () -> {
          try {
            HeadObjectResponse head = client.headObject(request);
            return Optional.of(new Entry(key, head.contentLength(), head.eTag()));
          } catch (S3Exception e) {
            if (isAbsent(e)) {
              return Optional.empty();
            }
            if (e.statusCode() < 500) {
              // The same refusal, with its reason.
              client.listObjectsV2(
                  ListObjectsV2Request.builder()
                      .bucket(settings.bucket())
                      .prefix(key)
                      .maxKeys(1)
                      .build());
            }
            throw e;
          }
        });
  }

  Optional<Content> get(String key, Deadline deadline) throws IOException, RetryableException {
    S3Client client = clients.get();
    prove(deadline);
    GetObjectRequest request =
        GetObjectRequest.builder().bucket(settings.bucket()).key(key).build();
    return attempts.make(
        deadline,
        () -> {
          try {
            return Optional.of(
                client.getObject(
                    request,
                    (response, in) ->
                        new Content(ByteBuffer.wrap(in.readAllBytes()), response.eTag())));
          } catch (S3Exception e) {
            if (isAbsent(e)) {
              return Optional.empty();
            }
            throw e;
          }
        });
  }

  /// @return false if there is an object already
  boolean putIfAbsent(String key, ByteBuffer bytes, Deadline deadline)
      throws IOException, RetryableException {
    S3Client client = clients.get();
    prove(deadline);
    PutObjectRequest.Builder request =
        PutObjectRequest.builder().bucket(settings.bucket()).key(key).contentType(OCTETS);
    if (settings.conditionalWrites()) {
      request.ifNoneMatch("*");
    }
    PutObjectRequest built = request.build();
    RequestBody body =
        RequestBody.fromContentProvider(
            ContentStreamProvider.fromInputStreamSupplier(() -> new BufferStream(bytes)),
            bytes.remaining(),
            OCTETS);
    return attempts.make(
        deadline,
        () -> {
          try {
            client.putObject(built, body);
            return true;
          } catch (S3Exception e) {
            if (e.statusCode() == PRECONDITION_FAILED) {
              return false;
            }
            throw e;
          }
        });
  }

  void delete(String key, Deadline deadline) throws IOException, RetryableException {
    S3Client client = clients.get();
    DeleteObjectRequest request =
        DeleteObjectRequest.builder().bucket(settings.bucket()).key(key).build();
    attempts.make(deadline, () -> client.deleteObject(request));
  }

  /// Removes an object if it is still the one with this tag. A service that does not know the
  /// condition removes whatever is there.
  ///
  /// @return false if it is another one, or gone
  boolean deleteIfUnchanged(Entry entry, Deadline deadline) throws IOException, RetryableException {
    S3Client client = clients.get();
    DeleteObjectRequest.Builder request =
        DeleteObjectRequest.builder().bucket(settings.bucket()).key(entry.key());
    DeleteObjectRequest plain = request.build();
    DeleteObjectRequest conditional = request.ifMatch(entry.etag()).build();
    return attempts.make(
        deadline,
        () -> {
          try {
            client.deleteObject(settings.conditionalWrites() ? conditional : plain);
            return true;
          } catch (S3Exception e) {
            if (e.statusCode() == NOT_IMPLEMENTED) {
              client.deleteObject(plain);
              return true;
            }
            if (e.statusCode() == PRECONDITION_FAILED || isAbsent(e)) {
              return false;
            }
            throw e;
          }
        });
  }

  /// @param after where the page begins, as an earlier one said
  Page list(String prefix, Optional<String> after, int most, Deadline deadline)
      throws IOException, RetryableException {
    S3Client client = clients.get();
    ListObjectsV2Request.Builder request =
        ListObjectsV2Request.builder().bucket(settings.bucket()).prefix(prefix).maxKeys(most);
    after.ifPresent(request::continuationToken);
    ListObjectsV2Request built = request.build();
    return attempts.make(
        deadline,
        () -> {
          ListObjectsV2Response page = client.listObjectsV2(built);
          return new Page(
              page.contents().stream()
                  .map(one -> new Entry(one.key(), one.size(), one.eTag()))
                  .toList(),
              Boolean.TRUE.equals(page.isTruncated())
                  ? Optional.ofNullable(page.nextContinuationToken())
                  : Optional.empty());
        });
  }

  private static boolean isAbsent(S3Exception failure) {
    return failure.statusCode() == NOT_FOUND && !Faults.code(failure).equals("NoSuchBucket");
  }
}
