package io.shoal.runtime.content;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.runtime.dag.MalformedContentException;
import io.shoal.runtime.dag.UnixNode;
import io.shoal.runtime.store.LocalStore;
import java.io.IOException;

/// The nodes of one root's DAG, as far as they are here. Usable from any thread.
final class StoredNodes {
  private final LocalStore local;
  private final Cid root;

  StoredNodes(LocalStore local, Cid root) {
    this.local = local;
    this.root = root;
  }

  LocalStore local() {
    return local;
  }

  /// Whether a CID is that of a node, by its codec; others are bytes of files.
  static boolean isNode(Cid cid) {
    return cid.codec() == Cid.DAG_PB;
  }

  UnixNode node(Cid cid) throws ShoalException, IOException {
    byte[] block = block(cid);
    try {
      return UnixNode.parse(block);
    } catch (MalformedDataException e) {
      throw malformed(cid, e);
    }
  }

  /// The bytes of a chunk, checked.
  byte[] block(Cid cid) throws RetryableException, IOException {
    if (cid.isIdentity()) {
      return cid.identityContent();
    }
    return local.load(cid).orElseThrow(() -> absent(cid));
  }

  AbsentChunkException absent(Cid cid) {
    return new AbsentChunkException(
        cid,
        cid.equals(root)
            ? root + " is not here: get it first"
            : "chunk %s of %s is not here: get it again".formatted(cid, root));
  }

  MalformedContentException malformed(Cid cid, String why) {
    return malformed(cid, new MalformedDataException(why));
  }

  MalformedContentException malformed(Cid cid, MalformedDataException why) {
    String where = cid.equals(root) ? "" : " (chunk " + cid + ")";
    return new MalformedContentException(
        "%s is not a valid file or folder%s: %s; ask its publisher for another id"
            .formatted(root, where, why.getMessage()),
        why);
  }
}
