package io.shoal.runtime.command;

import io.shoal.api.ShoalException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// The commands of a node on signed names: `shoal:k/KEY/NAME` names the root that the owner of the
/// key published last under the name. Failures and threads as in [NodeCommands].
public interface NameCommands {

  /// Publishes a root under a name of the user's present key, or facts about the root under the
  /// root itself. The node keeps it alive while it runs as a server.
  ///
  /// @throws io.shoal.api.InvalidInputException the name cannot be one; the message says why
  /// @throws io.shoal.api.UserFaultException another node with the same key published at the same
  ///   time, or there are too many names already
  PublishedName publish(PublishRequest request)
      throws ShoalException, IOException, InterruptedException;

  /// Withdraws a name of the user's present key: resolving it reports that.
  ///
  /// @throws NotFoundException this node did not publish it
  PublishedName withdraw(String name, Duration timeout)
      throws ShoalException, IOException, InterruptedException;

  /// The names and facts that this node published, by name.
  List<PublishedName> published() throws ShoalException, IOException;

  /// The root that a name leads to now, by the newest record that other peers hold or that this
  /// node ever saw. Follows owners to their later keys.
  ///
  /// @throws NotFoundException no peer holds it, or it is withdrawn or expired
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

  /// A publication to do.
  ///
  /// @param name at most 64 bytes of UTF-8 in NFC, a possible file name; empty to publish the name
  ///   and size of the root itself
  /// @param reference what it is to lead to
  /// @param lifetime until when it is good; empty for as long as this node renews it and 30 days
  ///   more
  /// @param note for readers
  /// @param timeout the time allowed
  record PublishRequest(
      Optional<String> name,
      Reference reference,
      Optional<Duration> lifetime,
      Optional<String> note,
      Duration timeout) {}

  /// A publication of this node.
  ///
  /// @param reference for other users: `shoal:k/KEY/NAME`; of facts about a root, the root
  /// @param root what it leads to; empty if it is withdrawn or moved
  /// @param fileName what the file or folder is called, if known
  /// @param sizeBytes file bytes in it, -1 if not known
  /// @param sequence the record's number: grows with every change
  /// @param publishedAt when it was signed, ISO 8601
  /// @param expiresAt until when it is good, ISO 8601
  /// @param renewed whether it is signed anew before it expires
  /// @param holders how many peers stored it the last time, -1 if that was not in this run
  /// @param state `published`, `expired`, `withdrawn`, `moved to …`, or why no other peer has it
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

  /// The root that a name leads to.
  ///
  /// @param reference the name, under the key that it has now
  /// @param root what it leads to
  /// @param fileName what the file or folder is called, if its owner says
  /// @param sizeBytes file bytes in it, -1 if its owner does not say
  /// @param kind `file` or `folder`, if its owner says
  /// @param note what its owner says about it
  /// @param sequence the record's number: grows with every change
  /// @param publishedAt when its owner signed it, ISO 8601
  /// @param expiresAt until when it is good, ISO 8601
  /// @param answered how many peers answered
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
  /// @param key as in `shoal:k/KEY/NAME`
  /// @param file where it was written to or read from, if it was
  /// @param moved the names that lead to it now, under the key before
  record PublishingKey(String key, Optional<String> file, List<String> moved) {}

  /// Names in a report.
  ///
  /// @param published how many this node published
  /// @param waiting how many of those too few peers hold
  /// @param kept how many of other owners it keeps alive
  record NamesEntry(int published, int waiting, int kept) {}
}
