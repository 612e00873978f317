package io.shoal.discovery.kademlia;

import io.shoal.api.Cid;
import io.shoal.api.Discovery;
import io.shoal.api.DiscoveryStatus;
import io.shoal.api.Inspection;
import io.shoal.api.PeerAddress;
import io.shoal.api.PluginContext;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.api.SignedRecords;
import io.shoal.api.UserFaultException;
import io.shoal.discovery.kademlia.krpc.NodeId;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Finds providers over the Mainline DHT protocol (BEP 5), in a network of its own or in the public
/// one.
public final class KademliaDiscovery implements Discovery {
  private volatile Optional<Started> started = Optional.empty();

  /// Does nothing yet; see [#start].
  public KademliaDiscovery() {}

  private record Started(
      Membership membership, ProviderKey keys, AnnouncedContent content, boolean holdsRecords) {}

  @Override
  public void start(PluginContext context) throws ShoalException, InterruptedException {
    KademliaConfig config = KademliaConfig.read(context);
    try {
      ProviderKey keys = new ProviderKey(context.swarmSecret());
      Membership membership = Membership.join(config, context);
      AnnouncedContent content = new AnnouncedContent(keys, membership.calls());
      membership.watchAddresses(context.scheduler(), content::moved);
      started = Optional.of(new Started(membership, keys, content, config.signedRecords()));
    } catch (IOException e) {
      throw new UserFaultException(
          "the DHT cannot start (%s): check the rights of %s and the system's network"
              .formatted(e.getMessage(), context.dataFolder()),
          e);
    }
  }

  private Started running() {
    return started.orElseThrow(() -> new IllegalStateException("not started, or closed"));
  }

  @Override
  public void reachableAt(List<PeerAddress> endpoints) {
    running().content().reachableAt(endpoints);
  }

  @Override
  public void announce(Cid cid) throws InterruptedException {
    running().content().announce(cid);
  }

  @Override
  public void withdraw(Cid cid) {
    started.ifPresent(now -> now.content().withdraw(cid));
  }

  @Override
  public void findProviders(Cid cid, Set<String> schemes, ProviderSink sink)
      throws RetryableException, InterruptedException {
    Started now = running();
    Map<NodeId, String> keys = new LinkedHashMap<>();
    schemes.forEach(scheme -> keys.put(now.keys().of(cid, scheme), scheme));
    now.membership().calls().find(keys, sink);
  }

  @Override
  public DiscoveryStatus status() {
    return started
        .map(now -> now.membership().status(now.content().inexpressible()))
        .orElseGet(() -> DiscoveryStatus.builder().build());
  }

  @Override
  public Optional<SignedRecords> signedRecords() {
    return started.flatMap(
        now ->
            now.holdsRecords()
                ? Optional.of(new ItemRecords(now.membership().calls()))
                : Optional.empty());
  }

  @Override
  public Optional<Inspection> inspection() {
    return Optional.of(new StartedInspection());
  }

  /// Knows its questions before the node is in the network.
  private final class StartedInspection implements Inspection {
    @Override
    public List<Question> questions() {
      return DhtInspection.QUESTIONS;
    }

    @Override
    public void ask(String question, List<String> arguments, AnswerSink sink)
        throws ShoalException, InterruptedException {
      Started now = running();
      now.membership().inspection(now.keys()).ask(question, arguments, sink);
    }
  }

  @Override
  public void close() {
    started.ifPresent(
        now -> {
          now.content().close();
          now.membership().close();
        });
    started = Optional.empty();
  }
}
