/// The commands, one class each, and what they have in common.
@NullMarked
package io.shoal.distribution.command;

import org.jspecify.annotations.NullMarked;
