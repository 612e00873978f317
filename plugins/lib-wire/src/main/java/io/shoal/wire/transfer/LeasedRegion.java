package io.shoal.wire.transfer;

import io.netty.channel.FileRegion;
import io.netty.util.AbstractReferenceCounted;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;

/// A run of a file for `sendfile`, whose channel belongs to the store's lease. Netty's own region
/// would close the channel once it was sent.
final class LeasedRegion extends AbstractReferenceCounted implements FileRegion {
  private final FileChannel channel;
  private final long offset;
  private final int count;
  private long transferred;

  LeasedRegion(FileChannel channel, long offset, int count) {
    this.channel = channel;
    this.offset = offset;
    this.count = count;
  }

  @Override
  public long position() {
    return offset;
  }

  @Override
  @Deprecated
  public long transfered() {
    return transferred;
  }

  @Override
  public long transferred() {
    return transferred;
  }

  @Override
  public long count() {
    return count;
  }

  @Override
  public long transferTo(WritableByteChannel target, long position) throws IOException {
    long left = count - position;
    if (left <= 0) {
      return 0;
    }
    long written = channel.transferTo(offset + position, left, target);
    if (written > 0) {
      transferred += written;
    } else if (channel.size() < offset + count) {
      // A region that can give no more would be asked forever.
      throw new IOException("a file became shorter while it was sent");
    }
    return written;
  }

  @Override
  protected void deallocate() {
    // the lease is its owner's to end
  }

  @Override
  public LeasedRegion retain() {
    super.retain();
    return this;
  }

  @Override
  public LeasedRegion retain(int increment) {
    super.retain(increment);
    return this;
  }

  @Override
  public LeasedRegion touch() {
    return this;
  }

  @Override
  public LeasedRegion touch(Object hint) {
    return this;
  }
}
