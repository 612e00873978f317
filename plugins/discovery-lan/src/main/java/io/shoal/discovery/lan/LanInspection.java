package io.shoal.discovery.lan;

import io.shoal.api.Inspection;
import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerAddress;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Shows the neighbours, the interfaces and the keys that were heard.
final class LanInspection implements Inspection {
  private static final String NEIGHBOURS = "neighbours";
  private static final String INTERFACES = "interfaces";
  private static final String TRAFFIC = "traffic";

  private static final long NANOS_A_SECOND = 1_000_000_000;

  private final Supplier<Optional<LocalNetwork>> network;

  LanInspection(Supplier<Optional<LocalNetwork>> network) {
    this.network = network;
  }

  @Override
  public List<Question> questions() {
    return List.of(
        new Question(NEIGHBOURS, "", "the nodes of the local network, and where they are reached"),
        new Question(INTERFACES, "", "the interfaces that are used, and what is announced on each"),
        new Question(TRAFFIC, "", "packets and keys so far"));
  }

  @Override
  public void ask(String question, List<String> arguments, AnswerSink sink) throws ShoalException {
    if (questions().stream().noneMatch(known -> known.name().equals(question))) {
      throw new InvalidInputException(
          "there is no question '%s': ask %s, %s or %s"
              .formatted(question, NEIGHBOURS, INTERFACES, TRAFFIC));
    }
    if (!arguments.isEmpty()) {
      throw new InvalidInputException("'" + question + "' takes no argument: leave it out");
    }
    LocalNetwork now =
        network
            .get()
            .orElseThrow(() -> new RetryableException("the local network is not joined yet"));
    switch (question) {
      case NEIGHBOURS -> neighbours(now, sink);
      case INTERFACES -> interfaces(now, sink);
      default -> traffic(now, sink);
    }
  }

  private static void neighbours(LocalNetwork network, AnswerSink sink) {
    sink.columns(List.of("name", "interface", "address", "heardSecondsAgo", "expiresInSeconds"));
    long nanos = System.nanoTime();
    for (NeighbourTable.Neighbour neighbour : network.neighbours().all()) {
      for (PeerAddress endpoint : neighbour.endpoints()) {
        sink.row(
            List.of(
                neighbour.description().instance(),
                neighbour.link(),
                endpoint.uri(),
                Long.toString((nanos - neighbour.heardNanos()) / NANOS_A_SECOND),
                Long.toString((neighbour.expiresNanos() - nanos) / NANOS_A_SECOND)));
      }
    }
  }

  private static void interfaces(LocalNetwork network, AnswerSink sink) {
    sink.columns(List.of("interface", "announced"));
    for (Link link : network.state().links().links()) {
      List<String> uris = network.endpoints().on(link);
      sink.row(List.of(link.name(), String.join(" ", uris)));
    }
  }

  private static void traffic(LocalNetwork network, AnswerSink sink) {
    LanLoop.State state = network.state();
    sink.columns(List.of("received", "dropped", "sent", "heardKeys", "heardMachines"));
    sink.row(
        List.of(
            Long.toString(state.received()),
            Long.toString(state.dropped()),
            Long.toString(state.sent()),
            Integer.toString(network.heard().size()),
            Integer.toString(network.heard().sources())));
  }
}
