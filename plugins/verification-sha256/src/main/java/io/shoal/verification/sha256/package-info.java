@NullMarked
package io.shoal.verification.sha256;

import org.jspecify.annotations.NullMarked;
