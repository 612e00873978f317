package io.shoal.wire.connection;

import io.netty.channel.Channel;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The thread of a connection's channel, for all other threads.
record EventLoop(Channel channel) {
  private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);

  /// Runs a task there later.
  ///
  /// @return `false` if the loop has ended: the task never runs
  boolean run(Runnable task) {
    try {
      channel.eventLoop().execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      LOG.debug("{}: the transport is closed", channel, e);
      return false;
    }
  }
}
