package io.shoal.discovery.kademlia;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Arrays;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one thread in which a [DhtNode] lives: hands it datagrams, commands and the time, and sends
/// what it says.
final class DhtLoop implements Network, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DhtLoop.class);

  /// Larger ones are cut off by the read and then are no bencoding; nothing in the protocol comes
  /// near.
  private static final int MAX_DATAGRAM_BYTES = 8 * 1024;

  /// Datagrams handled between two looks at commands and timers.
  private static final int MAX_DATAGRAMS_A_TURN = 64;

  /// A burst of replies to many lookups must not be lost while the thread waits for a processor.
  private static final int RECEIVE_BUFFER_BYTES = 1024 * 1024;

  private static final long SNAPSHOT_MILLIS = 200;

  private final DatagramChannel channel;
  private final Selector selector;
  private final InetSocketAddress local;
  private final Runnable bootstrapWanted;
  private final DhtNode node;
  private final Consumer<DhtNode.Snapshot> figures;
  private final Queue<LongConsumer> commands = new ConcurrentLinkedQueue<>();
  private final OwnAddresses ownAddresses = new OwnAddresses();
  private final ByteBuffer buffer = ByteBuffer.allocate(MAX_DATAGRAM_BYTES);
  private final Thread thread;
  private volatile boolean closing;
  private long figuresMillis;

  /// @param channel bound; belongs to the loop from now on
  /// @param makeNode makes the node that lives here
  /// @param bootstrapWanted answers [Network#wantBootstrap]; must return at once
  /// @param figures takes the node's figures several times a second
  DhtLoop(
      DatagramChannel channel,
      Function<Network, DhtNode> makeNode,
      Runnable bootstrapWanted,
      Consumer<DhtNode.Snapshot> figures)
      throws IOException {
    this.channel = channel;
    this.bootstrapWanted = bootstrapWanted;
    this.figures = figures;
    this.local = (InetSocketAddress) channel.getLocalAddress();
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
    this.selector = Selector.open();
    channel.register(selector, SelectionKey.OP_READ);
    this.node = makeNode.apply(this);
    this.thread = Thread.ofPlatform().daemon().name("dht-" + local.getPort()).unstarted(this::run);
  }

  void start() {
    post(node::start);
    thread.start();
  }

  InetSocketAddress local() {
    return local;
  }

  /// The node; to be touched by commands only.
  DhtNode node() {
    return node;
  }

  /// Milliseconds that only grow; the node's time.
  static long nowMillis() {
    return System.nanoTime() / 1_000_000;
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
    long wait = Math.min(node.nextTickMillis().orElse(Long.MAX_VALUE) - now, SNAPSHOT_MILLIS);
    if (wait > 0 && commands.isEmpty()) {
      selector.select(wait);
    } else {
      selector.selectNow();
    }
    selector.selectedKeys().clear();
    receive();
    for (LongConsumer next = commands.poll(); next != null; next = commands.poll()) {
      LongConsumer command = next;
      guarded(() -> command.accept(nowMillis()));
    }
    guarded(() -> node.onTick(nowMillis()));
    now = nowMillis();
    if (now - figuresMillis >= SNAPSHOT_MILLIS) {
      figuresMillis = now;
      figures.accept(node.snapshot(now));
    }
  }

  private void receive() throws IOException {
    for (int i = 0; i < MAX_DATAGRAMS_A_TURN; i++) {
      buffer.clear();
      InetSocketAddress from = (InetSocketAddress) channel.receive(buffer);
      if (from == null) {
        return;
      }
      byte[] datagram = Arrays.copyOf(buffer.array(), buffer.position());
      guarded(() -> node.onDatagram(from, datagram, nowMillis()));
    }
  }

  /// A fault of ours that some packet uncovers must not end the node: it costs that packet.
  private static void guarded(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      LOG.error("A step of the DHT failed ({}): please report it; the node goes on", e.toString());
      LOG.debug("A step of the DHT failed", e);
    }
  }

  @Override
  public void send(InetSocketAddress to, byte[] datagram) {
    try {
      // What does not fit into the socket's buffer is lost, as anywhere else on its way.
      channel.send(ByteBuffer.wrap(datagram), to);
    } catch (IOException e) {
      // No route, or the system says no: the same as a lost datagram.
      LOG.debug("No datagram to {}: {}", to, e.getMessage());
    }
  }

  @Override
  public Optional<InetAddress> ownAddressToward(InetAddress peer) {
    return local.getAddress().isAnyLocalAddress()
        ? ownAddresses.toward(peer, nowMillis())
        : Optional.of(local.getAddress());
  }

  @Override
  public void wantBootstrap() {
    bootstrapWanted.run();
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
    channel.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
