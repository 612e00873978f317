package io.shoal.runtime.content;

import io.shoal.api.Cid;
import io.shoal.api.RetryableException;

/// A chunk that is needed is not here.
final class AbsentChunkException extends RetryableException {

  private static final long serialVersionUID = 1;

  private final transient Cid cid;

  AbsentChunkException(Cid cid, String message) {
    super(message);
    this.cid = cid;
  }

  Cid cid() {
    return cid;
  }
}
