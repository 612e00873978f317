package io.shoal.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkRequest;
import io.shoal.api.PeerFaultException;
import io.shoal.api.Refusal;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConnectionMachineTest {
  private final Recorder events = new Recorder();
  private final ConnectionMachine machine =
      new ConnectionMachine(Examples.hello(new Nonce(1, 1)), events);

  private ConnectionMachine greeted() throws PeerFaultException {
    machine.start();
    machine.onFrame(Examples.hello(new Nonce(2, 2)));
    events.sent.clear();
    events.events.clear();
    return machine;
  }

  private int asked(int creditBytes) throws PeerFaultException {
    return greeted().request(new ChunkRequest(Examples.CHUNK, Optional.empty()), creditBytes);
  }

  private void faulty(String cause, Frame... frames) {
    PeerFaultException fault =
        assertThrows(
            PeerFaultException.class,
            () -> {
              for (Frame frame : frames) {
                machine.onFrame(frame);
              }
            });
    assertTrue(fault.getMessage().contains(cause), fault.getMessage());
  }

  private static Frame.Request request(int id) {
    return new Frame.Request(id, 100, Examples.CHUNK, Optional.empty());
  }

  @Test
  void aChunkArrivesWithinItsCredit() throws Exception {
    int id = asked(10);
    machine.onFrame(new Frame.Answer(id, 15));
    machine.onFrame(new Frame.Data(id, 10));
    machine.credit(id, 5);
    machine.onFrame(new Frame.Data(id, 5));
    machine.onFrame(new Frame.End(id));
    assertEquals(List.of("answered 1 15", "arriving 1", "arriving 1", "ended 1"), events.events);
    faulty("not open", new Frame.End(id));
  }

  @Test
  void dataWithoutCreditIsAFault() throws Exception {
    int id = asked(10);
    faulty("credit", new Frame.Answer(id, 15), new Frame.Data(id, 11));
  }

  @Test
  void dataPastTheSizeIsAFault() throws Exception {
    int id = asked(100);
    faulty("more than the size", new Frame.Answer(id, 15), new Frame.Data(id, 16));
  }

  @Test
  void dataBeforeTheAnswerIsAFault() throws Exception {
    faulty("unanswered", new Frame.Data(asked(100), 1));
  }

  @Test
  void anEndBeforeAllBytesIsAFault() throws Exception {
    int id = asked(100);
    faulty("after 1 bytes", new Frame.Answer(id, 2), new Frame.Data(id, 1), new Frame.End(id));
  }

  @Test
  void aSizePastTheLargestChunkIsAFault() throws Exception {
    faulty("offers a chunk", new Frame.Answer(asked(1), (2 << 20) + 1));
  }

  @Test
  void answersToNothingAreAFault() throws Exception {
    greeted();
    faulty("not open", new Frame.End(1));
  }

  @Test
  void aCancelledRequestStaysOpenUntilThePeerEndsIt() throws Exception {
    int id = asked(100);
    machine.cancel(id);
    machine.onFrame(new Frame.Answer(id, 50));
    machine.onFrame(new Frame.Data(id, 50));
    machine.onFrame(new Frame.Refuse(id, new Refusal.Gone()));
    faulty("not open", new Frame.Refuse(id, new Refusal.Gone()));
  }

  @Test
  void idsOfRequestsMustGrow() throws Exception {
    greeted();
    faulty("must grow", request(5), request(5));
  }

  @Test
  void moreRequestsThanAllowedAreAFaultUntilTheAnswersLeft() throws Exception {
    greeted();
    for (int id = 1; id <= WireLimits.MAX_REQUESTS; id++) {
      machine.onFrame(request(id));
      machine.refuse(id, new Refusal.NotHeld());
    }
    machine.written(events.sent.getFirst());
    machine.onFrame(request(1000));
    faulty("more than 256 requests", request(1001));
  }

  @Test
  void creditForWhatEndedIsIgnoredAndForWhatNeverWasAFault() throws Exception {
    greeted().onFrame(request(3));
    machine.refuse(3, new Refusal.NotHeld());
    machine.onFrame(new Frame.Credit(3, 5));
    machine.onFrame(new Frame.Cancel(3));
    assertEquals(List.of("requested 3 100"), events.events);
    faulty("never made", new Frame.Credit(4, 5));
  }

  @Test
  void creditPastAChunkIsAFault() throws Exception {
    greeted();
    faulty("more credit", request(3), new Frame.Credit(3, 2 << 20));
  }

  @Test
  void theOwnSideCannotSendWithoutCredit() throws Exception {
    greeted().onFrame(request(3));
    machine.answer(3, 500);
    assertThrows(IllegalStateException.class, () -> machine.data(3, 101));
  }

  @Test
  void aSecondPingBeforeThePongLeftIsAFault() throws Exception {
    greeted().onFrame(new Frame.Ping(1));
    machine.written(events.sent.getLast());
    machine.onFrame(new Frame.Ping(2));
    faulty("without waiting", new Frame.Ping(3));
  }

  @Test
  void messagesAreBoundedUntilTheyAreTaken() throws Exception {
    greeted();
    for (int i = 0; i < WireLimits.MAX_MESSAGES_UNTAKEN; i++) {
      machine.onFrame(new Frame.Message(1, new byte[1]));
    }
    machine.take(1);
    machine.onFrame(new Frame.Message(1, new byte[1]));
    faulty("messages ahead", new Frame.Message(1, new byte[1]));
  }

  @Test
  void takingWhatWasNotSentIsAFault() throws Exception {
    greeted().message(1, new byte[1]);
    faulty("not sent", new Frame.Taken(2));
  }

  @Test
  void gainsBeforeASnapshotAreAFault() throws Exception {
    int id = greeted().watch(Examples.ROOT);
    faulty("gained", new Frame.Unknown(id), new Frame.Gained(id, new int[] {1}));
  }

  @Test
  void updatesOfAnEndedWatchAreIgnored() throws Exception {
    int id = greeted().watch(Examples.ROOT);
    machine.unwatch(id);
    machine.onFrame(new Frame.Gained(id, new int[] {1}));
    assertTrue(events.updates.isEmpty());
    faulty("does not exist", new Frame.Unknown(id + 1));
  }

  @Test
  void partsOfASnapshotMustFollowEachOther() throws Exception {
    int id = greeted().watch(Examples.ROOT);
    faulty(
        "follow",
        new Frame.Snapshot(id, 100, 0, false, new byte[2]),
        new Frame.Snapshot(id, 100, 24, true, new byte[2]));
  }

  @Test
  void nothingComesBeforeTheHelloAndNoneTwice() throws Exception {
    faulty("begin with a hello", new Frame.Ping(1));
    greeted();
    faulty("twice", Examples.hello(new Nonce(3, 3)));
  }
}
