package io.shoal.storage.filesystem.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Forces many files at once.
///
/// Threads of its own rather than the node's pool: they wait for the disk and use no processor.
/// File systems that keep a journal commit once for all forces that wait together: on ext4, 5,000
/// small files took 5.5 s one after the other, 0.33 s by 8 threads and 0.18 s by 32.
///
/// @param maxThreads how many at most; one where tests need the order to be the same in every run
/// @param behindBytes how much is written before it is forced while more is written
public record ForceThreads(int maxThreads, long behindBytes) {
  public static final int MAX_THREADS = 32;

  /// Something that makes one object durable.
  @FunctionalInterface
  public interface Forcing<T> {
    void force(T object) throws IOException;
  }

  /// Runs something beside the caller; in its place where only one thread is allowed.
  public void behind(Runnable work) {
    if (maxThreads == 1) {
      work.run();
    } else {
      Thread.ofVirtual().name("store-force-behind").start(work);
    }
  }

  /// Forces all of `objects`, those once more alone that could not be opened: where there are few
  /// descriptors, one file finds one that many at once do not. Returns when the last one ended,
  /// also when the calling thread is interrupted: half a sync is of no use.
  ///
  /// @return those that failed, with the reason
  public <T> Map<T, IOException> forceAll(Collection<T> objects, Forcing<T> forcing) {
    Map<T, IOException> failed = forceAtOnce(objects, forcing);
    if (failed.values().stream().anyMatch(NotOpenedException.class::isInstance)) {
      for (T object : List.copyOf(failed.keySet())) {
        if (failed.get(object) instanceof NotOpenedException) {
          failed.remove(object);
          force(object, forcing, failed);
        }
      }
    }
    return failed;
  }

  private <T> Map<T, IOException> forceAtOnce(Collection<T> objects, Forcing<T> forcing) {
    Map<T, IOException> failed = new LinkedHashMap<>();
    if (objects.isEmpty()) {
      return failed;
    }
    if (maxThreads == 1) {
      objects.forEach(object -> force(object, forcing, failed));
      return failed;
    }
    int threads = Math.min(maxThreads, objects.size());
    try (ExecutorService pool =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().name("store-sync-", 0).daemon().factory())) {
      List<T> order = new ArrayList<>(objects);
      List<Future<?>> running = new ArrayList<>(order.size());
      for (T object : order) {
        Callable<Object> task =
            () -> {
              forcing.force(object);
              return true;
            };
        running.add(pool.submit(task));
      }
      for (int i = 0; i < order.size(); i++) {
        waitFor(running.get(i), order.get(i), failed);
      }
    }
    return failed;
  }

  private static <T> void force(T object, Forcing<T> forcing, Map<T, IOException> failed) {
    try {
      forcing.force(object);
    } catch (IOException e) {
      failed.put(object, e);
    }
  }

  private static <T> void waitFor(Future<?> running, T object, Map<T, IOException> failed) {
    boolean interrupted = false;
    while (true) {
      try {
        running.get();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException e) {
        failed.put(
            object,
            e.getCause() instanceof IOException reason ? reason : new IOException(e.getCause()));
        break;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// One exception for all that failed, or none.
  public static <T> void throwFirst(Map<T, IOException> failed) throws IOException {
    if (failed.isEmpty()) {
      return;
    }
    Map.Entry<T, IOException> first =
        failed.entrySet().stream()
            .filter(entry -> !(entry.getValue() instanceof NotOpenedException))
            .findFirst()
            .orElse(failed.entrySet().iterator().next());
    if (first.getValue() instanceof NotOpenedException notOpened) {
      throw new IOException(
          "%s could not be made durable yet (%s)%s: %s; the next try makes up for it"
              .formatted(
                  first.getKey(),
                  DiskFaults.reason(notOpened),
                  failed.size() == 1 ? "" : ", and " + (failed.size() - 1) + " more",
                  DiskFaults.cure(notOpened)),
          notOpened);
    }
    throw new IOException(
        "%s could not be made durable (%s)%s: check the disk; what came since the last sync must be taken as lost"
            .formatted(
                first.getKey() instanceof Path path ? path : String.valueOf(first.getKey()),
                DiskFaults.reason(first.getValue()),
                failed.size() == 1 ? "" : ", and " + (failed.size() - 1) + " more"),
        first.getValue());
  }
}
