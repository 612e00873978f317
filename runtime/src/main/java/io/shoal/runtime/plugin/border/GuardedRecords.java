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

  private <T> T run(String method, PluginCalls.Call<T, ShoalException, InterruptedException> call)
      throws ShoalException, InterruptedException {
    try {
      return calls.run(method, CallLimit.SIGNED_RECORD, call);
    } catch (PluginFailedException e) {
      throw e.expected();
    }
  }

  @Override
  public int publish(SignedRecord record) throws ShoalException, InterruptedException {
    return run("SignedRecords.publish", () -> records.publish(record));
  }

  @Override
  public int publish(SignedRecord record, long replaces)
      throws ShoalException, InterruptedException {
    return run("SignedRecords.publish", () -> records.publish(record, replaces));
  }

  @Override
  public Resolution resolve(byte[] publicKey, String name)
      throws ShoalException, InterruptedException {
    return run("SignedRecords.resolve", () -> records.resolve(publicKey, name));
  }
}
