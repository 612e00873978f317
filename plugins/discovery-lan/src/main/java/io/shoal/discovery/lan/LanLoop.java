package io.shoal.discovery.lan;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one thread in which the agents live: opens the sockets, follows the interfaces of the
/// machine, hands packets and the time to the agents, and sends what these have due.
final class LanLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LanLoop.class);

  /// RFC 6762 §17.
  private static final int MAX_PACKET_BYTES = 9_000;

  /// Packets of one socket that are read between two looks at commands and timers.
  private static final int MAX_PACKETS_A_TURN = 64;

  /// Packets that are read a second: a busy network has some tens, a flood must not take a
  /// processor.
  private static final int PACKETS_A_SECOND = 500;

  /// How often the interfaces of the machine are looked at: a cable or another wireless network is
  /// noticed within this.
  private static final Duration LOOK_EVERY = Duration.ofSeconds(5);

  /// How long [#close] waits for the last packets.
  private static final Duration FAREWELL = Duration.ofSeconds(2);

  private final List<String> interfaces;
  private final Map<Group, Agent> agents;
  private final LongSupplier nanoTime;
  private final Runnable changed;
  private final Selector selector;
  private final PacketQuota quota;
  private final Map<Group, GroupSocket> sockets = new EnumMap<>(Group.class);
  private final Queue<LongConsumer> commands = new ConcurrentLinkedQueue<>();
  private final ByteBuffer buffer = ByteBuffer.allocate(MAX_PACKET_BYTES);
  private final Thread thread;
  private volatile boolean closing;
  private volatile State state = State.NONE;
  private long lookNanos;

  /// What the loop shows of itself.
  ///
  /// @param links that are used
  /// @param fault why a socket is not open
  /// @param received packets that came
  /// @param dropped of these, those that were malformed, too many, or from another network
  /// @param sent packets that the system took
  record State(Links links, Optional<String> fault, long received, long dropped, long sent) {
    static final State NONE = new State(Links.NONE, Optional.empty(), 0, 0, 0);
  }

  /// @param interfaces names of those to use; none: see [Links#scan]
  /// @param agents one for each group that is used
  /// @param nanoTime monotonic, any origin
  /// @param changed called after packets were handled; must return at once
  LanLoop(
      List<String> interfaces, Map<Group, Agent> agents, LongSupplier nanoTime, Runnable changed)
      throws IOException {
    this.interfaces = interfaces;
    this.agents = new EnumMap<>(agents);
    this.nanoTime = nanoTime;
    this.changed = changed;
    this.quota = new PacketQuota(PACKETS_A_SECOND, nanoTime.getAsLong());
    this.lookNanos = nanoTime.getAsLong();
    this.selector = Selector.open();
    this.thread = Thread.ofPlatform().daemon().name("lan").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  State state() {
    return state;
  }

  /// Runs a command on the agents' thread. After [#close] it never runs.
  void post(LongConsumer command) {
    if (!closing) {
      commands.add(command);
      selector.wakeup();
    }
  }

  private void run() {
    try (selector) {
      while (!closing) {
        turn();
      }
      agents.values().stream().distinct().forEach(agent -> guarded(() -> send(agent.farewell())));
    } catch (IOException e) {
      LOG.error("The local network cannot be listened to ({}): restart the node", e.getMessage());
      LOG.debug("The local network cannot be listened to", e);
    } finally {
      sockets.values().forEach(GroupSocket::close);
    }
  }

  private void turn() throws IOException {
    long now = nanoTime.getAsLong();
    if (now - lookNanos >= 0) {
      lookNanos = now + LOOK_EVERY.toNanos();
      guarded(this::look);
    }
    long wait = lookNanos - nanoTime.getAsLong();
    for (Agent agent : agents.values()) {
      wait = Math.min(wait, agent.untilDueNanos(nanoTime.getAsLong()));
    }
    if (wait > 0 && commands.isEmpty()) {
      // Rounded up: a loop that wakes up too early would turn until it is time.
      selector.select(Duration.ofNanos(wait).toMillis() + 1);
    } else {
      selector.selectNow();
    }
    selector.selectedKeys().clear();
    boolean isHandled = false;
    for (GroupSocket socket : sockets.values()) {
      isHandled |= receive(socket);
    }
    for (LongConsumer due = commands.poll(); due != null; due = commands.poll()) {
      LongConsumer command = due;
      guarded(() -> command.accept(nanoTime.getAsLong()));
    }
    agents.values().stream()
        .distinct()
        .forEach(agent -> guarded(() -> send(agent.due(nanoTime.getAsLong()))));
    if (isHandled) {
      changed.run();
    }
  }

  /// Opens what is not open, and follows the interfaces.
  private void look() {
    try {
      Links now = Links.scan(interfaces);
      Optional<String> fault = Optional.empty();
      boolean isNew = false;
      for (Group group : agents.keySet()) {
        boolean isSpoken = now.links().stream().anyMatch(link -> link.speaks(group.family()));
        if (isSpoken && !sockets.containsKey(group)) {
          try {
            GroupSocket socket = GroupSocket.open(group);
            socket.channel().register(selector, SelectionKey.OP_READ);
            sockets.put(group, socket);
            isNew = true;
          } catch (IOException e) {
            fault = Optional.of(faultOf(group, e));
          }
        }
      }
      if (!fault.equals(state.fault())) {
        fault.ifPresent(LOG::warn);
      }
      boolean isOther = !now.links().equals(state.links().links());
      state = new State(now, fault, state.received(), state.dropped(), state.sent());
      if (isOther || isNew) {
        sockets.values().forEach(socket -> socket.join(now));
        agents.values().stream()
            .distinct()
            .forEach(agent -> agent.linksAre(now, nanoTime.getAsLong()));
      }
      if (isOther) {
        LOG.debug("On the local network by {}", now.links().stream().map(Link::name).toList());
      }
    } catch (SocketException e) {
      LOG.debug("The interfaces cannot be listed: {}", e.getMessage());
    }
  }

  private static String faultOf(Group group, IOException e) {
    return "UDP port %d cannot be opened (%s): end the program that holds it alone, or turn off %s"
        .formatted(group.port(), e.getMessage(), group.isDns() ? "dnsSd" : "contentKeys");
  }

  /// @return whether an agent got a packet
  private boolean receive(GroupSocket socket) throws IOException {
    boolean isHandled = false;
    for (int i = 0; i < MAX_PACKETS_A_TURN; i++) {
      buffer.clear();
      Optional<InetSocketAddress> from = socket.receive(buffer);
      if (from.isEmpty()) {
        break;
      }
      byte[] bytes = Arrays.copyOf(buffer.array(), buffer.position());
      long now = nanoTime.getAsLong();
      State before = state;
      boolean isTaken = quota.take(now) && hand(socket.group(), from.get(), bytes, now);
      isHandled |= isTaken;
      state =
          new State(
              before.links(),
              before.fault(),
              before.received() + 1,
              before.dropped() + (isTaken ? 0 : 1),
              before.sent());
    }
    return isHandled;
  }

  private boolean hand(Group group, InetSocketAddress from, byte[] bytes, long now) {
    Agent agent = agents.get(group);
    Optional<Link> link = state.links().of(from.getAddress());
    if (agent == null || link.isEmpty()) {
      return false;
    }
    try {
      agent.received(bytes, group, link.get(), from, now);
      return true;
    } catch (MalformedPacketException e) {
      LOG.trace("A packet of {} is left out: {}", from, e.getMessage());
      return false;
    } catch (RuntimeException e) {
      report(e);
      return false;
    }
  }

  private void send(List<Outgoing> packets) {
    long sent = 0;
    for (Outgoing packet : packets) {
      GroupSocket socket = sockets.get(packet.group());
      if (socket != null && socket.send(packet)) {
        sent++;
      }
    }
    if (sent > 0) {
      State before = state;
      state =
          new State(
              before.links(),
              before.fault(),
              before.received(),
              before.dropped(),
              before.sent() + sent);
    }
  }

  /// A bug that some packet uncovers must not end the loop: it costs that packet.
  private static void guarded(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      report(e);
    }
  }

  private static void report(RuntimeException e) {
    LOG.error(
        "A step on the local network failed ({}): please report it; the node goes on",
        e.toString());
    LOG.debug("A step on the local network failed", e);
  }

  /// Says that this node goes, and ends the thread.
  @Override
  public void close() {
    closing = true;
    selector.wakeup();
    boolean isInterrupted = false;
    try {
      isInterrupted = Thread.interrupted();
      thread.join(FAREWELL);
    } catch (InterruptedException e) {
      isInterrupted = true;
    }
    sockets.values().forEach(GroupSocket::close);
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
