/// Keeps chunks in a bucket of S3.
@SuppressWarnings("module") // the digit belongs to the name of the service
module io.shoal.storage.s3 {
  requires io.shoal.api;
  requires java.net.http;
  requires org.slf4j;
  requires software.amazon.awssdk.auth;
  requires software.amazon.awssdk.awscore;
  requires software.amazon.awssdk.core;
  requires software.amazon.awssdk.http;
  requires software.amazon.awssdk.identity.spi;
  requires software.amazon.awssdk.profiles;
  requires software.amazon.awssdk.regions;
  requires software.amazon.awssdk.services.s3;
  requires static org.jspecify;

  provides io.shoal.api.ChunkStore with
      io.shoal.storage.s3.S3Store;
}
