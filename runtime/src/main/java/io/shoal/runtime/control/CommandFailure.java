package io.shoal.runtime.control;

import io.shoal.api.ChunkChangedException;
import io.shoal.api.InvalidConfigException;
import io.shoal.api.InvalidInputException;
import io.shoal.api.MalformedDataException;
import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.PermanentException;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.api.StoreFullException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.DeadlineException;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.VerificationFailedException;
import java.io.IOException;

/// A failed command on its way through the control API: as JSON `{"kind": …, "message": …}`.
///
/// @param kind which exception
/// @param message its message: one line with cause and cure
record CommandFailure(Kind kind, String message) {

  /// The failures of [NodeCommands], each with the HTTP status that fits it. A subtype that is not
  /// listed travels as the type that it extends.
  enum Kind {
    NOT_FOUND(404),
    VERIFICATION_FAILED(502),
    DEADLINE(504),
    INVALID_INPUT(400),
    INVALID_CONFIG(400),
    USER_FAULT(400),
    STORE_FULL(507),
    CHUNK_CHANGED(503),
    PEER_UNREACHABLE(503),
    RETRYABLE(503),
    MALFORMED_DATA(502),
    PEER_FAULT(502),
    PERMANENT(500),
    IO(500),
    STOPPING(503);

    private final int httpStatus;

    Kind(int httpStatus) {
      this.httpStatus = httpStatus;
    }

    int httpStatus() {
      return httpStatus;
    }
  }

  static CommandFailure of(Throwable failure) {
    String message =
        switch (failure) {
          case OutOfMemoryError _ ->
              "the node has too little memory for this: start it again with more, such as"
                  + " SHOAL_JVM_OPTIONS=-Xmx1g";
          case StackOverflowError _ -> "the content is nested too deep for this node";
          case ShoalException e -> String.valueOf(e.getMessage());
          case IOException e when e.getMessage() != null -> e.getMessage();
          case IOException _ -> failure.toString();
          case InterruptedException _ -> "the node is being stopped";
          default ->
              "the node failed inside (%s): this is a bug; its debug log has the details"
                  .formatted(failure);
        };
    return new CommandFailure(kindOf(failure), message.replaceAll("\\s*\\R\\s*", " "));
  }

  private static Kind kindOf(Throwable failure) {
    return switch (failure) {
      case ShoalException e -> kindOf(e);
      case StackOverflowError _ -> Kind.MALFORMED_DATA;
      case IOException _ -> Kind.IO;
      case InterruptedException _ -> Kind.STOPPING;
      default -> Kind.PERMANENT;
    };
  }

  private static Kind kindOf(ShoalException exception) {
    return switch (exception) {
      case NotFoundException _ -> Kind.NOT_FOUND;
      case PermanentException _ -> Kind.PERMANENT;
      case DeadlineException _ -> Kind.DEADLINE;
      case StoreFullException _ -> Kind.STORE_FULL;
      case ChunkChangedException _ -> Kind.CHUNK_CHANGED;
      case PeerUnreachableException _ -> Kind.PEER_UNREACHABLE;
      case RetryableException _ -> Kind.RETRYABLE;
      case VerificationFailedException _ -> Kind.VERIFICATION_FAILED;
      case MalformedDataException _ -> Kind.MALFORMED_DATA;
      case PeerFaultException _ -> Kind.PEER_FAULT;
      case InvalidConfigException _ -> Kind.INVALID_CONFIG;
      case InvalidInputException _ -> Kind.INVALID_INPUT;
      case UserFaultException _ -> Kind.USER_FAULT;
    };
  }

  /// Throws the exception that [#of] was given, as far as its type is known here.
  void raise() throws ShoalException, IOException {
    switch (kind) {
      case NOT_FOUND -> throw new NotFoundException(message);
      case VERIFICATION_FAILED -> throw new VerificationFailedException(message);
      case DEADLINE -> throw new DeadlineException(message);
      case INVALID_INPUT -> throw new InvalidInputException(message);
      case INVALID_CONFIG -> throw new InvalidConfigException(message);
      case USER_FAULT -> throw new UserFaultException(message);
      case STORE_FULL -> throw new StoreFullException(message);
      case CHUNK_CHANGED -> throw new ChunkChangedException(message);
      case PEER_UNREACHABLE -> throw new PeerUnreachableException(message);
      case RETRYABLE -> throw new RetryableException(message);
      case MALFORMED_DATA -> throw new MalformedDataException(message);
      case PEER_FAULT -> throw new PeerFaultException(message);
      case PERMANENT -> throw new PermanentException(message);
      case IO -> throw new IOException(message);
      case STOPPING ->
          throw new RetryableException(
              "the node is being stopped: start it again with 'shoal serve', or repeat the"
                  + " command");
    }
  }
}
