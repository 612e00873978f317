package io.shoal.discovery.routing;

import io.shoal.api.Inspection;
import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Shows the servers, and what nodes announced to the one of this node.
final class RoutingInspection implements Inspection {
  private static final Question SERVERS =
      new Question("servers", "", "the routing servers, and how each answered last");
  private static final Question NODES =
      new Question("nodes", "", "the nodes that announce to the routing server of this node");

  private final Supplier<Optional<RunningRouting>> running;

  RoutingInspection(Supplier<Optional<RunningRouting>> running) {
    this.running = running;
  }

  @Override
  public List<Question> questions() {
    return List.of(SERVERS, NODES);
  }

  @Override
  public void ask(String question, List<String> arguments, AnswerSink sink)
      throws InvalidInputException {
    boolean known = questions().stream().anyMatch(one -> one.name().equals(question));
    if (!known) {
      throw new InvalidInputException(
          "there is no question '" + question + "': ask 'servers' or 'nodes'");
    }
    if (!arguments.isEmpty()) {
      throw new InvalidInputException("'" + question + "' takes no argument: leave it out");
    }
    if (question.equals(SERVERS.name())) {
      servers(sink);
    } else {
      nodes(sink);
    }
  }

  private void servers(AnswerSink sink) {
    sink.columns(List.of("server", "use", "waitingContents", "backoffSeconds", "lastFailure"));
    running
        .get()
        .ifPresent(
            routing -> {
              routing
                  .servers()
                  .forEach(
                      (server, backoff) ->
                          sink.row(
                              List.of(
                                  server.toString(),
                                  server.trusted() ? "asked, trusted" : "asked",
                                  "",
                                  Long.toString(backoff.left().toSeconds()),
                                  backoff.lastFailure().orElse(""))));
              for (Announcer announcer : routing.announcers()) {
                sink.row(
                    List.of(
                        announcer.server().toString(),
                        "announced to",
                        Long.toString(announcer.queue().waiting()),
                        "",
                        announcer.lastFailure().orElse("")));
              }
            });
  }

  private void nodes(AnswerSink sink) {
    sink.columns(List.of("peer", "contents", "from", "addresses"));
    running
        .get()
        .flatMap(RunningRouting::own)
        .ifPresent(
            own ->
                own.table()
                    .nodes(MAX_ROWS)
                    .forEach(
                        node ->
                            sink.row(
                                List.of(
                                    node.record().peer().toString(),
                                    Integer.toString(node.contents()),
                                    node.client(),
                                    addresses(node.record())))));
  }

  private static String addresses(PeerRecord record) {
    return Stream.concat(
            record.addresses().stream().map(PeerAddress::toString), record.multiaddrs().stream())
        .collect(Collectors.joining(" "));
  }
}
