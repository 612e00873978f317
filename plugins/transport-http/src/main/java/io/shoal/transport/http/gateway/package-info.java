/// Answers requests as an IPFS gateway does: chunks and DAGs for those that check them, files and
/// folders for browsers.
///
/// Start at [Gateway]. [Question] is what a request asks for; [RawAnswer], [CarAnswer] and
/// [FileAnswer] are the three kinds of answers. Blocking code without sockets: a request and its
/// answer are an [Exchange].
@NullMarked
package io.shoal.transport.http.gateway;

import org.jspecify.annotations.NullMarked;
