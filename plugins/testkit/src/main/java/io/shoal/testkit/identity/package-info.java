/// The identity of a test's node: its key, its certificates and its secret. Start at
/// [TestIdentity].
///
/// The code is the testkit's own on purpose: with the node's, a mistake would be on both sides.
@NullMarked
package io.shoal.testkit.identity;

import org.jspecify.annotations.NullMarked;
