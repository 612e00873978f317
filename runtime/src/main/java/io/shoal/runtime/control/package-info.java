/// The control API: other processes of the same user command a node over HTTP on loopback.
///
/// Start at [ControlServer]: it admits a request, reads its body and hands it to the node. Below it
/// [HttpListener] accepts connections, so that strangers cannot take them all; each is an
/// [Exchange], which begins with a [RequestHead]. [ControlRoutes] knows which request asks for
/// what. Long commands run in a [CommandStream], which sends their results as they are made, and
/// signs of life between them; a failure travels as a [CommandFailure]. On the other side
/// [ControlClient] finds the server by the [ControlFile]; its [NodeConnection] waits for no node
/// that is silent. [ControlJson] is the form of all bodies: the records of the package `command`
/// are their only definition, together with [ControlRequests].
@NullMarked
package io.shoal.runtime.control;

import org.jspecify.annotations.NullMarked;
