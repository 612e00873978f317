/// Reads a configuration by type and refuses what it does not know.
@NullMarked
package io.shoal.runtime.config;

import org.jspecify.annotations.NullMarked;
