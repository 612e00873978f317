package io.shoal.runtime.maintenance;

import io.shoal.api.FileBacked;
import io.shoal.api.FileBacked.FileClaims;
import io.shoal.api.FileBacked.FileState;
import io.shoal.api.FileBacked.Segment;
import io.shoal.api.FileRef;
import io.shoal.api.ShoalException;
import io.shoal.runtime.store.ChunkCheck;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has one store serve the users' files that another one serves in place. Each claimed run of a
/// file is read and checked; claims that are there already are not. A file that the node was still
/// writing is left to its download, which reads it again. Used once, by one thread.
final class FileClaimsCopy {
  private static final Logger LOG = LoggerFactory.getLogger(FileClaimsCopy.class);

  /// Claims that are made together.
  private static final int AT_ONCE = 1_024;

  private final FileBacked from;
  private final FileBacked to;
  private final ChunkCheck check;
  private Optional<InterruptedIOException> interrupted = Optional.empty();
  private long taken;
  private long takenBytes;
  private long there;
  private long leftOut;

  FileClaimsCopy(FileBacked from, FileBacked to, ChunkCheck check) {
    this.from = from;
    this.to = to;
    this.check = check;
  }

  /// @param looked learns how many bytes each claim has
  void run(LongConsumer looked) throws IOException {
    from.references(
        claims -> {
          if (interrupted.isEmpty() && claims.state() == FileState.INTACT) {
            take(claims, looked);
          }
        });
    if (interrupted.isPresent()) {
      throw interrupted.get();
    }
  }

  private void take(FileClaims claims, LongConsumer looked) {
    try {
      Set<Segment> known = new HashSet<>();
      to.claims(claims.ref().path())
          .filter(other -> other.state() == FileState.INTACT)
          .ifPresent(other -> known.addAll(other.segments()));
      List<Segment> due = new ArrayList<>();
      for (Segment segment : claims.segments()) {
        if (known.contains(segment)) {
          there++;
          looked.accept(segment.sizeBytes());
        } else {
          due.add(segment);
        }
      }
      if (!due.isEmpty()) {
        claim(to.refer(claims.ref().path()), due, looked);
      }
    } catch (InterruptedIOException e) {
      interrupted = Optional.of(e);
    } catch (IOException | ShoalException e) {
      LOG.warn("{} is left out: {}", claims.ref().path(), e.getMessage());
      leftOut += claims.segments().size();
    }
  }

  private void claim(FileRef ref, List<Segment> due, LongConsumer looked)
      throws IOException, ShoalException {
    try (FileChannel file =
        FileChannel.open(ref.path(), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      List<Segment> right = new ArrayList<>();
      for (Segment segment : due) {
        if (Thread.currentThread().isInterrupted()) {
          throw new InterruptedIOException("interrupted");
        }
        if (isRight(file, segment)) {
          right.add(segment);
        } else {
          leftOut++;
        }
        looked.accept(segment.sizeBytes());
        if (right.size() == AT_ONCE) {
          adopt(ref, right);
        }
      }
      adopt(ref, right);
    }
  }

  private boolean isRight(FileChannel file, Segment segment) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(segment.sizeBytes());
    while (bytes.hasRemaining()) {
      if (file.read(bytes, segment.offsetBytes() + bytes.position()) < 0) {
        return false;
      }
    }
    return StoreCopy.isRight(check, segment.cid(), bytes.flip());
  }

  private void adopt(FileRef ref, List<Segment> right) throws IOException, ShoalException {
    if (!right.isEmpty()) {
      to.adopt(ref, List.copyOf(right));
      taken += right.size();
      takenBytes += right.stream().mapToLong(Segment::sizeBytes).sum();
      right.clear();
    }
  }

  long taken() {
    return taken;
  }

  long takenBytes() {
    return takenBytes;
  }

  long there() {
    return there;
  }

  long leftOut() {
    return leftOut;
  }
}
