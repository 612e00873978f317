package io.shoal.runtime.control;

import io.shoal.api.InvalidConfigException;
import io.shoal.runtime.config.ConfigSection;
import java.net.InetSocketAddress;
import java.util.Set;

/// Where the control API listens.
///
/// @param enabled whether it does
/// @param host a loopback address
/// @param port 0 lets the system choose
public record ControlSettings(boolean enabled, String host, int port) {

  private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "::1", "localhost");

  public static ControlSettings read(ConfigSection root) throws InvalidConfigException {
    boolean enabled = root.flag("control.enabled", true);
    String listen = root.text("control.listen", "127.0.0.1:0");
    int colon = listen.lastIndexOf(':');
    String host = colon < 0 ? "" : listen.substring(0, colon).replaceAll("[\\[\\]]", "");
    String port = colon < 0 ? "" : listen.substring(colon + 1);
    // The token travels in the clear: it must not leave the machine.
    if (!LOOPBACK.contains(host) || !port.matches("\\d{1,5}") || Integer.parseInt(port) > 65_535) {
      throw root.wrong(
          "control.listen",
          "'" + listen + "'",
          "a loopback address and a port, such as 127.0.0.1:0");
    }
    return new ControlSettings(enabled, host, Integer.parseInt(port));
  }

  public InetSocketAddress address() {
    return new InetSocketAddress(host, port);
  }
}
