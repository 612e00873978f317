package io.shoal.transport.http.fetch;

/// The figures of a gateway that is in use, since it was dialled.
///
/// @param address its URI
/// @param running requests whose answer is not whole yet
/// @param waiting chunks that are not asked for yet
/// @param requests chunks that were asked for, with those that run
/// @param refused requests that it answered without the chunk
/// @param failures requests that broke off, and those that came to nobody
/// @param receivedBytes of chunks
public record GatewayFigures(
    String address,
    int running,
    int waiting,
    long requests,
    long refused,
    long failures,
    long receivedBytes) {}
