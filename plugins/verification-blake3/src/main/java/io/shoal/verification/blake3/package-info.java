/// Names and checks chunks by BLAKE3.
///
/// Start at [Blake3Verifier]. Each digest is a [Blake3Digest], which holds the tree: its leaves and
/// nodes are computed side by side in [Lanes], and single ones by [Compression].
@NullMarked
package io.shoal.verification.blake3;

import org.jspecify.annotations.NullMarked;
