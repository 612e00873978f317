/// What the user can set, and HOST:PORT as it is written.
@NullMarked
package io.shoal.transport.tcp.settings;

import org.jspecify.annotations.NullMarked;
