package io.shoal.runtime.plugin.border;

import io.shoal.api.Cid;
import io.shoal.api.Discovery;
import io.shoal.api.DiscoveryStatus;
import io.shoal.api.PeerAddress;
import io.shoal.api.ShoalException;
import io.shoal.api.SignedRecords;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A discovery behind the border.
final class GuardedDiscovery extends GuardedExtension<Discovery> implements Discovery {

  GuardedDiscovery(Discovery discovery, PluginCalls calls) {
    super(discovery, calls);
  }

  /// A call that the node makes for the discovery's own good: a failure is logged.
  private <Y extends Exception> void tell(
      String method, CallLimit limit, PluginCalls.Command<RuntimeException, Y> command) throws Y {
    try {
      var _ = calls.run(method, limit, command.asCall());
    } catch (PluginFailedException e) {
      calls.warn(method, e);
    }
  }

  @Override
  public void reachableAt(List<PeerAddress> endpoints) {
    PluginCalls.Command<RuntimeException, RuntimeException> command =
        () -> inside.reachableAt(endpoints);
    tell("reachableAt", CallLimit.ONE_EXCHANGE, command);
  }

  /// Without a deadline: a discovery paces what it takes up, and has a thread of the node for it.
  @Override
  public void announce(Cid cid) throws InterruptedException {
    PluginCalls.Command<RuntimeException, InterruptedException> command =
        () -> inside.announce(cid);
    tell("announce", CallLimit.NONE, command);
  }

  @Override
  public void withdraw(Cid cid) {
    PluginCalls.Command<RuntimeException, RuntimeException> command = () -> inside.withdraw(cid);
    tell("withdraw", CallLimit.ONE_EXCHANGE, command);
  }

  @Override
  public void findProviders(Cid cid, Set<String> schemes, ProviderSink sink)
      throws ShoalException, InterruptedException {
    PluginCalls.Command<ShoalException, InterruptedException> command =
        () -> inside.findProviders(cid, schemes, sink);
    try {
      var _ = calls.run("findProviders", CallLimit.SEARCH, command.asCall());
    } catch (PluginFailedException e) {
      // Another discovery may find all that is needed, and then no command reports this.
      calls.warn("findProviders", e);
      throw e.expected();
    }
  }

  @Override
  public DiscoveryStatus status() {
    try {
      return calls.plain("status", inside::status);
    } catch (PluginFailedException e) {
      calls.warn("status", e);
      return DiscoveryStatus.builder().advice(List.of(e.getMessage())).build();
    }
  }

  @Override
  public Optional<SignedRecords> signedRecords() {
    return calls
        .orElse("signedRecords", Optional.<SignedRecords>empty(), inside::signedRecords)
        .map(records -> new GuardedRecords(records, calls));
  }
}
