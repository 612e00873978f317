package io.shoal.runtime.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FewDescriptorsTest {
  private static IOException none() {
    return new FileSystemException("file", null, "Too many open files");
  }

  @Test
  void aFileIsOpenedOnceTheCallerClosedWhatItCanDoWithout() throws Exception {
    AtomicInteger relieved = new AtomicInteger();
    String opened =
        FewDescriptors.<String, RuntimeException>open(
            () -> {
              if (relieved.get() < 2) {
                throw none();
              }
              return "open";
            },
            relieved::incrementAndGet);
    assertEquals("open", opened);
    assertEquals(2, relieved.get());
  }

  @Test
  void anotherFaultIsPassedOnAtOnce() {
    AtomicInteger relieved = new AtomicInteger();
    assertThrows(
        NoSuchFileException.class,
        () ->
            FewDescriptors.<String, RuntimeException>open(
                () -> {
                  throw new NoSuchFileException("file");
                },
                relieved::incrementAndGet));
    assertEquals(0, relieved.get());
    assertFalse(FewDescriptors.ranOut(new IOException()));
  }

  @Test
  void anInterruptEndsTheWaitAndTheMessageSaysWhatToDo() {
    Thread.currentThread().interrupt();
    IOException fault =
        assertThrows(
            IOException.class,
            () ->
                FewDescriptors.<String, RuntimeException>open(
                    () -> {
                      throw none();
                    },
                    () -> {}));
    assertTrue(Thread.interrupted());
    assertTrue(fault.getMessage().contains("ulimit -n"), fault::getMessage);
  }
}
