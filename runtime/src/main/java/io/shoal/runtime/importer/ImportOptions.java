package io.shoal.runtime.importer;

/// How to import.
///
/// @param profile the layout
/// @param inPlace whether files are served where they are instead of being copied into the store
/// @param wholeDigest whether to compute each file's whole SHA-256 as well
/// @param portable whether names that some systems cannot hold are refused
/// @param preserve whether rights and times are kept, which gives another root
public record ImportOptions(
    ImportProfile profile,
    boolean inPlace,
    boolean wholeDigest,
    boolean portable,
    boolean preserve) {

  /// The usual: names as they are, without rights and times.
  public ImportOptions(ImportProfile profile, boolean inPlace, boolean wholeDigest) {
    this(profile, inPlace, wholeDigest, false, false);
  }
}
