package io.shoal.runtime.importer;

/// How to import.
///
/// @param profile the layout
/// @param inPlace whether files are served where they are instead of being copied into the store
/// @param wholeDigest whether to compute each file's whole SHA-256 as well
public record ImportOptions(ImportProfile profile, boolean inPlace, boolean wholeDigest) {}
