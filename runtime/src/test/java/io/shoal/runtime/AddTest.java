package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.testing.MemoryNetwork;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AddTest {
  @TempDir Path folder;
  private TestSwarm swarm;
  private TestNode node;

  @BeforeEach
  void open() throws Exception {
    swarm = new TestSwarm(folder);
    node = swarm.node("first");
  }

  @AfterEach
  void close() {
    swarm.close();
  }

  @Test
  void aPathThatCannotBeAddedDoesNotEndTheOthers() throws Exception {
    Path before = swarm.file("before", 10, 1);
    Path link = Files.createSymbolicLink(folder.resolve("link"), before);
    Path after = swarm.file("after", 10, 2);
    Path nowhere = folder.resolve("nowhere");
    var request = ContentCommands.AddRequest.builder(List.of(before, nowhere, link, after)).build();
    List<String> added = new ArrayList<>();
    List<ContentCommands.NotAdded> failed = new ArrayList<>();

    node.add(request, one -> added.add(one.name()), failed::add);

    assertEquals(List.of("before", "after"), added);
    assertEquals(
        List.of(nowhere.toString(), link.toString()),
        failed.stream().map(ContentCommands.NotAdded::path).toList());
    assertTrue(failed.getFirst().reason().contains("no such file"));
    assertEquals(List.of(false, true), failed.stream().map(c -> c.misuse()).toList());
    assertThrows(UserFaultException.class, () -> node.add(request, one -> added.add(one.name())));
    assertEquals(4, added.size());
  }

  @Test
  void whatIsAddedComesWithALinkToSend() throws Exception {
    Path file = swarm.file("a name", 10, 1);

    ContentCommands.Added added = node.add(file, false);

    var link = (Reference.Content) Reference.parse(added.link());
    assertEquals(added.root(), link.root().toString());
    assertEquals(Optional.of("a name"), link.name());
    assertEquals(10, link.sizeBytes().orElse(-1));
    assertEquals(
        List.of(MemoryNetwork.address("first").uri()),
        link.peers().stream().map(peer -> peer.uri()).toList());
  }
}
