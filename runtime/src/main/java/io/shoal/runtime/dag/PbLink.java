package io.shoal.runtime.dag;

import io.shoal.api.Cid;
import java.util.Optional;
import java.util.OptionalLong;

/// A link of a dag-pb node. An absent and an empty field are different bytes, so both are kept
/// apart.
///
/// @param hash the child
/// @param name its name; file links carry an empty one
/// @param tsize the child's size with all below it, as its writer claims; never trusted
public record PbLink(Cid hash, Optional<String> name, OptionalLong tsize) {
  public PbLink {
    if (tsize.isPresent() && tsize.getAsLong() < 0) {
      throw new IllegalArgumentException("a link's size is not negative: " + tsize);
    }
  }

  public PbLink(Cid hash, String name, long tsize) {
    this(hash, Optional.of(name), OptionalLong.of(tsize));
  }
}
