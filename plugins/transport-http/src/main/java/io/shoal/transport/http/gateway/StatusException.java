package io.shoal.transport.http.gateway;

import io.shoal.api.Refusal;
import io.shoal.api.RefusedException;
import java.time.Duration;
import java.util.Map;

/// An answer without content, for the reason that its status stands for. A case of the protocol,
/// not a failure: carries no stack trace.
final class StatusException extends Exception {
  private static final long serialVersionUID = 1;

  /// The longest time that a client is asked to wait.
  private static final Duration MAX_RETRY = Duration.ofMinutes(1);

  private final transient Head head;

  StatusException(Head head, String message) {
    super(message, null, false, false);
    this.head = head;
  }

  StatusException(int status, String message) {
    this(Head.of(status), message);
  }

  /// @param onlyIfCached whether the client asked for what is here alone
  static StatusException of(RefusedException refused, boolean onlyIfCached) {
    return switch (refused.refusal()) {
      case Refusal.Busy(Duration retryAfter) -> busy(retryAfter);
      case Refusal.Denied() -> new StatusException(403, "this node does not serve you");
      case Refusal.Corrupt() ->
          new StatusException(500, "the copy of this node is damaged: ask another");
      case Refusal.Gone() -> busy(Duration.ofSeconds(1));
      default ->
          onlyIfCached
              ? new StatusException(412, "this node does not have it")
              : new StatusException(404, "this node does not have it, and does not fetch it");
    };
  }

  static StatusException busy(Duration retryAfter) {
    long seconds = Math.clamp(retryAfter.plusMillis(999).toSeconds(), 1, MAX_RETRY.toSeconds());
    return new StatusException(
        Head.of(503).with("Retry-After", Long.toString(seconds)),
        "this node has too much to do: try again later");
  }

  Head head() {
    Map<String, String> headers = head.headers();
    return headers.containsKey("Cache-Control") ? head : head.with("Cache-Control", "no-store");
  }
}
