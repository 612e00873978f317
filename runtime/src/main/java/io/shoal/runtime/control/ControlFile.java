package io.shoal.runtime.control;

import io.shoal.runtime.json.JsonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/// How commands find the node that runs on a data folder: `control.json`, readable by its owner
/// alone, for the token gives full power over the node.
///
/// @param url where the control API is, without a slash at the end
/// @param token the bearer token that it asks for; new at each start
/// @param pid the process of the node
public record ControlFile(String url, String token, long pid) {

  private static final String NAME = "control.json";

  /// The file has three short fields; a larger one is not ours.
  private static final int MAX_SIZE_BYTES = 4096;

  /// Writes the file, atomically: a reader sees all of it or none.
  void write(Path dataFolder) throws IOException {
    Path file = dataFolder.resolve(NAME);
    Path temporary = dataFolder.resolve(NAME + ".new");
    Files.deleteIfExists(temporary);
    // Created with its rights, not given them later: other users can open it at no moment.
    if (dataFolder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.createFile(
          temporary,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } else {
      Files.createFile(temporary);
    }
    Files.write(temporary, ControlJson.write(this));
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /// Reads the file of a node that may be running: empty if there is none.
  public static Optional<ControlFile> read(Path dataFolder) throws IOException {
    Path file = dataFolder.resolve(NAME);
    try {
      if (Files.size(file) > MAX_SIZE_BYTES) {
        return Optional.empty();
      }
      return Optional.of(ControlJson.answer(Files.readAllBytes(file), ControlFile.class));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (JsonException e) {
      // Left over from a crash of the machine, which cut it short.
      return Optional.empty();
    }
  }

  /// Whether it is of this process.
  public boolean isOwn() {
    return pid == ProcessHandle.current().pid();
  }

  /// Removes the file if it is still this node's.
  void delete(Path dataFolder) throws IOException {
    if (read(dataFolder).filter(this::equals).isPresent()) {
      Files.deleteIfExists(dataFolder.resolve(NAME));
    }
  }

  /// Without the token, which has no place in a log.
  @Override
  public String toString() {
    return "ControlFile[url=" + url + ", pid=" + pid + "]";
  }
}
