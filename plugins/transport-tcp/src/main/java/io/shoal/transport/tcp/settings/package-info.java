/// The plugin's settings, and HOST:PORT as it is written.
///
/// Start at [TcpSettings].
@NullMarked
package io.shoal.transport.tcp.settings;

import org.jspecify.annotations.NullMarked;
