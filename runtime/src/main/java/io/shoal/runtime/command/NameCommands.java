package io.shoal.runtime.command;

import io.shoal.api.ShoalException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What a node does with signed names: `shoal:k/KEY/NAME` stands for whatever the owner of the key
/// published last under the name. Failures and threads as in [NodeCommands].
public interface NameCommands {

  /// Publishes a root under a name of the user's present key, or what is known of the root under
  /// the root itself. The node keeps it alive while it runs as a server.
  ///
  /// @throws io.shoal.api.InvalidInputException the name cannot be one; the message says why
  /// @throws io.shoal.api.UserFaultException somebody with the same key published at the same time,
  ///   or there are too many names already
  PublishedName publish(PublishRequest request)
      throws ShoalException, IOException, InterruptedException;

  /// Takes a name of the user's present key back: who asks for it learns that.
  ///
  /// @throws NotFoundException this node did not publish it
  PublishedName withdraw(String name, Duration timeout)
      throws ShoalException, IOException, InterruptedException;

  /// What this node published, by name.
  List<PublishedName> published() throws ShoalException, IOException;

  /// What a name stands for now: the newest record of those that are held by others and that this
  /// node ever saw. Follows owners to their later keys.
  ///
  /// @throws NotFoundException nobody holds it, or it is withdrawn or expired
  /// @throws VerificationFailedException there are records, and none that can be trusted
  ResolvedName resolve(Reference.SignedName name, Duration timeout)
      throws ShoalException, IOException, InterruptedException;

  /// The key that this user publishes under; made if there is none.
  PublishingKey publishingKey() throws ShoalException, IOException;

  /// Writes that key to a file for its owner alone, as PKCS #8 in PEM.
  ///
  /// @param file absolute; must not be there
  PublishingKey exportKey(Path file) throws ShoalException, IOException;

  /// Publishes under the key in a file from now on. The one before is kept.
  ///
  /// @param file absolute, readable by its owner alone; PKCS #8 in PEM
  PublishingKey importKey(Path file) throws ShoalException, IOException;

  /// Publishes under a new key from now on: every name of the present one is published again under
  /// it, and leads there.
  PublishingKey rotateKey(Duration timeout)
      throws ShoalException, IOException, InterruptedException;

  /// What to publish.
  ///
  /// @param name at most 64 bytes of UTF-8 in NFC, a possible file name; empty to tell of a root
  ///   what it is called and how large it is
  /// @param reference what it is to stand for
  /// @param lifetime until when it is good; empty for as long as this node renews it and 30 days
  ///   more
  /// @param note what readers shall be told about it
  /// @param timeout the time allowed
  record PublishRequest(
      Optional<String> name,
      Reference reference,
      Optional<Duration> lifetime,
      Optional<String> note,
      Duration timeout) {}

  /// What this node published.
  ///
  /// @param reference what others ask for: `shoal:k/KEY/NAME`; of what is told of a root, the root
  /// @param root what it stands for; empty if it is withdrawn or moved
  /// @param fileName what the file or folder is called, if known
  /// @param sizeBytes file bytes in it, -1 if not known
  /// @param sequence the record's number: grows with every change
  /// @param publishedAt when that was said, ISO 8601
  /// @param expiresAt until when it is good, ISO 8601
  /// @param renewed whether it is signed anew before it expires
  /// @param holders how many others took it the last time, -1 if that was not in this run
  /// @param state `published`, `expired`, `withdrawn`, `moved to …`, or why it is not with others
  record PublishedName(
      String reference,
      Optional<String> root,
      Optional<String> fileName,
      long sizeBytes,
      long sequence,
      String publishedAt,
      String expiresAt,
      boolean renewed,
      int holders,
      String state) {}

  /// What a name stands for.
  ///
  /// @param reference the name, under the key that it has now
  /// @param root what it stands for
  /// @param fileName what the file or folder is called, if its owner says
  /// @param sizeBytes file bytes in it, -1 if its owner does not say
  /// @param kind `file` or `folder`, if its owner says
  /// @param note what its owner says about it
  /// @param sequence the record's number: grows with every change
  /// @param publishedAt when its owner signed it, ISO 8601
  /// @param expiresAt until when it is good, ISO 8601
  /// @param answered how many others answered
  /// @param holders how many of them had this record
  /// @param firstContact whether this node never saw the name before
  /// @param notes what the user should know: lines for people
  record ResolvedName(
      String reference,
      String root,
      Optional<String> fileName,
      long sizeBytes,
      Optional<String> kind,
      Optional<String> note,
      long sequence,
      String publishedAt,
      String expiresAt,
      int answered,
      int holders,
      boolean firstContact,
      List<String> notes) {}

  /// A key that names are published under.
  ///
  /// @param key as it stands in `shoal:k/KEY/NAME`
  /// @param file where it was written to or read from, if it was
  /// @param moved the names that lead to it now, as others know them
  record PublishingKey(String key, Optional<String> file, List<String> moved) {}

  /// Names in a report.
  ///
  /// @param published how many this node published
  /// @param waiting how many of those are not with others as they should be
  /// @param kept how many of others it keeps alive
  record NamesEntry(int published, int waiting, int kept) {}
}
