package io.shoal.storage.filesystem.adopted;

/// One reference, by name: its state is in [ClaimTable].
///
/// @param generation tells it from other files that have the number after it
record AdoptedFile(int number, int generation) {}
