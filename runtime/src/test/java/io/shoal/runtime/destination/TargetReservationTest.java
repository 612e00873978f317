package io.shoal.runtime.destination;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.file.DiskReserve;
import io.shoal.runtime.store.DownloadJournal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TargetReservationTest {
  private static final Cid ROOT = cid(1);
  private static final Cid OTHER = cid(2);
  private static final SizeLimit NO_LIMIT = new SizeLimit(ROOT, Long.MAX_VALUE);

  @TempDir Path folder;
  private Path target;
  private Path part;
  private DownloadJournal journal;

  @BeforeEach
  void open() throws IOException {
    target = folder.resolve("out");
    part = DownloadJournal.partOf(target);
    journal = new DownloadJournal(folder.resolve("journal"), new DiskReserve(folder), true);
  }

  private static Cid cid(int n) {
    byte[] digest = new byte[32];
    digest[0] = (byte) n;
    return Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, digest));
  }

  private TargetReservation taken(Cid root) throws Exception {
    TargetReservation reservation = new TargetReservation(journal, root, target, NO_LIMIT);
    reservation.take(false);
    return reservation;
  }

  @Test
  void theSameDownloadGoesOnWithItsPart() throws Exception {
    assertFalse(taken(ROOT).resumes());
    Files.writeString(part, "half");

    TargetReservation again = taken(ROOT);

    assertTrue(again.resumes());
    assertEquals("half", Files.readString(part));
  }

  @Test
  void thePartOfAnotherRootIsDeleted() throws Exception {
    taken(OTHER);
    Files.writeString(part, "half");

    TargetReservation reservation = taken(ROOT);

    assertFalse(reservation.resumes());
    assertFalse(Files.exists(part));
    assertEquals(List.of(new DownloadJournal.Begun(ROOT, target)), journal.all());
  }

  @Test
  void aPartWithoutAnEntryIsLeftAlone() throws Exception {
    Files.writeString(part, "precious");

    assertThrows(UserFaultException.class, () -> taken(ROOT));

    assertEquals("precious", Files.readString(part));
    assertEquals(List.of(), journal.all());
  }

  @Test
  void aFirstAttemptIsAbandonedAndALaterOneIsNot() throws Exception {
    taken(ROOT).abandonIfNew();
    assertEquals(List.of(), journal.all());

    taken(ROOT);
    taken(ROOT).abandonIfNew();
    assertEquals(List.of(new DownloadJournal.Begun(ROOT, target)), journal.all());
  }

  @Test
  void aReservationThatWasRefusedAbandonsNothing() throws Exception {
    Files.writeString(target, "there");
    TargetReservation reservation = new TargetReservation(journal, ROOT, target, NO_LIMIT);
    assertThrows(UserFaultException.class, () -> reservation.take(false));

    reservation.abandonIfNew();

    assertEquals("there", Files.readString(target));
  }
}
