/// Which peers may take part, and how a peer proves that it may.
///
/// Start at [Access]: the three answers, read from the configuration by [AccessSettings].
/// [AccessGate] applies the answer to every connection; with a shared secret each connection has an
/// [AdmissionProof], whose message is [AccessProof].
///
/// Invariant: [SharedSecret] is the only class that has the secret, and never shows it.
@NullMarked
package io.shoal.runtime.access;

import org.jspecify.annotations.NullMarked;
