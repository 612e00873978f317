/// A node, put together from the packages below; start here: Node, RemoteNode, Configuration.
@NullMarked
package io.shoal.runtime;

import org.jspecify.annotations.NullMarked;
