package io.shoal.transport.http;

import io.shoal.api.Inspection;
import io.shoal.api.InvalidInputException;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.transport.http.fetch.GatewayFigures;
import io.shoal.transport.http.server.ClientFigures;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Shows the gateways that are asked and the clients that ask.
final class HttpInspection implements Inspection {
  private static final String GATEWAYS = "gateways";
  private static final String CLIENTS = "clients";

  private final Supplier<Optional<RunningTransport>> transport;

  HttpInspection(Supplier<Optional<RunningTransport>> transport) {
    this.transport = transport;
  }

  @Override
  public List<Question> questions() {
    return List.of(
        new Question(GATEWAYS, "", "the gateways that chunks are fetched from, and how that goes"),
        new Question(CLIENTS, "", "the inbound connections, and what was sent on each"));
  }

  @Override
  public void ask(String question, List<String> arguments, AnswerSink sink) throws ShoalException {
    if (questions().stream().noneMatch(known -> known.name().equals(question))) {
      throw new InvalidInputException(
          "there is no question '%s': ask %s or %s".formatted(question, GATEWAYS, CLIENTS));
    }
    if (!arguments.isEmpty()) {
      throw new InvalidInputException("'" + question + "' takes no argument: leave it out");
    }
    RunningTransport running =
        transport.get().orElseThrow(() -> new RetryableException("the transport is closed"));
    if (question.equals(GATEWAYS)) {
      gateways(running, sink);
    } else {
      clients(running, sink);
    }
  }

  private static void gateways(RunningTransport running, AnswerSink sink) {
    sink.columns(
        List.of(
            "address", "running", "waiting", "requests", "refused", "failures", "receivedBytes"));
    for (GatewayFigures gateway : first(running.client().gateways())) {
      sink.row(
          List.of(
              gateway.address(),
              Integer.toString(gateway.running()),
              Integer.toString(gateway.waiting()),
              Long.toString(gateway.requests()),
              Long.toString(gateway.refused()),
              Long.toString(gateway.failures()),
              Long.toString(gateway.receivedBytes())));
    }
  }

  private static void clients(RunningTransport running, AnswerSink sink) {
    sink.columns(List.of("address", "requests", "refused", "sentBytes"));
    for (ClientFigures client : first(running.server().clients())) {
      sink.row(
          List.of(
              client.address(),
              Long.toString(client.requests()),
              Long.toString(client.refused()),
              Long.toString(client.sentBytes())));
    }
  }

  private static <T> List<T> first(List<T> all) {
    return all.subList(0, Math.min(all.size(), MAX_ROWS));
  }
}
