package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.Discovery;
import io.shoal.api.DiscoveryStatus;
import io.shoal.api.PeerAddress;
import io.shoal.api.Provider;
import io.shoal.api.RetryableException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/// The contract of [Discovery]: some instances of it find each other on this machine. A plugin's
/// tests extend this with how to bring them together, and with what it can do ([#traits]): of what
/// it cannot do the tests check that the calls do no harm.
///
/// A discovery that takes new endpoints only with its next renewal is configured with renewals that
/// are shorter than [Await#DEADLINE].
public abstract class DiscoveryContract extends DiscoverySearchContract {
  /// For subclasses.
  protected DiscoveryContract() {}

  /// All other instances find a content that one announces at its endpoint, once and as announced,
  /// and its [Discovery#status] counts it. Without [Trait#ANNOUNCES] the call changes nothing.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void whatOneAnnouncesOthersFind() throws Exception {
    List<String> before = found(1, root(1));
    nodes.get(0).announce(root(1));
    if (has(Trait.ANNOUNCES)) {
      for (int node = 1; node < INSTANCES; node++) {
        awaitFound(node, root(1), uri(FIRST_PORT));
      }
    } else {
      assertEquals(before, found(1, root(1)));
      assertEquals(0, nodes.get(0).status().announcedKeys());
    }
    if (isWhole()) {
      Await.until("the status counts it", () -> nodes.get(0).status().announcedKeys() > 0);
      List<Provider> found = find(nodes.get(1), root(1), Set.of(scheme()));
      assertEquals(List.of(uri(FIRST_PORT)), found(1, root(1)));
      assertTrue(found.getFirst().isAnnounced(), found::toString);
    }
  }

  /// An endpoint of an unknown scheme without host and port is found by others or counted in
  /// [DiscoveryStatus#inexpressibleEndpoints]. Without [Trait#ANNOUNCES] it only does no harm.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void anEndpointThatCannotBeExpressedIsCounted() throws Exception {
    PeerAddress odd = PeerAddress.of("unheard-of:///a/place/without/host/or/port");
    nodes.get(0).reachableAt(List.of(endpoint(FIRST_PORT), odd));
    nodes.get(0).announce(root(5));
    if (!has(Trait.ANNOUNCES)) {
      return;
    }
    awaitFound(1, root(5), uri(FIRST_PORT));
    boolean expressed = nodes.get(0).status().inexpressibleEndpoints() == 0;
    Await.until(
        "the endpoint is found unless the status says that it cannot be announced",
        () ->
            find(nodes.get(1), root(5), Set.of("unheard-of")).stream()
                    .anyMatch(provider -> provider.address().uri().equals(odd.uri()))
                == expressed);
  }

  /// An endpoint with an unspecified host (`0.0.0.0`, `[::]`) or a multicast one is never reported
  /// to others as it is; the endpoint beside it is.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void anUnspecifiedAddressIsNeverReported() throws Exception {
    for (String host : List.of("0.0.0.0", "[::]", "224.0.0.1")) {
      PeerAddress nowhere = PeerAddress.of(scheme() + "://" + host + ":4620");
      Cid cid = root(12 + host.length());
      nodes.get(0).reachableAt(List.of(nowhere, endpoint(FIRST_PORT)));
      nodes.get(0).announce(cid);
      if (has(Trait.ANNOUNCES)) {
        awaitFound(1, cid, uri(FIRST_PORT));
      }
      for (String found : found(1, cid)) {
        assertFalse(found.contains(host), found + " is reported to peers that look for it");
      }
    }
  }

  /// After [Discovery#withdraw] [Discovery#status] counts no key as kept announced; what is sent to
  /// other parties is not seen. Announcing or withdrawing twice, and withdrawing what was never
  /// announced, does nothing.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void whatIsWithdrawnIsKeptAnnouncedNoLonger() throws Exception {
    nodes.get(0).announce(root(8));
    nodes.get(0).announce(root(8));
    if (isWhole()) {
      Await.until("it is announced", () -> nodes.get(0).status().announcedKeys() > 0);
    }
    nodes.get(0).withdraw(root(8));
    nodes.get(0).withdraw(root(8));
    nodes.get(0).withdraw(root(9));
    Await.until("nothing is announced", () -> nodes.get(0).status().announcedKeys() == 0);
  }

  /// After another [Discovery#reachableAt] others find at the new endpoint what was announced
  /// before. They may find it at the old one for as long as other parties remember that. Without
  /// [Trait#ANNOUNCES] the call only does no harm.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void whatIsAnnouncedIsFoundAtNewEndpoints() throws Exception {
    nodes.get(0).announce(root(20));
    if (has(Trait.ANNOUNCES)) {
      awaitFound(1, root(20), uri(FIRST_PORT));
    }
    nodes.get(0).reachableAt(List.of(endpoint(4611)));
    if (has(Trait.ANNOUNCES)) {
      awaitFound(1, root(20), uri(4611));
      awaitFound(2, root(20), uri(4611));
    }
  }

  /// A content that is announced while there are no endpoints is found once [Discovery#reachableAt]
  /// names some. Without [Trait#ANNOUNCES] it only does no harm.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void whatIsAnnouncedWithoutEndpointsFollowsOnceThereAreSome() throws Exception {
    nodes.get(0).reachableAt(List.of());
    nodes.get(0).announce(root(21));
    nodes.get(0).reachableAt(List.of(endpoint(4612)));
    if (has(Trait.ANNOUNCES)) {
      awaitFound(1, root(21), uri(4612));
    }
  }

  /// An instance that is started again on the same folder has nothing announced, and announces what
  /// it is told from then on.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void nothingSurvivesARestart() throws Exception {
    nodes.get(0).announce(root(22));
    if (isWhole()) {
      Await.until("it is announced", () -> nodes.get(0).status().announcedKeys() > 0);
    }
    nodes.get(0).close();

    nodes.set(0, started(0, nodes.subList(1, INSTANCES)));
    nodes.get(0).reachableAt(List.of(endpoint(FIRST_PORT)));
    Await.until("the instances know each other", () -> ready(nodes));
    assertEquals(0, nodes.get(0).status().announcedKeys());
    nodes.get(0).announce(root(23));
    if (has(Trait.ANNOUNCES)) {
      awaitFound(1, root(23), uri(FIRST_PORT));
    }
  }

  /// [Discovery#status] of an instance that knows others has a reachable peer, and no key that is
  /// overdue or failed.
  @Test
  public void theStatusIsThatOfADiscoveryThatWorks() {
    DiscoveryStatus status = nodes.get(0).status();
    assertTrue(status.reachablePeers() > 0);
    assertEquals(0, status.overdueKeys());
    assertTrue(status.lag().isZero());
    assertEquals(0, status.failedKeys());
  }

  /// [Discovery#status] answers before the start, in the midst of a search and after the close.
  /// Before the start and after the close no key is announced.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void theStatusAnswersBeforeTheStartDuringASearchAndAfterTheEnd() throws Exception {
    Discovery fresh = newDiscovery();
    assertEquals(0, fresh.status().announcedKeys());
    fresh.close();
    assertEquals(0, fresh.status().announcedKeys());

    List<DiscoveryStatus> during = new CopyOnWriteArrayList<>();
    search(2, 25, () -> during.add(nodes.get(2).status()));
    assertTrue(during.getFirst().reachablePeers() > 0);

    nodes.get(1).close();
    assertEquals(0, nodes.get(1).status().announcedKeys());
  }

  /// A call after the close returns or throws [IllegalStateException]. [Discovery#status] answers
  /// with no announced keys.
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void callsAfterTheEndFailOrDoNothing() throws Exception {
    Discovery closed = nodes.get(1);
    closed.close();
    assertHarmless(() -> closed.reachableAt(List.of(endpoint(FIRST_PORT))));
    assertHarmless(() -> closed.announce(root(27)));
    assertHarmless(() -> closed.withdraw(root(27)));
    assertHarmless(() -> find(closed, root(27), Set.of(scheme())));
    assertEquals(0, closed.status().announcedKeys());
  }

  /// A late call throws [IllegalStateException]; one that has nothing to do may also return.
  private static void assertHarmless(Searching call) throws Exception {
    try {
      call.run();
    } catch (IllegalStateException e) {
      Messages.assertOneLine(e);
    }
  }

  /// An instance that is led to no other finds nothing of what these announce, neither through the
  /// network nor through the process, and its end changes nothing here. Only with
  /// [Trait#ANNOUNCES], [Trait#FINDS_BY_CONTENT] and [Trait#MEETS_BY_CONFIGURATION].
  ///
  /// @throws Exception as the discovery throws it
  @Test
  public void anInstanceElsewhereSharesNothing() throws Exception {
    if (!isWhole() || !has(Trait.MEETS_BY_CONFIGURATION)) {
      return;
    }
    nodes.get(0).announce(root(28));
    awaitFound(1, root(28), uri(FIRST_PORT));
    Discovery alone = (Discovery) startedExtension();
    try {
      assertEquals(List.of(), find(alone, root(28), Set.of(scheme())), "another network's peer");
    } catch (RetryableException e) {
      Messages.assertOneLine(e);
    }
    alone.close();
    awaitFound(2, root(28), uri(FIRST_PORT));
  }
}
