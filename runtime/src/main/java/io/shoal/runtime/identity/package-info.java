/// The identity of this node: its key, its certificate, and TLS between hosts.
///
/// Start at [HostIdentity], which is all that plugins see of it. [HostKey] is the Ed25519 key in
/// the data folder and never leaves the runtime; [HostCertificate] makes the certificate that
/// proves it, as libp2p TLS defines it, and checks that of a peer; [HostTls] is the TLS 1.3 context
/// around the two. All keys of hosts and of names are Ed25519 keys ([HostKeySignature]).
@NullMarked
package io.shoal.runtime.identity;

import org.jspecify.annotations.NullMarked;
