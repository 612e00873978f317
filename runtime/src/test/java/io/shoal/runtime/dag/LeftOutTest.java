package io.shoal.runtime.dag;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shoal.api.Cid;
import org.junit.jupiter.api.Test;

class LeftOutTest {
  @Test
  void namesOfAStrangersFillNoMemory() throws Exception {
    Cid root = Cid.parse("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e");
    LeftOut leftOut = new LeftOut();
    for (int i = 0; i < 5_000; i++) {
      leftOut.addName("a?\n" + i, root, "it is refused");
    }

    assertEquals(1_001, leftOut.lines().size());
    assertEquals(
        "a?\\u000a0: it is refused; 'shoal get " + root + " -o NAME' gives it another",
        leftOut.lines().getFirst());
    assertEquals("4,000 entries more", leftOut.lines().getLast());
  }
}
