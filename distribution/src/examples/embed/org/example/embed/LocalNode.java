package org.example.embed;

import io.shoal.api.ShoalException;
import io.shoal.runtime.Configuration;
import io.shoal.runtime.Node;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// How the examples start a node: on loopback, on a port that the system chooses, with no discovery
/// since they know the peer to ask, and without the control API.
final class LocalNode {

  private LocalNode() {}

  static Node start(Path plugins, Path data)
      throws ShoalException, IOException, InterruptedException {
    Configuration configuration =
        Configuration.defaults()
            .with("active.discovery", "[]")
            .with("plugins.transport-tcp.listen", "127.0.0.1:0")
            .with("control.enabled", "false");
    return Node.builder()
        .dataFolder(data)
        .pluginFolders(List.of(plugins))
        .configuration(configuration)
        .start();
  }
}
