package io.shoal.storage.s3;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/// Says of a failed request whether another try may help, and what the user can do.
///
/// @param bucket its name
/// @param service where it is, for messages
/// @param prefix of the configuration's keys: `plugins.storage-s3.`
record Faults(String bucket, String service, String prefix) {
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int SERVICE_UNAVAILABLE = 503;

  /// A chain of causes may be a ring.
  private static final int MAX_CAUSES = 20;

  private static final Set<String> OVERLOADED =
      Set.of("SlowDown", "ServiceUnavailable", "TooManyRequests", "Throttling", "RequestTimeout");

  /// Two writers of one key at once, and the like: over in a moment.
  private static final Set<String> PASSING =
      Set.of("OperationAborted", "ConditionalRequestConflict", "InternalError");

  private static final Set<String> WRONG_KEYS =
      Set.of(
          "InvalidAccessKeyId",
          "SignatureDoesNotMatch",
          "InvalidToken",
          "ExpiredToken",
          "TokenRefreshRequired");

  private static final Set<String> OTHER_REGION =
      Set.of("PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraint");

  /// A failure.
  ///
  /// @param passes whether another try may help
  /// @param overloaded whether fewer requests at once may help
  /// @param message one line: the thing, the cause, the cure
  record Fault(boolean passes, boolean overloaded, String message) {}

  Fault of(SdkException failure) {
    return failure instanceof AwsServiceException answer ? answered(answer) : unanswered(failure);
  }

  private Fault answered(AwsServiceException answer) {
    int status = answer.statusCode();
    String code = code(answer);
    String said = status + (code.isEmpty() ? "" : " " + code);
    if (status == TOO_MANY_REQUESTS || status == SERVICE_UNAVAILABLE || OVERLOADED.contains(code)) {
      return passing(
          true,
          "%s is overloaded (%s): wait, or lower %srequests".formatted(service, said, prefix));
    }
    if (code.equals("NotImplemented") || status == 501) {
      return lasting(
          "%s does not know what was asked (%s): set %sconditionalWrites to false"
              .formatted(service, said, prefix));
    }
    if (status >= 500 || PASSING.contains(code)) {
      return passing(false, "%s failed (%s): wait, or look at its log".formatted(service, said));
    }
    if (code.equals("NoSuchBucket")) {
      return lasting(
          "bucket %s does not exist at %s: create it, or correct %sbucket"
              .formatted(bucket, service, prefix));
    }
    if (code.equals("RequestTimeTooSkewed")) {
      // The SDK has noted the difference, so that the next try has the service's time.
      return passing(
          false,
          "the clock of this machine and that of %s differ too much: set both right"
              .formatted(service));
    }
    if (WRONG_KEYS.contains(code)) {
      return lasting(
          "%s refuses the credentials (%s): correct %saccessKey and %ssecretKey, or the profile"
              .formatted(service, said, prefix, prefix));
    }
    if (OTHER_REGION.contains(code) || status == 301 || status == 307) {
      String region =
          answer.awsErrorDetails() == null
              ? ""
              : Optional.ofNullable(answer.awsErrorDetails().sdkHttpResponse())
                  .flatMap(response -> response.firstMatchingHeader("x-amz-bucket-region"))
                  .map(name -> " (" + name + ")")
                  .orElse("");
      return lasting(
          "bucket %s is in another region%s: correct %sregion, or %sendpoint"
              .formatted(bucket, region, prefix, prefix));
    }
    if (status == 403 || status == 401) {
      return lasting(
          ("%s does not allow this in bucket %s (%s): give the key the rights to list the bucket and"
                  + " to get, put and delete objects")
              .formatted(service, bucket, said));
    }
    return lasting(
        "%s refuses a request to bucket %s (%s): see the debug log, and the service's"
            .formatted(service, bucket, said));
  }

  private Fault unanswered(SdkException failure) {
    Throwable cause = telling(failure);
    String why =
        cause.getMessage() == null ? cause.getClass().getSimpleName() : oneLine(cause.getMessage());
    return switch (cause) {
      case ReceivedBody.TooLongException _ ->
          lasting(
              "%s gave %s in bucket %s: remove what is no chunk".formatted(service, why, bucket));
      case UnknownHostException _ -> unknownHost();
      case UnresolvedAddressException _ -> unknownHost();
      case HttpConnectTimeoutException _ -> unreachable("no answer to a connect");
      case ConnectException e -> unreachable(e.getMessage() == null ? "refused" : why);
      case HttpTimeoutException _ ->
          passing(
              true,
              "%s does not answer in time (%s): wait, or raise %stimeout"
                  .formatted(service, why, prefix));
      case SSLException _ ->
          lasting(
              ("%s cannot be trusted (%s): name the authority of its certificate in"
                      + " %scaCertificates, or correct %sendpoint")
                  .formatted(service, why, prefix, prefix));
      case IOException _ ->
          passing(
              false,
              "the connection to %s failed (%s): wait, or look at its log".formatted(service, why));
      default ->
          isAboutCredentials(failure)
              ? lasting(
                  ("no credentials for %s are found: set %saccessKey and %ssecretKey, or give the"
                          + " node's user a profile in ~/.aws/credentials")
                      .formatted(service, prefix, prefix))
              : lasting(
                  "a request to %s cannot be made (%s): see the debug log"
                      .formatted(service, oneLine(String.valueOf(failure.getMessage()))));
    };
  }

  /// The SDK has no type of its own for this.
  private static boolean isAboutCredentials(SdkException failure) {
    String text = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    return text.contains("credentials") || text.contains("profile");
  }

  private Fault unknownHost() {
    return passing(
        false, "the host of %s is not known: correct %sendpoint".formatted(service, prefix));
  }

  private Fault unreachable(String why) {
    return passing(
        false,
        "%s cannot be reached (%s): start it, or correct %sendpoint"
            .formatted(service, why, prefix));
  }

  static String code(AwsServiceException answer) {
    AwsErrorDetails details = answer.awsErrorDetails();
    return details == null || details.errorCode() == null ? "" : details.errorCode();
  }

  /// Of a chain of causes the one that says most: that a name is not known lies deeper than that
  /// there is no connection.
  private static Throwable telling(Throwable failure) {
    List<Throwable> chain =
        Stream.iterate(failure, Objects::nonNull, Throwable::getCause).limit(MAX_CAUSES).toList();
    return chain.stream()
        .filter(
            one -> one instanceof UnresolvedAddressException || one instanceof UnknownHostException)
        .findFirst()
        .or(() -> chain.stream().filter(IOException.class::isInstance).findFirst())
        .orElse(failure);
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }

  private static Fault passing(boolean overloaded, String message) {
    return new Fault(true, overloaded, message);
  }

  private static Fault lasting(String message) {
    return new Fault(false, false, message);
  }
}
