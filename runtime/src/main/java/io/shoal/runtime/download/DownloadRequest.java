package io.shoal.runtime.download;

import io.shoal.api.Cid;
import io.shoal.api.PeerAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// The task of a download, made by [#intoFile], [#intoStore] or [#streamed].
///
/// @param root what to fetch
/// @param name its name, for reports
/// @param target where to write it; empty to fetch into the store alone
/// @param reader takes a file's leaves in order as they come; then there is no target, and nothing
///   but the DAG's nodes is stored
/// @param providersOf the root whose providers are searched: of a part of a folder, only the folder
///   is announced
/// @param peers addresses to use instead of discovery, if there are any
/// @param hints addresses to use besides
/// @param timeout the most time in all; empty for [#PATIENCE] without progress. With a reader,
///   which may be slow, the most time without progress that it waits for
/// @param keep whether to write every chunk into the store
/// @param sync whether to force the files to the medium before success is reported
/// @param replace whether a file in the way may be replaced
/// @param wholeDigest the SHA-256 that the file must have, hex
/// @param maxSizeBytes the most bytes that its files may have; [Long#MAX_VALUE] for no limit
/// @param preserve whether files get the rights and times that the DAG has
/// @param naming where the target's name is from
public record DownloadRequest(
    Cid root,
    String name,
    Optional<Path> target,
    Optional<LeafWindow> reader,
    Cid providersOf,
    List<PeerAddress> peers,
    List<PeerAddress> hints,
    Optional<Duration> timeout,
    boolean keep,
    boolean sync,
    boolean replace,
    Optional<String> wholeDigest,
    long maxSizeBytes,
    boolean preserve,
    Naming naming) {

  /// The most time without progress (a verified chunk, or a good part of one), if the user sets no
  /// time: a large download may take days, a stuck one should not.
  static final Duration PATIENCE = Duration.ofMinutes(5);

  /// Where the name of a target is from.
  public enum Naming {
    /// The user, or the reference.
    GIVEN,
    /// The index of roots of this node.
    KNOWN_HERE,
    /// The peers, if one has it in time: until the end it is the root's id.
    BY_PEERS
  }

  /// A file or folder at `target`.
  public static Builder intoFile(Cid root, Path target) {
    Builder builder = new Builder(root);
    builder.target = Optional.of(target);
    return builder;
  }

  /// Every chunk into the store.
  public static DownloadRequest intoStore(Cid root, Optional<Duration> timeout) {
    return new Builder(root).timeout(timeout).keep(true).build();
  }

  /// A file's bytes to a reader.
  public static Builder streamed(Cid root, LeafWindow reader, Duration timeout) {
    Builder builder = new Builder(root).timeout(Optional.of(timeout));
    builder.reader = Optional.of(reader);
    return builder;
  }

  /// Sets what differs from the usual: no name, discovered peers, no time, and nothing kept,
  /// forced, replaced or compared.
  public static final class Builder {
    private final Cid root;
    private String name = "";
    private Optional<Path> target = Optional.empty();
    private Optional<LeafWindow> reader = Optional.empty();
    private Cid providersOf;
    private List<PeerAddress> peers = List.of();
    private List<PeerAddress> hints = List.of();
    private Optional<Duration> timeout = Optional.empty();
    private boolean keep;
    private boolean sync;
    private boolean replace;
    private Optional<String> wholeDigest = Optional.empty();
    private long maxSizeBytes = Long.MAX_VALUE;
    private boolean preserve;
    private Naming naming = Naming.GIVEN;

    private Builder(Cid root) {
      this.root = root;
      this.providersOf = root;
    }

    public Builder named(String name) {
      this.name = name;
      return this;
    }

    public Builder from(List<PeerAddress> peers) {
      this.peers = peers;
      return this;
    }

    public Builder providersOf(Cid folder, List<PeerAddress> hints) {
      this.providersOf = folder;
      this.hints = hints;
      return this;
    }

    public Builder timeout(Optional<Duration> timeout) {
      this.timeout = timeout;
      return this;
    }

    public Builder keep(boolean keep) {
      this.keep = keep;
      return this;
    }

    public Builder sync(boolean sync) {
      this.sync = sync;
      return this;
    }

    public Builder replace(boolean replace) {
      this.replace = replace;
      return this;
    }

    public Builder wholeDigest(Optional<String> wholeDigest) {
      this.wholeDigest = wholeDigest;
      return this;
    }

    public Builder maxSizeBytes(long bytes) {
      maxSizeBytes = bytes;
      return this;
    }

    public Builder preserve(boolean preserve) {
      this.preserve = preserve;
      return this;
    }

    public Builder naming(Naming naming) {
      this.naming = naming;
      return this;
    }

    public DownloadRequest build() {
      return new DownloadRequest(
          root,
          name,
          target,
          reader,
          providersOf,
          peers,
          hints,
          timeout,
          keep,
          sync,
          replace,
          wholeDigest,
          maxSizeBytes,
          preserve,
          naming);
    }
  }

  /// The same with less time.
  DownloadRequest within(Duration timeout) {
    return with(name, target, Optional.of(timeout));
  }

  /// The same as it ended: with the place and the name that peers gave it, if they did.
  ///
  /// @param path as it is reported
  public DownloadRequest placedAt(String path) {
    if (target.isEmpty() || target.get().toString().equals(path)) {
      return this;
    }
    Path placed = target.get().getFileSystem().getPath(path);
    return with(String.valueOf(placed.getFileName()), Optional.of(placed), timeout);
  }

  private DownloadRequest with(String name, Optional<Path> target, Optional<Duration> timeout) {
    return new DownloadRequest(
        root,
        name,
        target,
        reader,
        providersOf,
        peers,
        hints,
        timeout,
        keep,
        sync,
        replace,
        wholeDigest,
        maxSizeBytes,
        preserve,
        naming);
  }

  /// Whether the user said how long the whole may take.
  boolean timed() {
    return timeout.isPresent() && reader.isEmpty();
  }

  /// When to give up.
  ///
  /// @param lastProgressMillis when there was progress last, counted from the download's begin
  long deadlineMillis(long lastProgressMillis) {
    long millis = timeout.orElse(PATIENCE).toMillis();
    return timed() ? millis : lastProgressMillis + millis;
  }
}
