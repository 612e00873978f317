package io.shoal.runtime.command;

/// All commands of a node for its user: the same whether it runs in this process
/// ([io.shoal.runtime.Node]) or in another one on this machine ([io.shoal.runtime.RemoteNode]).
///
/// Every call blocks until it is done, from any thread, several at once; interruption ends it
/// within a second with [InterruptedException], and what was verified or imported so far is kept.
/// Failures:
/// * [NotFoundException]: the content, provider or pin is nowhere to be found;
/// * [VerificationFailedException]: only wrong bytes were received, and there is no other source;
/// * [DeadlineException]: the time allowed is over;
/// * [io.shoal.api.UserFaultException]: the user must change something;
/// * any other [ShoalException], and [IOException] for a failed medium.
public interface NodeCommands
    extends ContentCommands, StoreCommands, NameCommands, StatusCommands, AutoCloseable {

  @Override
  void close();
}
