package io.shoal.storage.filesystem.adopted;

import io.shoal.api.ChunkStore;
import io.shoal.storage.filesystem.FilesystemStore;
import io.shoal.testkit.FileBackedContract;

class AdoptedFilesContractTest extends FileBackedContract {

  @Override
  protected ChunkStore newStore() {
    return new FilesystemStore();
  }
}
