/// Answers peers: chunks, what is here of a root, and who else takes part.
@NullMarked
package io.shoal.runtime.serving;

import org.jspecify.annotations.NullMarked;
