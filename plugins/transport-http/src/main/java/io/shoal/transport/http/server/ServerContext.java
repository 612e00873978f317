package io.shoal.transport.http.server;

import io.shoal.api.Metrics;
import io.shoal.transport.http.gateway.Gateway;
import io.shoal.transport.http.settings.HttpSettings;
import java.time.InstantSource;
import java.util.concurrent.Executor;

/// What all inbound connections share.
///
/// @param threads runs each task on a virtual thread of its own
/// @param requests counts requests
/// @param refused counts those that were answered without content
/// @param sentBytes counts bytes of bodies
public record ServerContext(
    HttpSettings settings,
    Gateway gateway,
    Executor threads,
    InstantSource clock,
    Metrics.Counter requests,
    Metrics.Counter refused,
    Metrics.Counter sentBytes) {}
