package io.shoal.runtime.plugin.border;

import io.shoal.api.ShoalException;
import io.shoal.api.SignedRecord;
import io.shoal.api.SignedRecords;

/// The signed records of a discovery behind the border.
final class GuardedRecords implements SignedRecords {
  private final SignedRecords records;
  private final PluginCalls calls;

  GuardedRecords(SignedRecords records, PluginCalls calls) {
    this.records = records;
    this.calls = calls;
  }

  @Override
  public int publish(SignedRecord record) throws ShoalException, InterruptedException {
    return calls.ask("SignedRecords.publish", CallLimit.QUESTION, () -> records.publish(record));
  }

  @Override
  public int publish(SignedRecord record, long replaces)
      throws ShoalException, InterruptedException {
    return calls.ask(
        "SignedRecords.publish", CallLimit.QUESTION, () -> records.publish(record, replaces));
  }

  @Override
  public Resolution resolve(byte[] publicKey, String name)
      throws ShoalException, InterruptedException {
    return calls.ask(
        "SignedRecords.resolve", CallLimit.QUESTION, () -> records.resolve(publicKey, name));
  }
}
