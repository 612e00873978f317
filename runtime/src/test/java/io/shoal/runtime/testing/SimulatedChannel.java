package io.shoal.runtime.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/// An open file, or a folder to be forced, of [SimulatedFiles].
final class SimulatedChannel extends FileChannel {
  private final SimulatedFiles files;
  private final String path;
  private final SimulatedFiles.Node node;
  private final int life;
  private final boolean appends;
  private long position;

  SimulatedChannel(SimulatedFiles files, String path, SimulatedFiles.Node node, boolean appends) {
    this.files = files;
    this.path = path;
    this.node = node;
    this.life = files.life();
    this.appends = appends;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    int read = files.read(path, node, into, position, life);
    position += Math.max(0, read);
    return read;
  }

  @Override
  public int write(ByteBuffer bytes) throws IOException {
    long at = appends ? files.size(node) : position;
    int written = files.write(path, node, bytes, at, life);
    position = at + written;
    return written;
  }

  @Override
  public int read(ByteBuffer into, long at) throws IOException {
    return files.read(path, node, into, at, life);
  }

  @Override
  public int write(ByteBuffer bytes, long at) throws IOException {
    return files.write(path, node, bytes, at, life);
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public FileChannel position(long newPosition) {
    position = newPosition;
    return this;
  }

  @Override
  public long size() throws IOException {
    return files.size(node);
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    files.cut(path, node, size, life);
    position = Math.min(position, size);
    return this;
  }

  @Override
  public void force(boolean metadata) throws IOException {
    files.force(path, node);
  }

  @Override
  protected void implCloseChannel() {}

  @Override
  public long read(ByteBuffer[] into, int offset, int length) {
    throw new UnsupportedOperationException("not used here");
  }

  @Override
  public long write(ByteBuffer[] bytes, int offset, int length) {
    throw new UnsupportedOperationException("not used here");
  }

  @Override
  public long transferTo(long at, long count, WritableByteChannel target) {
    throw new UnsupportedOperationException("not used here");
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long at, long count) {
    throw new UnsupportedOperationException("not used here");
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long at, long size) {
    throw new UnsupportedOperationException("not used here");
  }

  @Override
  public FileLock lock(long at, long size, boolean shared) {
    throw new UnsupportedOperationException("not used here");
  }

  @Override
  public FileLock tryLock(long at, long size, boolean shared) {
    throw new UnsupportedOperationException("not used here");
  }
}
