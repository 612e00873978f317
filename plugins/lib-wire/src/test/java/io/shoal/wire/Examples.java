package io.shoal.wire;

import io.shoal.api.Cid;
import io.shoal.api.InvalidInputException;
import io.shoal.api.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// One frame of each type: those that the protocol's page shows.
final class Examples {
  static final Cid CHUNK = cid("bafkreig3yq6svcitcxuqe7t4dskd5odn3mi5ybstpeertxrk5n46wvyfkq");
  static final Cid ROOT = cid("bafybeictc5n4ybje6n5uobrpv7o2fdr7r24r2um4ucqyjstrxpv6ol4wti");

  private Examples() {}

  private static Cid cid(String text) {
    try {
      return Cid.parse(text);
    } catch (InvalidInputException e) {
      throw new IllegalStateException(e);
    }
  }

  static Frame.Hello hello(Nonce nonce) {
    return new Frame.Hello(nonce, 256, 4600, "tcps", "shoal/0.1.0", List.of("pex"));
  }

  static Map<String, Frame> all() {
    Map<String, Frame> all = new TreeMap<>();
    all.put("HELLO", hello(new Nonce(0x0001020304050607L, 0x08090a0b0c0d0e0fL)));
    all.put("GOODBYE", new Frame.Goodbye(GoodbyeCode.STOPPING, "stopping"));
    all.put("PING", new Frame.Ping(1));
    all.put("PONG", new Frame.Pong(1));
    all.put("REQUEST", new Frame.Request(7, 1 << 20, CHUNK, Optional.of(ROOT)));
    all.put("ANSWER", new Frame.Answer(7, 6));
    all.put("DATA", new Frame.Data(7, 6));
    all.put("END", new Frame.End(7));
    all.put("REFUSE", new Frame.Refuse(7, new Refusal.Busy(Duration.ofMillis(1500))));
    all.put("CREDIT", new Frame.Credit(7, 262_144));
    all.put("CANCEL", new Frame.Cancel(7));
    all.put("WATCH", new Frame.Watch(1, ROOT));
    all.put("UNWATCH", new Frame.Unwatch(1));
    all.put("UNKNOWN", new Frame.Unknown(1));
    all.put("COMPLETE", new Frame.Complete(1));
    all.put("SNAPSHOT", new Frame.Snapshot(1, 20, 0, true, new byte[] {0x0f, (byte) 0x80}));
    all.put("GAINED", new Frame.Gained(1, new int[] {4, 19}));
    all.put("MESSAGE", new Frame.Message(1, new byte[] {'h', 'i'}));
    all.put("TAKEN", new Frame.Taken(1));
    return all;
  }
}
