package io.shoal.runtime.plugin.border;

import io.shoal.api.NodeObserver;

/// An observer behind the border: a call that fails or does not end is logged, and that is all.
final class GuardedObserver extends GuardedExtension<NodeObserver> implements NodeObserver {

  GuardedObserver(NodeObserver observer, PluginCalls calls) {
    super(observer, calls);
  }

  private void report(
      String method, PluginCalls.Command<RuntimeException, RuntimeException> command) {
    try {
      var _ = calls.run(method, CallLimit.EVENT, command.asCall());
    } catch (PluginFailedException e) {
      calls.warn(method, e);
    }
  }

  @Override
  public void ready() {
    report("ready", inside::ready);
  }

  @Override
  public void downloadEnded(Download download) {
    report("downloadEnded", () -> inside.downloadEnded(download));
  }

  @Override
  public void rootAdded(Root root) {
    report("rootAdded", () -> inside.rootAdded(root));
  }

  @Override
  public void rootReleased(Root root) {
    report("rootReleased", () -> inside.rootReleased(root));
  }

  @Override
  public void stopping() {
    report("stopping", inside::stopping);
  }
}
