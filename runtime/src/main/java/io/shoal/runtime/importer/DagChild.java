package io.shoal.runtime.importer;

import io.shoal.api.Cid;
import io.shoal.runtime.dag.PbLink;

/// A finished part of a DAG that is being written, as its parent needs it.
///
/// @param fileBytes file bytes in it
/// @param dagBytes size of its chunk and of all below, counted as often as they occur: what a
///   link's Tsize says
/// @param height links down to its deepest chunk
public record DagChild(Cid cid, long fileBytes, long dagBytes, int height) {

  public static DagChild leaf(Cid cid, long fileBytes, long blockBytes) {
    return new DagChild(cid, fileBytes, blockBytes, 0);
  }

  PbLink link(String name) {
    return new PbLink(cid, name, dagBytes);
  }
}
