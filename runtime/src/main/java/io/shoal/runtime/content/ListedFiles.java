package io.shoal.runtime.content;

import io.shoal.api.RetryableException;
import java.util.concurrent.Semaphore;

/// The files in the lists of all contents that are open. Usable from any thread.
final class ListedFiles {
  /// Two of the largest folders at once, some 60 MB for paths of usual length.
  static final int MAX_IN_ALL = 2 * FolderFiles.MAX_FILES;

  private final Semaphore left;

  ListedFiles(int most) {
    left = new Semaphore(most);
  }

  void takeOne() throws RetryableException {
    if (!left.tryAcquire()) {
      throw new RetryableException(
          "the lists of files of all open contents are too long: close some, or try again later");
    }
  }

  void giveBack(int files) {
    left.release(files);
  }
}
