package io.shoal.storage.filesystem.adopted;

/// One reference, by name: what is known of it is in [ClaimTable].
///
/// @param generation tells it from other files that have the number after it
record AdoptedFile(int number, int generation) {}
