package io.shoal.discovery.kademlia;

import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.lookup.Network;
import io.shoal.discovery.kademlia.node.DhtNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one thread in which the [DhtNode]s of this machine live, one for each address family: hands
/// them datagrams, commands and the time, and sends what they say.
final class DhtLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DhtLoop.class);

  /// Larger ones are cut off by the read and fail to decode; nothing in the protocol comes near.
  private static final int MAX_DATAGRAM_BYTES = 8 * 1024;

  /// Datagrams handled between two looks at commands and timers.
  private static final int MAX_DATAGRAMS_A_TURN = 64;

  /// A burst of replies to many lookups must not be lost while the thread waits for a processor.
  private static final int RECEIVE_BUFFER_BYTES = 1024 * 1024;

  private static final long SNAPSHOT_MILLIS = 200;

  private final Sockets sockets;
  private final LongSupplier nanoTime;
  private final Selector selector;
  private final Consumer<DhtNode> bootstrapWanted;
  private final Map<Family, DhtNode> nodes = new EnumMap<>(Family.class);
  private final Consumer<Map<Family, DhtNode.Snapshot>> figures;
  private final Queue<LongConsumer> commands = new ConcurrentLinkedQueue<>();
  private final OwnAddresses ownAddresses = new OwnAddresses();
  private final ByteBuffer buffer = ByteBuffer.allocate(MAX_DATAGRAM_BYTES);
  private final Thread thread;
  private volatile boolean closing;
  private long figuresMillis;

  /// @param sockets belong to the loop from now on
  /// @param nanoTime monotonic, any origin
  /// @param makeNode makes the node of a family
  /// @param bootstrapWanted answers [Network#wantBootstrap]; must return at once
  /// @param figures takes the node's figures several times a second
  DhtLoop(
      Sockets sockets,
      LongSupplier nanoTime,
      NodeMaker makeNode,
      Consumer<DhtNode> bootstrapWanted,
      Consumer<Map<Family, DhtNode.Snapshot>> figures)
      throws IOException {
    this.sockets = sockets;
    this.nanoTime = nanoTime;
    this.bootstrapWanted = bootstrapWanted;
    this.figures = figures;
    this.selector = Selector.open();
    for (DatagramChannel channel : Set.copyOf(sockets.channels().values())) {
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
      channel.register(selector, SelectionKey.OP_READ);
    }
    sockets
        .channels()
        .forEach(
            (family, channel) ->
                nodes.put(family, makeNode.make(family, new Way(family), nowMillis())));
    if (nodes.size() > 1) {
      Iterator<DhtNode> both = nodes.values().iterator();
      both.next().pairWith(both.next());
    }
    this.thread =
        Thread.ofPlatform().daemon().name("dht-" + local().getPort()).unstarted(this::run);
  }

  /// Makes the node of a family, which sends through `network`.
  @FunctionalInterface
  interface NodeMaker {
    DhtNode make(Family family, Network network, long nowMillis);
  }

  void start() {
    post(now -> nodes.values().forEach(node -> node.start(now)));
    thread.start();
  }

  /// Where the first family listens, IPv4 if it is spoken.
  InetSocketAddress local() {
    return sockets.local().values().iterator().next();
  }

  /// Where each family listens.
  Map<Family, InetSocketAddress> locals() {
    return sockets.local();
  }

  /// The nodes; to be touched by commands only.
  Map<Family, DhtNode> nodes() {
    return nodes;
  }

  /// Milliseconds that only grow; the node's time.
  long nowMillis() {
    return nanoTime.getAsLong() / 1_000_000;
  }

  /// Runs a command on the node's thread, with the node's time. After [#close] it never runs.
  void post(LongConsumer command) {
    if (!closing) {
      commands.add(command);
      selector.wakeup();
    }
  }

  private void run() {
    try {
      while (!closing) {
        turn();
      }
    } catch (IOException e) {
      if (!closing) {
        LOG.error("The DHT's socket failed ({}): restart the node", e.getMessage());
        LOG.debug("The DHT's socket failed", e);
      }
    }
  }

  private void turn() throws IOException {
    long now = nowMillis();
    long next = Long.MAX_VALUE;
    for (DhtNode node : nodes.values()) {
      next = Math.min(next, node.nextTickMillis().orElse(Long.MAX_VALUE));
    }
    long wait = Math.min(next - now, SNAPSHOT_MILLIS);
    if (wait > 0 && commands.isEmpty()) {
      selector.select(wait);
    } else {
      selector.selectNow();
    }
    selector.selectedKeys().clear();
    for (DatagramChannel channel : Set.copyOf(sockets.channels().values())) {
      receive(channel);
    }
    for (LongConsumer due = commands.poll(); due != null; due = commands.poll()) {
      LongConsumer command = due;
      guarded(() -> command.accept(nowMillis()));
    }
    nodes.values().forEach(node -> guarded(() -> node.onTick(nowMillis())));
    now = nowMillis();
    if (now - figuresMillis >= SNAPSHOT_MILLIS) {
      figuresMillis = now;
      Map<Family, DhtNode.Snapshot> snapshots = new EnumMap<>(Family.class);
      for (Map.Entry<Family, DhtNode> entry : nodes.entrySet()) {
        snapshots.put(entry.getKey(), entry.getValue().snapshot(now));
      }
      figures.accept(snapshots);
    }
  }

  private void receive(DatagramChannel channel) throws IOException {
    for (int i = 0; i < MAX_DATAGRAMS_A_TURN; i++) {
      buffer.clear();
      InetSocketAddress from = (InetSocketAddress) channel.receive(buffer);
      if (from == null) {
        return;
      }
      byte[] datagram = Arrays.copyOf(buffer.array(), buffer.position());
      DhtNode node = nodes.get(Family.of(from.getAddress()));
      if (node != null) {
        guarded(() -> node.onDatagram(from, datagram, nowMillis()));
      }
    }
  }

  /// A bug that some packet uncovers must not end the node: it costs that packet.
  private static void guarded(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      LOG.error("A step of the DHT failed ({}): please report it; the node goes on", e.toString());
      LOG.debug("A step of the DHT failed", e);
    }
  }

  /// A node's network: its family's socket.
  private final class Way implements Network {
    private final Family family;
    private final DatagramChannel channel;
    private final InetAddress local;

    Way(Family family) {
      this.family = family;
      this.channel = Objects.requireNonNull(sockets.channels().get(family));
      this.local = Objects.requireNonNull(sockets.local().get(family)).getAddress();
    }

    @Override
    public void send(InetSocketAddress to, byte[] datagram) {
      try {
        // A datagram that does not fit into the socket's buffer is lost, as it may be anywhere on
        // its way.
        channel.send(ByteBuffer.wrap(datagram), to);
      } catch (IOException e) {
        // No route, or the system says no: the same as a lost datagram.
        LOG.debug("No datagram to {}: {}", to, e.getMessage());
      }
    }

    @Override
    public Optional<InetAddress> ownAddressToward(InetAddress peer) {
      return local.isAnyLocalAddress()
          ? ownAddresses.toward(peer, nowMillis())
          : Optional.of(local);
    }

    @Override
    public void wantBootstrap() {
      bootstrapWanted.accept(Objects.requireNonNull(nodes.get(family)));
    }
  }

  /// Ends the thread and closes the socket. Afterwards the node may be read by the caller.
  @Override
  public void close() throws IOException {
    closing = true;
    selector.wakeup();
    boolean interrupted = false;
    while (thread.isAlive() && thread != Thread.currentThread()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    selector.close();
    sockets.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
