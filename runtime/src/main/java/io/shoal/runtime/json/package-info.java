/// Records as JSON and back: a record's definition is that of its JSON.
///
/// Start at [Json], which writes values and reads them. [JsonParser] checks the text and knows no
/// types but those of JSON; [RecordShape] is all that looks into records.
@NullMarked
package io.shoal.runtime.json;

import org.jspecify.annotations.NullMarked;
