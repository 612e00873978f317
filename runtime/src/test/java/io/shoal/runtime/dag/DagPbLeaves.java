package io.shoal.runtime.dag;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Leaves of files in dag-pb form, which other programs write and this one reads only.
public final class DagPbLeaves {

  private DagPbLeaves() {}

  public static byte[] block(byte[] content) {
    return DagPb.encode(new PbNode(List.of(), Optional.of(data(content).encode())));
  }

  static UnixFsData data(byte[] content) {
    return new UnixFsData(
        UnixFsData.Type.FILE,
        content.length == 0 ? Optional.empty() : Optional.of(content),
        OptionalLong.of(content.length),
        new long[0],
        OptionalLong.empty(),
        OptionalLong.empty(),
        UnixFsAttributes.NONE);
  }
}
