package io.shoal.storage.filesystem;

import io.shoal.api.ChunkStore;
import io.shoal.testkit.FileBackedContract;

class AdoptedFilesContractTest extends FileBackedContract {

  @Override
  protected ChunkStore newStore() {
    return new FilesystemStore();
  }
}
