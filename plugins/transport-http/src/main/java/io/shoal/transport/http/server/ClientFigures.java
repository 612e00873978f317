package io.shoal.transport.http.server;

/// The figures of an open inbound connection.
///
/// @param address where the client's bytes come from
/// @param requests those that were answered, and one that may be
/// @param refused requests that were answered with an error
/// @param sentBytes of bodies
public record ClientFigures(String address, long requests, long refused, long sentBytes) {}
