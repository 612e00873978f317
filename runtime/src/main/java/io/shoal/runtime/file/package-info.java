/// Files of this machine: what may be a name, what is there wholly or not at all, what only its
/// owner reads.
@NullMarked
package io.shoal.runtime.file;

import org.jspecify.annotations.NullMarked;
