package io.shoal.discovery.kademlia;

import io.shoal.api.Cid;
import io.shoal.api.Inspection.AnswerSink;
import io.shoal.api.Inspection.Question;
import io.shoal.api.InvalidInputException;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.krpc.Scope;
import io.shoal.discovery.kademlia.lookup.PendingQueries;
import io.shoal.discovery.kademlia.node.DhtNode;
import io.shoal.discovery.kademlia.node.Inspector;
import io.shoal.discovery.kademlia.node.LookupTrace;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Answers the questions of `shoal dht`: hands them to the [DhtLoop] and waits for the answer.
/// Usable from any thread.
final class DhtInspection {
  private static final Question TABLE =
      new Question("table", "", "the known nodes by bucket, and their state");
  private static final Question LOOKUP =
      new Question(
          "lookup",
          "KEY|CID [SCHEME]",
          "look up a key of 40 hex digits, or that of a content, hop by hop");
  private static final Question PING =
      new Question("ping", "HOST:PORT", "check whether a node answers");
  private static final Question GET_PEERS =
      new Question(
          "get-peers",
          "INFOHASH",
          "peers that announced a BitTorrent infohash: 40 hex digits, or 64 of version 2");
  private static final Question COUNTERS =
      new Question("counters", "", "what this node has, and counts since its start");

  static final List<Question> QUESTIONS =
      List.of(
          TABLE,
          LOOKUP,
          PING,
          GET_PEERS,
          ItemQuestions.GET,
          ItemQuestions.PUT,
          ItemQuestions.PUT_SIGNED,
          COUNTERS);

  /// The scheme of nodes that require TLS, which is the default.
  private static final String DEFAULT_SCHEME = "tcps";

  private static final int KEY_DIGITS = 2 * NodeId.SIZE_BYTES;

  /// A version 2 infohash is a SHA-256; the DHT's keys are its first 20 bytes (BEP 52).
  private static final int SHA256_DIGITS = 64;

  /// Within the bound that the contract gives for an answer.
  private static final Duration DEADLINE = Duration.ofSeconds(50);

  private final DhtLoop loop;
  private final BlockingCalls calls;
  private final ProviderKey keys;

  DhtInspection(DhtLoop loop, BlockingCalls calls, ProviderKey keys) {
    this.loop = loop;
    this.calls = calls;
    this.keys = keys;
  }

  /// A part of an answer, from the node's thread to the thread that waits for it.
  private sealed interface Part {
    record Columns(List<String> names) implements Part {}

    record Row(List<String> cells) implements Part {}

    /// The last.
    ///
    /// @param failure why there is no answer, if there is none
    record End(Optional<String> failure) implements Part {}
  }

  /// Takes an answer from the node's thread; bounded by what one lookup can bring.
  private static final class QueuedSink implements LookupTrace.TableSink {
    private final BlockingQueue<Part> queue = new LinkedBlockingQueue<>();

    @Override
    public void columns(String... names) {
      queue.add(new Part.Columns(List.of(names)));
    }

    @Override
    public void row(Object... cells) {
      List<String> texts = new ArrayList<>();
      for (Object cell : cells) {
        texts.add(cell.toString());
      }
      queue.add(new Part.Row(texts));
    }

    @Override
    public void end() {
      queue.add(new Part.End(Optional.empty()));
    }

    @Override
    public void fail(String why) {
      queue.add(new Part.End(Optional.of(why)));
    }
  }

  void ask(String question, List<String> arguments, AnswerSink sink)
      throws ShoalException, InterruptedException {
    switch (question) {
      case "table" -> {
        takes(TABLE, arguments, 0, 0);
        answer(this::table, sink);
      }
      case "lookup" -> {
        takes(LOOKUP, arguments, 1, 2);
        NodeId key = key(arguments);
        answer(
            (node, out, now) -> LookupTrace.path(node, key, out, Membership.JOIN_ADVICE, now),
            sink);
      }
      case "ping" -> {
        takes(PING, arguments, 1, 1);
        InetSocketAddress node = address(arguments.getFirst());
        Family family = Family.of(node.getAddress());
        answer(family, (own, out, now) -> ping(own, node, out, now), sink);
      }
      case "get-peers" -> {
        takes(GET_PEERS, arguments, 1, 1);
        NodeId key = infohash(arguments.getFirst());
        answer(
            (node, out, now) -> LookupTrace.peers(node, key, out, Membership.JOIN_ADVICE, now),
            sink);
      }
      case "get" -> {
        takes(ItemQuestions.GET, arguments, 1, 2);
        new ItemQuestions(calls).get(arguments, sink);
      }
      case "put" -> {
        takes(ItemQuestions.PUT, arguments, 1, 1);
        new ItemQuestions(calls).put(arguments, sink);
      }
      case "put-signed" -> {
        takes(ItemQuestions.PUT_SIGNED, arguments, 5, 5);
        new ItemQuestions(calls).putSigned(arguments, sink);
      }
      case "counters" -> {
        takes(COUNTERS, arguments, 0, 0);
        answer(this::counters, sink);
      }
      default ->
          throw new InvalidInputException(
              "'" + question + "' is not a question to the DHT: `shoal dht` lists them");
    }
  }

  private static void takes(Question question, List<String> arguments, int least, int most)
      throws InvalidInputException {
    if (arguments.size() < least || arguments.size() > most) {
      throw new InvalidInputException(
          question.arguments().isEmpty()
              ? "%s takes no argument: leave out '%s'"
                  .formatted(question.name(), String.join(" ", arguments))
              : "%s takes %s: %d arguments were given"
                  .formatted(question.name(), question.arguments(), arguments.size()));
    }
  }

  /// Asked in the node's thread.
  @FunctionalInterface
  private interface NodeQuestion {
    void ask(DhtNode node, QueuedSink out, long nowMillis);
  }

  /// Asks the node of each family. One that is alone is no failure as long as the other answers.
  private void answer(NodeQuestion question, AnswerSink sink)
      throws ShoalException, InterruptedException {
    List<RetryableException> failures = new ArrayList<>();
    for (Family family : loop.locals().keySet()) {
      try {
        answer(family, question, sink);
      } catch (RetryableException e) {
        failures.add(e);
      }
    }
    if (failures.size() == loop.locals().size()) {
      throw failures.getFirst();
    }
  }

  private void answer(Family family, NodeQuestion question, AnswerSink sink)
      throws RetryableException, InterruptedException {
    QueuedSink out = new QueuedSink();
    loop.post(now -> question.ask(Objects.requireNonNull(loop.nodes().get(family)), out, now));
    long deadline = loop.nowMillis() + DEADLINE.toMillis();
    while (true) {
      Part part =
          calls
              .next(out.queue, deadline)
              .orElseThrow(() -> new RetryableException("the DHT gave no answer: try again"));
      switch (part) {
        case Part.Columns(List<String> names) -> sink.columns(names);
        case Part.Row(List<String> cells) -> sink.row(cells);
        case Part.End(Optional<String> failure) -> {
          if (failure.isPresent()) {
            throw new RetryableException(failure.get());
          }
          return;
        }
      }
    }
  }

  private void table(DhtNode node, QueuedSink out, long nowMillis) {
    Inspector inspector = node.inspector();
    inspector.whenJoined(
        () -> {
          out.columns(
              "bucket", "node", "id", "state", "heardSecondsAgo", "failures", "roundTripMillis");
          for (Inspector.Known known : inspector.known(loop.nowMillis())) {
            out.row(
                known.bucket(),
                Contact.text(known.contact().address()),
                known.contact().id(),
                known.state().name().toLowerCase(Locale.ROOT),
                TimeUnit.MILLISECONDS.toSeconds(known.heardMillis()),
                known.failures(),
                known.roundTripMillis().isPresent()
                    ? Long.toString(known.roundTripMillis().getAsLong())
                    : "");
          }
          out.end();
        },
        nowMillis);
  }

  private void counters(DhtNode node, QueuedSink out, long nowMillis) {
    Family family = node.family();
    DhtNode.Snapshot figures = node.snapshot(nowMillis);
    out.columns("counter", "family", "value");
    out.row("id", family, node.id());
    out.row("listens", family, Contact.text(Objects.requireNonNull(loop.locals().get(family))));
    out.row("knownNodes", family, figures.nodes());
    out.row("announcedKeys", family, figures.announcedKeys());
    out.row("keysWaiting", family, figures.announcing().due());
    out.row("overdueKeys", family, figures.overdueKeys());
    out.row("storedKeys", family, figures.storedKeys());
    out.row("storedProviders", family, figures.storedProviders());
    out.row("queriesInFlight", family, figures.waitingQueries());
    out.row("queriesNotAnswered", family, figures.droppedQueries());
    out.row("malformedPackets", family, figures.garbage());
    figures.defence().figures().forEach((name, count) -> out.row(name, family, count));
    for (Map.Entry<String, Long> figure : node.traffic().entrySet()) {
      out.row(figure.getKey(), family, figure.getValue());
    }
    out.end();
  }

  private static void ping(DhtNode node, InetSocketAddress to, QueuedSink out, long nowMillis) {
    node.inspector()
        .ping(
            to,
            new PendingQueries.Handler() {
              @Override
              public void replied(Contact from, Packet.Reply reply, long repliedMillis) {
                out.columns("node", "id", "roundTripMillis", "seesUsAs");
                out.row(
                    Contact.text(from.address()),
                    from.id(),
                    repliedMillis - nowMillis,
                    reply.seenAs().map(Contact::text).orElse(""));
                out.end();
              }

              @Override
              public void failed(long failedMillis) {
                out.fail(
                    Contact.text(to)
                        + " does not answer: check the address, and that UDP reaches it");
              }
            },
            nowMillis);
  }

  private NodeId key(List<String> arguments) throws InvalidInputException {
    String text = arguments.getFirst();
    if (isHex(text, KEY_DIGITS)) {
      return NodeId.of(HexFormat.of().parseHex(text), 0);
    }
    String content = text.startsWith("shoal:") ? text.substring("shoal:".length()) : text;
    int query = content.indexOf('?');
    Cid cid = Cid.parse(query < 0 ? content : content.substring(0, query));
    return keys.of(cid, arguments.size() > 1 ? arguments.get(1) : DEFAULT_SCHEME);
  }

  private static NodeId infohash(String text) throws InvalidInputException {
    if (!isHex(text, KEY_DIGITS) && !isHex(text, SHA256_DIGITS)) {
      throw new InvalidInputException(
          "'%s' is not an infohash: give 40 hex digits, or the 64 of version 2".formatted(text));
    }
    return NodeId.of(HexFormat.of().parseHex(text), 0);
  }

  private static boolean isHex(String text, int digits) {
    return text.length() == digits && text.chars().allMatch(HexFormat::isHexDigit);
  }

  private InetSocketAddress address(String text) throws InvalidInputException {
    HostPort parsed =
        HostPort.parse(text)
            .filter(node -> node.port() > 0)
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        "'" + text + "' is not HOST:PORT, such as 192.0.2.7:6881"));
    try {
      for (InetAddress address : InetAddress.getAllByName(parsed.host())) {
        InetSocketAddress node = new InetSocketAddress(address, parsed.port());
        if (loop.locals().containsKey(Family.of(address)) && Scope.isUsable(node)) {
          return node;
        }
      }
    } catch (UnknownHostException e) {
      throw new InvalidInputException("'" + parsed.host() + "' has no address: check its name", e);
    }
    throw new InvalidInputException(
        "'%s' has no address of a family in which this DHT listens: take another one"
            .formatted(parsed.host()));
  }
}
