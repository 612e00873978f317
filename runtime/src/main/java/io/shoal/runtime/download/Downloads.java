package io.shoal.runtime.download;

import io.shoal.api.Cid;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.ContentCommands;
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
import java.util.stream.Stream;

/// The downloads that run. Usable from any thread.
public final class Downloads {
  /// Downloads at once: each has a thread, and some kilobytes for every thousand chunks.
  public static final int MAX_DOWNLOADS = 256;

  private final Connections connections;
  private final int maxDownloads;
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
  public ContentCommands.Fetched run(Download download)
      throws ShoalException, IOException, InterruptedException {
    return await(download, start(download));
  }

  /// Begins a download, which ends by itself or by [#stop].
  public CompletableFuture<ContentCommands.Fetched> start(Download download)
      throws UserFaultException, InterruptedException {
    boolean begun = false;
    try {
      begin(download);
      begun = true;
    } finally {
      if (!begun) {
        download.close();
      }
    }
    CompletableFuture<ContentCommands.Fetched> result = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("download-" + download.request().root())
        .start(
            () -> {
              // It is removed before its result is published: the same command right afterwards
              // must not find it.
              ContentCommands.Fetched fetched;
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

  /// Waits for the end of a download that was started. Interruption ends it, as in [#run].
  public ContentCommands.Fetched await(
      Download download, CompletableFuture<ContentCommands.Fetched> result)
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

  /// Ends a download whose result is not needed any more, and waits for its end.
  public void stop(Download download, CompletableFuture<ContentCommands.Fetched> result) {
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

  /// Lists a download that waits for room, and reserves its target, until the result is closed.
  CollectionLock.Hold pause(PausedDownload download) {
    synchronized (this) {
      paused.add(download);
    }
    return () -> {
      synchronized (this) {
        paused.remove(download);
      }
    };
  }

  public synchronized List<PausedDownload> paused() {
    return List.copyOf(paused);
  }

  /// Waits for that long at most.
  ///
  /// @throws InterruptedException the node stops, or the caller is interrupted
  void awaitClose(Duration most) throws InterruptedException {
    if (closing.await(most.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new InterruptedException("the node stops");
    }
  }

  private synchronized void begin(Download download)
      throws UserFaultException, InterruptedException {
    if (closed) {
      throw new InterruptedException("the node stops");
    }
    if (running.size() >= maxDownloads) {
      throw new UserFaultException(maxDownloads + " downloads run already: wait until one ends");
    }
    Stream<DownloadRequest> others =
        Stream.concat(
            running.stream().map(Download::request), paused.stream().map(PausedDownload::request));
    for (DownloadRequest other : others.toList()) {
      if (other.target().isPresent() && other.target().equals(download.request().target())) {
        throw new UserFaultException(
            download.request().target().get() + " is being downloaded already: wait for it");
      }
    }
    running.add(download);
  }

  private synchronized void end(Download download) {
    running.remove(download);
  }

  public synchronized List<Download> all() {
    return List.copyOf(running);
  }

  public Optional<Download> of(Cid root) {
    return allOf(root).stream().findFirst();
  }

  private List<Download> allOf(Cid root) {
    Cid canonical = root.toV1();
    return all().stream().filter(d -> d.request().root().equals(canonical)).toList();
  }

  /// A peer takes part in the swarm of `root`: it may have what is missing here.
  public void takesPart(Cid root, PeerConnection connection) {
    if (!connections.traits().mayAsk(connection)) {
      return;
    }
    for (Download download : allOf(root)) {
      if (connections.retain(connection)) {
        download.offer(connection);
      }
    }
  }

  /// A peer announces what it fetches of `root` from a peer that has all of it.
  void fetching(Cid root, PeerConnection from, List<Integer> positions) {
    allOf(root).forEach(download -> download.fetching(from, positions));
  }

  /// A peer has a name for `root`, or none.
  public void named(Cid root, PeerConnection from, Optional<String> name) {
    allOf(root).forEach(download -> download.named(from, name));
  }

  /// Addresses of peers that may have a part of `root`.
  public void candidates(Cid root, List<PeerAddress> addresses) {
    allOf(root).forEach(download -> addresses.forEach(download::candidate));
  }

  public void lost(PeerConnection connection) {
    all().forEach(download -> download.lost(connection));
  }

  public void close() {
    synchronized (this) {
      closed = true;
    }
    closing.countDown();
    all().forEach(Download::stop);
  }
}
