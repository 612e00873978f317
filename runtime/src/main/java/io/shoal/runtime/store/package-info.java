/// What is here: chunks that are right, roots that are kept, and what running work counts on.
@NullMarked
package io.shoal.runtime.store;

import org.jspecify.annotations.NullMarked;
