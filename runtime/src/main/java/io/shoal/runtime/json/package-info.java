/// Records as JSON and back: a record's definition is that of its JSON.
///
/// Start at [Json], which writes values and reads them; [JsonParser] checks the text and knows no
/// type but those of JSON.
@NullMarked
package io.shoal.runtime.json;

import org.jspecify.annotations.NullMarked;
