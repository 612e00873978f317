package io.shoal.testkit;

import io.shoal.api.Availability;
import io.shoal.api.PeerConnection;
import io.shoal.testkit.MemoryTransport.Fault;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.IntStream;

/// The reports to one watch of a [MemoryTransport]: those that wait are joined.
final class News implements PeerConnection.AvailabilityListener {
  private static final int MAX_POSITIONS = 4_096;

  private final Deque<Availability> waiting = new ArrayDeque<>();
  private final PeerConnection.AvailabilityListener listener;
  private final MemoryTransport transport;
  private final Thread teller = Thread.ofVirtual().name("mem-news").unstarted(this::tell);
  private int reports;

  News(PeerConnection.AvailabilityListener listener, MemoryTransport transport) {
    this.listener = listener;
    this.transport = transport;
    teller.start();
  }

  @Override
  public synchronized void availability(Availability news) {
    reports++;
    if (transport.has(Fault.LOSES_NEWS) && reports % 100 == 0) {
      return;
    }
    if (waiting.peekLast() instanceof Availability.Gained(int[] before)
        && news instanceof Availability.Gained(int[] more)
        && before.length + more.length <= MAX_POSITIONS
        && !transport.has(Fault.JOINS_NO_NEWS)) {
      waiting.removeLast();
      waiting.add(
          new Availability.Gained(
              IntStream.concat(IntStream.of(before), IntStream.of(more)).toArray()));
    } else {
      waiting.add(news);
    }
    notifyAll();
  }

  private void tell() {
    try {
      while (true) {
        listener.availability(next());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized Availability next() throws InterruptedException {
    while (waiting.isEmpty()) {
      wait();
    }
    return waiting.remove();
  }

  void end() {
    teller.interrupt();
  }
}
