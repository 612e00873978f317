/// The plugin's settings, HOST:PORT as it is written, and the certificates that the settings name.
///
/// Start at [HttpSettings].
@NullMarked
package io.shoal.transport.http.settings;

import org.jspecify.annotations.NullMarked;
