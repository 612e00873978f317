package io.shoal.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shoal.api.ChunkBody;
import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import io.shoal.testkit.TestData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class FetchTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "tcps"})
  void chunksOfEverySizeArrive(String scheme) throws Exception {
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed(scheme, Map.of());
      PeerConnection connection = nodes.dial(seed);
      for (int size : new int[] {0, 1, 1000, 65_536, 262_145, 1 << 20, 2 << 20}) {
        byte[] bytes = TestData.bytes(size, size);
        for (Cid cid : List.of(seed.server().put(bytes), seed.server().putFile(folder, bytes))) {
          ChunkBody body = Nodes.fetch(connection, cid);
          assertEquals(size, body.awaitSize());
          assertArrayEquals(bytes, Nodes.readAll(body));
        }
      }
      Nodes.await("all leases ended", () -> seed.server().open.get() == 0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "tcps"})
  void manyRequestsRunAtOnceAndMayBeReadInAnyOrder(String scheme) throws Exception {
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed(scheme, Map.of());
      PeerConnection connection = nodes.dial(seed);
      List<byte[]> chunks = new ArrayList<>();
      List<ChunkBody> bodies = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        chunks.add(TestData.bytes(i, 100_000 + i));
        bodies.add(
            Nodes.fetch(
                connection,
                i % 2 == 0
                    ? seed.server().put(chunks.get(i))
                    : seed.server().putFile(folder, chunks.get(i))));
      }
      for (int i = 99; i >= 0; i--) {
        assertArrayEquals(chunks.get(i), Nodes.readAll(bodies.get(i)));
      }
    }
  }
}
