/// Who has what: announces what is here, and finds and dials those who have something.
@NullMarked
package io.shoal.runtime.discovery;

import org.jspecify.annotations.NullMarked;
