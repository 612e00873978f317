/// The files that record references and claims: their records, to and from bytes.
@NullMarked
package io.shoal.storage.filesystem.journal;

import org.jspecify.annotations.NullMarked;
