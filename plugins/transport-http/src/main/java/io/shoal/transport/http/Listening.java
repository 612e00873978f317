package io.shoal.transport.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.shoal.api.ChunkServer;
import io.shoal.api.Endpoint;
import io.shoal.api.PeerAddress;
import io.shoal.api.ShoalException;
import io.shoal.api.Transport;
import io.shoal.api.UserFaultException;
import io.shoal.transport.http.settings.HostPort;
import io.shoal.transport.http.settings.HttpSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Binds the sockets that clients dial.
final class Listening {
  private static final Logger LOG = LoggerFactory.getLogger(Listening.class);

  /// For each of two sockets at most, within the second that a listener has for its close.
  private static final long CLOSE_TIMEOUT_MILLIS = 400;

  private final RunningTransport running;

  Listening(RunningTransport running) {
    this.running = running;
  }

  /// See [Transport#listen].
  Transport.Listener listen(Set<String> schemes, ChunkServer server)
      throws ShoalException, InterruptedException {
    List<Bound> bound = new ArrayList<>();
    boolean done = false;
    try {
      for (String scheme : schemes.stream().sorted(Comparator.reverseOrder()).toList()) {
        boolean encrypted = scheme.equals(HttpTransport.HTTPS.name());
        if (encrypted && !running.server().hasCertificate()) {
          LOG.info(
              "https is not served, only fetched from: set plugins.transport-http.certificate and"
                  + " key to serve it");
        } else {
          bound.add(open(scheme, bind(encrypted, server)));
        }
      }
      done = true;
    } finally {
      if (!done) {
        end(bound);
      }
    }
    return new Sockets(bound);
  }

  /// A socket that accepts connections.
  private record Bound(Channel channel, Endpoint endpoint) {}

  private static final class Sockets implements Transport.Listener {
    private final List<Bound> bound;

    Sockets(List<Bound> bound) {
      this.bound = List.copyOf(bound);
    }

    @Override
    public List<Endpoint> endpoints() {
      return bound.stream()
          .filter(socket -> socket.channel().isOpen())
          .map(Bound::endpoint)
          .toList();
    }

    @Override
    public void close() {
      end(bound);
    }
  }

  private Bound open(String scheme, Channel socket) {
    running.sockets().add(socket);
    socket.closeFuture().addListener(_ -> running.sockets().remove(socket));
    InetSocketAddress local = (InetSocketAddress) socket.localAddress();
    InetAddress host = local.getAddress();
    HostPort place =
        host.isAnyLocalAddress()
            ? new HostPort(HttpSettings.ANY_HOST, local.getPort())
            : HostPort.of(host, local.getPort());
    return new Bound(
        socket,
        Endpoint.of(
            PeerAddress.of(place.uri(scheme)),
            new Endpoint.Socket(Endpoint.Protocol.TCP, host, local.getPort())));
  }

  private static void end(List<Bound> sockets) {
    List<ChannelFuture> ends = sockets.stream().map(socket -> socket.channel().close()).toList();
    // An event loop closes each: until then the socket accepts.
    ends.forEach(end -> end.awaitUninterruptibly(CLOSE_TIMEOUT_MILLIS));
  }

  private Channel bind(boolean encrypted, ChunkServer server)
      throws UserFaultException, InterruptedException {
    HttpSettings settings = running.settings();
    String key = "plugins.transport-http." + (encrypted ? "listenTls" : "listen");
    Optional<HostPort> given = encrypted ? settings.listenTls() : settings.listen();
    HostPort wanted =
        given.orElse(
            new HostPort(
                HttpSettings.ANY_HOST,
                encrypted ? HttpSettings.PREFERRED_TLS_PORT : HttpSettings.PREFERRED_PORT));
    ChannelFuture bound = running.server().bind(resolve(wanted, key), encrypted, server).await();
    if (!bound.isSuccess() && given.isEmpty()) {
      LOG.info("Port {} is taken: the system chooses another", wanted.port());
      HostPort other = new HostPort(wanted.host(), 0);
      bound = running.server().bind(resolve(other, key), encrypted, server).await();
    }
    if (!bound.isSuccess()) {
      throw new UserFaultException(
          "%s: cannot listen on %s (%s): choose another address or end the program that uses it"
              .formatted(key, wanted, bound.cause().getMessage()),
          bound.cause());
    }
    return bound.channel();
  }

  private static InetSocketAddress resolve(HostPort wanted, String key) throws UserFaultException {
    try {
      return new InetSocketAddress(InetAddress.getByName(wanted.host()), wanted.port());
    } catch (UnknownHostException e) {
      throw new UserFaultException(
          key + ": the host '" + wanted.host() + "' is unknown: give an address of this machine",
          e);
    }
  }
}
