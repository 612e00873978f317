package io.shoal.wire;

import static io.shoal.wire.WireLimits.MAX_CREDIT_SIZE_BYTES;

import io.shoal.api.PeerFaultException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The requests of the peer that this side has not ended.
final class PeerRequests {

  private static final class Request {
    int credit;
    boolean ended;

    Request(int credit) {
      this.credit = credit;
    }
  }

  private final int max;
  private final boolean ordered;
  private final Map<Integer, Request> open = new HashMap<>();
  private int lastId;

  /// @param ordered whether requests come in the order in which they were made
  PeerRequests(int max, boolean ordered) {
    this.max = max;
    this.ordered = ordered;
  }

  void requested(Frame.Request request) throws PeerFaultException {
    if (ordered && request.id() <= lastId) {
      throw new PeerFaultException(
          "the peer used id " + request.id() + " after " + lastId + ": ids of requests must grow");
    }
    if (open.containsKey(request.id())) {
      throw new PeerFaultException("the peer used id " + request.id() + " for two requests");
    }
    if (open.size() >= max) {
      throw new PeerFaultException("the peer has more than " + max + " requests open");
    }
    if (request.creditBytes() < 0 || request.creditBytes() > MAX_CREDIT_SIZE_BYTES) {
      throw new PeerFaultException("the peer's request gives a credit of more than a chunk");
    }
    lastId = Math.max(lastId, request.id());
    open.put(request.id(), new Request(request.creditBytes()));
  }

  /// Whether the request still goes on: credit for one that has just ended crossed its end.
  boolean credited(Frame.Credit credit) throws PeerFaultException {
    if (credit.sizeBytes() < 1) {
      throw new PeerFaultException("the peer gives a credit of nothing");
    }
    Request request = known(credit.id());
    if (request == null || request.ended) {
      return false;
    }
    if (credit.sizeBytes() > MAX_CREDIT_SIZE_BYTES - request.credit) {
      throw new PeerFaultException("the peer's request has more credit than a chunk has bytes");
    }
    request.credit += credit.sizeBytes();
    return true;
  }

  boolean takenBack(int id) throws PeerFaultException {
    Request request = known(id);
    return request != null && !request.ended;
  }

  private @Nullable Request known(int id) throws PeerFaultException {
    if (id > lastId) {
      throw new PeerFaultException("the peer speaks of request " + id + ", which it never made");
    }
    return open.get(id);
  }

  void sending(int id, int sizeBytes) {
    Request request = going(id);
    if (sizeBytes > request.credit) {
      throw new IllegalStateException("no credit for " + sizeBytes + " bytes of request " + id);
    }
    request.credit -= sizeBytes;
  }

  void ending(int id) {
    going(id).ended = true;
  }

  boolean isGoing(int id) {
    Request request = open.get(id);
    return request != null && !request.ended;
  }

  void endWritten(int id) {
    open.remove(id);
  }

  private Request going(int id) {
    Request request = open.get(id);
    if (request == null || request.ended) {
      throw new IllegalStateException("request " + id + " has ended");
    }
    return request;
  }
}
