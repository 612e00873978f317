package io.shoal.transport.http;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.shoal.transport.http.fetch.GatewayClient;
import io.shoal.transport.http.server.HttpServer;
import io.shoal.transport.http.settings.HttpSettings;
import java.util.Set;

/// A transport between start and close.
///
/// @param sockets those that listen
record RunningTransport(
    HttpSettings settings,
    EventLoopGroup loops,
    HttpServer server,
    GatewayClient client,
    Set<Channel> sockets) {}
