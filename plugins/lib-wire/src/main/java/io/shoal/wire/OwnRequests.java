package io.shoal.wire;

import static io.shoal.wire.WireLimits.MAX_CREDIT_SIZE_BYTES;

import io.shoal.api.ChunkStore;
import io.shoal.api.PeerFaultException;
import java.util.HashMap;
import java.util.Map;

/// The requests that this side made and that the peer has not ended.
final class OwnRequests {

  private static final class Request {
    int size = -1;
    int received;
    int credit;

    Request(int credit) {
      this.credit = credit;
    }
  }

  private final Map<Integer, Request> open = new HashMap<>();
  private int lastId;

  int count() {
    return open.size();
  }

  boolean isOpen(int id) {
    return open.containsKey(id);
  }

  int add(int creditBytes) {
    open.put(++lastId, new Request(creditBytes));
    return lastId;
  }

  /// Gives credit to a request.
  ///
  /// @return whether it is still open
  boolean credit(int id, int sizeBytes) {
    Request request = open.get(id);
    if (request == null) {
      return false;
    }
    if (sizeBytes < 1 || sizeBytes > MAX_CREDIT_SIZE_BYTES - request.credit) {
      throw new IllegalArgumentException("credit of " + sizeBytes + " bytes");
    }
    request.credit += sizeBytes;
    return true;
  }

  void answered(Frame.Answer answer) throws PeerFaultException {
    Request request = get(answer.id());
    int size = answer.sizeBytes();
    if (request.size >= 0) {
      throw new PeerFaultException("the peer answered request " + answer.id() + " twice");
    }
    if (size < 0 || size > ChunkStore.MAX_CHUNK_SIZE_BYTES) {
      throw new PeerFaultException(
          "the peer offers a chunk of "
              + (size & 0xffffffffL)
              + " bytes: at most "
              + ChunkStore.MAX_CHUNK_SIZE_BYTES
              + " are allowed");
    }
    request.size = size;
  }

  void arriving(Frame.Data data) throws PeerFaultException {
    Request request = get(data.id());
    if (request.size < 0) {
      throw new PeerFaultException("the peer sent data of request " + data.id() + " unanswered");
    }
    if (data.sizeBytes() > request.credit) {
      throw new PeerFaultException(
          "the peer sent " + data.sizeBytes() + " bytes with a credit of " + request.credit);
    }
    if (data.sizeBytes() > request.size - request.received) {
      throw new PeerFaultException("the peer sent more than the size of its chunk");
    }
    request.credit -= data.sizeBytes();
    request.received += data.sizeBytes();
  }

  void ended(int id) throws PeerFaultException {
    Request request = get(id);
    if (request.size != request.received) {
      throw new PeerFaultException(
          "the peer ended a chunk after " + request.received + " bytes of " + request.size);
    }
    open.remove(id);
  }

  void refused(int id) throws PeerFaultException {
    get(id);
    open.remove(id);
  }

  private Request get(int id) throws PeerFaultException {
    Request request = open.get(id);
    if (request == null) {
      throw new PeerFaultException("the peer answers request " + id + ", which is not open");
    }
    return request;
  }
}
