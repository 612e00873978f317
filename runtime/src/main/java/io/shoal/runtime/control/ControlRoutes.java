package io.shoal.runtime.control;

import io.shoal.api.InvalidInputException;
import io.shoal.api.ShoalException;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.NameCommands;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.StatusCommands;
import io.shoal.runtime.command.StoreCommands;
import io.shoal.runtime.json.JsonException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// Which request asks the node for what. A request is its method and its path: `GET /v1/status`.
final class ControlRoutes {

  static final String METRICS = "GET /metrics";

  static final String CAT = "POST /v1/cat";

  /// Those that wait for peers or work through the store, for hours if need be. All else is done at
  /// once.
  private static final Set<String> PATIENT =
      Set.of(
          CAT,
          "POST /v1/add",
          "POST /v1/take-over",
          "POST /v1/get",
          "POST /v1/find",
          "POST /v1/inspect",
          "POST /v1/gc",
          "POST /v1/verify",
          "POST /v1/publish",
          "POST /v1/withdraw",
          "POST /v1/resolve",
          "POST /v1/key/rotate");

  private final NodeCommands node;
  private final Supplier<String> metrics;

  /// A question to the node that has no body: its answer is a record, a list of them, or a text.
  interface Question {
    Object ask() throws Exception;
  }

  ControlRoutes(NodeCommands node, Supplier<String> metrics) {
    this.node = node;
    this.metrics = metrics;
  }

  static boolean isPatient(String request) {
    return PATIENT.contains(request);
  }

  Optional<Question> question(String request) {
    return switch (request) {
      case METRICS -> Optional.of(metrics::get);
      case "GET /v1/status" -> Optional.of(node::status);
      case "GET /v1/peers" -> Optional.of(node::peers);
      case "GET /v1/plugins" -> Optional.of(node::plugins);
      case "GET /v1/roots" -> Optional.of(node::roots);
      case "GET /v1/inspections" -> Optional.of(node::inspections);
      case "GET /v1/published" -> Optional.of(node::published);
      case "GET /v1/key" -> Optional.of(node::publishingKey);
      default -> Optional.empty();
    };
  }

  CommandStream.Command command(String request, byte[] json) throws ShoalException {
    return switch (request) {
      case CAT -> {
        var body = body(json, ControlRequests.Cat.class);
        yield out -> node.cat(body.reference(), body.peers(), body.timeout(), out.asOutput());
      }
      case "POST /v1/add" -> {
        var body = body(json, ContentCommands.AddRequest.class);
        yield out -> node.add(body, out::progress, out::result, out::failed);
      }
      case "POST /v1/take-over" -> {
        var body = body(json, ControlRequests.OfFolder.class);
        yield out -> out.result(node.takeOver(body.folder(), out::progress));
      }
      case "POST /v1/get" -> {
        var body = body(json, ContentCommands.GetRequest.class);
        yield out -> out.result(node.get(body, out::progress));
      }
      case "POST /v1/find" -> {
        var body = body(json, ControlRequests.ReferenceWithin.class);
        yield out -> node.find(body.reference(), body.timeout(), out::result);
      }
      case "POST /v1/share" -> {
        var body = body(json, ControlRequests.Share.class);
        yield out -> out.result(node.share(body.reference(), body.sharing()));
      }
      case "POST /v1/inspect" -> {
        var body = body(json, StatusCommands.InspectRequest.class);
        yield out -> node.inspect(body, out::result);
      }
      case "POST /v1/gc" -> {
        body(json, ControlRequests.Nothing.class);
        yield out -> out.result(node.gc());
      }
      case "POST /v1/verify" -> {
        var body = body(json, StoreCommands.VerifyRequest.class);
        yield out -> out.result(node.verify(body, out::progress));
      }
      case "POST /v1/list", "POST /v1/stat", "POST /v1/pin", "POST /v1/unpin" ->
          ofReference(
              request.substring("POST /v1/".length()),
              body(json, ControlRequests.OfReference.class).reference());
      default -> ofNames(request, json);
    };
  }

  private CommandStream.Command ofNames(String request, byte[] json) throws ShoalException {
    return switch (request) {
      case "POST /v1/publish" -> {
        var body = body(json, NameCommands.PublishRequest.class);
        yield out -> out.result(node.publish(body));
      }
      case "POST /v1/withdraw" -> {
        var body = body(json, ControlRequests.Name.class);
        yield out -> out.result(node.withdraw(body.name(), body.timeout()));
      }
      case "POST /v1/resolve" -> {
        var body = body(json, ControlRequests.ReferenceWithin.class);
        if (!(body.reference() instanceof Reference.SignedName name)) {
          throw new InvalidInputException("not a signed name: give shoal:k/KEY/NAME");
        }
        yield out -> out.result(node.resolve(name, body.timeout()));
      }
      case "POST /v1/key/export" -> {
        var body = body(json, ControlRequests.KeyFile.class);
        yield out -> out.result(node.exportKey(body.file()));
      }
      case "POST /v1/key/import" -> {
        var body = body(json, ControlRequests.KeyFile.class);
        yield out -> out.result(node.importKey(body.file()));
      }
      case "POST /v1/key/rotate" -> {
        var body = body(json, ControlRequests.Within.class);
        yield out -> out.result(node.rotateKey(body.timeout()));
      }
      default -> throw new NotFoundException("the control API has no '" + request + "'");
    };
  }

  private CommandStream.Command ofReference(String command, Reference reference) {
    return switch (command) {
      case "list" -> out -> node.list(reference).forEach(out::result);
      case "stat" -> out -> out.result(node.stat(reference));
      case "pin" -> _ -> node.pin(reference);
      default -> _ -> node.unpin(reference);
    };
  }

  private static <T> T body(byte[] json, Class<T> type) throws InvalidInputException {
    if (ControlJson.isNothing(json)) {
      String fields =
          Arrays.stream(type.getRecordComponents())
              .map(field -> field.getName())
              .collect(Collectors.joining(", "));
      throw new InvalidInputException(
          "the request has no body: send "
              + (fields.isEmpty() ? "{}" : "a JSON object with " + fields));
    }
    try {
      return ControlJson.request(json, type);
    } catch (JsonException e) {
      throw new InvalidInputException("not the JSON that is expected here: " + e.getMessage(), e);
    }
  }
}
