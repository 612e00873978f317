package io.shoal.runtime.dag;

import java.util.List;
import java.util.Optional;

/// A dag-pb node.
///
/// @param links its links, in the order of the bytes
/// @param data its data; absent and empty are different bytes. Not to be changed
@SuppressWarnings(
    "ArrayRecordComponent") // never compared, and a copy of each block's data would double its
// memory
public record PbNode(List<PbLink> links, Optional<byte[]> data) {
  public PbNode {
    links = List.copyOf(links);
  }
}
