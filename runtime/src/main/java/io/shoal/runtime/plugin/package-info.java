/// Loads, starts, watches over and ends plugins; every call of their code has a deadline.
@NullMarked
package io.shoal.runtime.plugin;

import org.jspecify.annotations.NullMarked;
