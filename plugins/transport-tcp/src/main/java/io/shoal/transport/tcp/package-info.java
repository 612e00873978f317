@NullMarked
package io.shoal.transport.tcp;

import org.jspecify.annotations.NullMarked;
