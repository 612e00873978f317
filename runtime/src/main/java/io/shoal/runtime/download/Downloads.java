package io.shoal.runtime.download;

import io.shoal.api.Cid;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.connection.Connections;
import io.shoal.runtime.store.CollectionLock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/// The downloads that run. Usable from any thread.
public final class Downloads {
  /// Downloads at once: each has a thread, and some kilobytes for every thousand chunks.
  public static final int MAX_DOWNLOADS = 256;

  private final Connections connections;
  private final int maxDownloads;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Download> running = new ArrayList<>();
  private final List<PausedDownload> paused = new ArrayList<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private boolean closed;

  /// @param maxDownloads at once, at most [#MAX_DOWNLOADS]
  public Downloads(Connections connections, int maxDownloads) {
    this.connections = connections;
    this.maxDownloads = maxDownloads;
  }

  /// Runs a download to its end. Interruption ends it within a second or so; what was verified is
  /// kept.
  public NodeCommands.Fetched run(Download download)
      throws ShoalException, IOException, InterruptedException {
    return await(download, start(download));
  }

  /// Begins a download, which ends by itself or by [Download#stop].
  public CompletableFuture<NodeCommands.Fetched> start(Download download)
      throws UserFaultException, InterruptedException {
    begin(download);
    CompletableFuture<NodeCommands.Fetched> result = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("download-" + download.request().root())
        .start(
            () -> {
              // It ends before its result is told: the same command right afterwards must find it
              // gone.
              NodeCommands.Fetched fetched;
              try {
                fetched = download.run();
              } catch (Throwable e) {
                end(download);
                result.completeExceptionally(e);
                return;
              }
              end(download);
              result.complete(fetched);
            });
    return result;
  }

  /// Waits for the end of a download that was started. Interruption ends it, as of [#run].
  public NodeCommands.Fetched await(
      Download download, CompletableFuture<NodeCommands.Fetched> result)
      throws ShoalException, IOException, InterruptedException {
    try {
      return result.get();
    } catch (InterruptedException e) {
      stop(download, result);
      throw e;
    } catch (ExecutionException e) {
      throw unwrapped(e);
    }
  }

  /// Ends a download whose result nobody wants any more, and waits for its end.
  public void stop(Download download, CompletableFuture<NodeCommands.Fetched> result) {
    download.stop();
    try {
      result.handle((fetched, failure) -> true).get();
    } catch (InterruptedException | ExecutionException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static IOException unwrapped(ExecutionException e)
      throws ShoalException, IOException, InterruptedException {
    Throwable cause = e.getCause();
    switch (cause) {
      case ShoalException shoal -> throw shoal;
      case IOException io -> throw io;
      case InterruptedException interrupted -> throw interrupted;
      case Error error -> throw error;
      case null, default -> throw new IOException("the download failed: " + cause, cause);
    }
  }

  /// Shows a download that waits for room, and keeps its target for it, until this is closed.
  CollectionLock.Hold pause(PausedDownload download) {
    lock.lock();
    try {
      paused.add(download);
    } finally {
      lock.unlock();
    }
    return () -> {
      lock.lock();
      try {
        paused.remove(download);
      } finally {
        lock.unlock();
      }
    };
  }

  public List<PausedDownload> paused() {
    lock.lock();
    try {
      return List.copyOf(paused);
    } finally {
      lock.unlock();
    }
  }

  /// Waits for that long.
  ///
  /// @throws InterruptedException the node stops, or the caller is interrupted
  void awaitClose(Duration most) throws InterruptedException {
    if (closing.await(most.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new InterruptedException("the node stops");
    }
  }

  private void begin(Download download) throws UserFaultException, InterruptedException {
    lock.lock();
    try {
      if (closed) {
        throw new InterruptedException("the node stops");
      }
      if (running.size() >= maxDownloads) {
        throw new UserFaultException(maxDownloads + " downloads run already: wait until one ends");
      }
      Stream<DownloadRequest> others =
          Stream.concat(
              running.stream().map(Download::request),
              paused.stream().map(PausedDownload::request));
      for (DownloadRequest other : others.toList()) {
        if (other.target().isPresent() && other.target().equals(download.request().target())) {
          throw new UserFaultException(
              download.request().target().get() + " is being downloaded already: wait for it");
        }
      }
      running.add(download);
    } finally {
      lock.unlock();
    }
  }

  private void end(Download download) {
    lock.lock();
    try {
      running.remove(download);
    } finally {
      lock.unlock();
    }
  }

  public List<Download> all() {
    lock.lock();
    try {
      return List.copyOf(running);
    } finally {
      lock.unlock();
    }
  }

  public Optional<Download> of(Cid root) {
    return all().stream().filter(d -> d.request().root().equals(root.toV1())).findFirst();
  }

  /// A peer takes part in the swarm of `root`: it may have what is missing here.
  public void takesPart(Cid root, PeerConnection connection) {
    for (Download download : all()) {
      if (download.request().root().equals(root.toV1()) && connections.retain(connection)) {
        download.offer(connection);
      }
    }
  }

  /// A peer announces what it fetches of `root` from a peer that has all of it.
  void fetching(Cid root, PeerConnection from, List<Integer> positions) {
    for (Download download : all()) {
      if (download.request().root().equals(root.toV1())) {
        download.fetching(from, positions);
      }
    }
  }

  public void candidates(Cid root, List<PeerAddress> addresses) {
    for (Download download : all()) {
      if (download.request().root().equals(root.toV1())) {
        addresses.forEach(download::candidate);
      }
    }
  }

  public void lost(PeerConnection connection) {
    all().forEach(download -> download.lost(connection));
  }

  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    closing.countDown();
    all().forEach(Download::stop);
  }
}
