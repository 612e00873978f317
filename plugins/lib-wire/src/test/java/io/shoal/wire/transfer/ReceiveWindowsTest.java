package io.shoal.wire.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ReceiveWindowsTest {

  private static final int LARGEST = 1024 * 1024;

  @Test
  void aRequestGetsTheLargestWindowWhileThereIsRoom() {
    ReceiveWindows windows = new ReceiveWindows(2L * LARGEST, LARGEST);

    assertEquals(LARGEST, windows.take());
    assertEquals(LARGEST, windows.take());
  }

  @Test
  void whenAllIsGivenOutARequestGetsEnoughToGoOn() {
    ReceiveWindows windows = new ReceiveWindows(LARGEST + LARGEST / 2, LARGEST);
    windows.take();

    assertEquals(LARGEST / 2, windows.take());
    assertEquals(ReceiveWindows.MIN_WINDOW_SIZE_BYTES, windows.take());
  }

  @Test
  void whatARequestGaveBackIsThereForTheNext() {
    ReceiveWindows windows = new ReceiveWindows(LARGEST, LARGEST);
    int first = windows.take();
    windows.give(first);

    assertEquals(LARGEST, windows.take());
  }
}
