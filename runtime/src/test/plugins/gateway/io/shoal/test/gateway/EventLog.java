package io.shoal.test.gateway;

import io.shoal.api.NodeObserver;
import io.shoal.api.PluginContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Writes a line for each event into the file `events` of its folder.
public final class EventLog implements NodeObserver {
  private volatile Path file = Path.of("events");

  @Override
  public void start(PluginContext context) {
    file = context.dataFolder().resolve("events");
  }

  private void write(String line) {
    try {
      Files.writeString(
          file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void ready() {
    write("ready");
  }

  @Override
  public void downloadEnded(Download download) {
    write("ended " + download.root() + download.failure().map(why -> " " + why).orElse(""));
  }

  @Override
  public void rootAdded(Root root) {
    write("added " + root.cid());
  }

  @Override
  public void rootReleased(Root root) {
    write("released " + root.cid());
  }

  @Override
  public void stopping() {
    write("stopping");
  }
}
