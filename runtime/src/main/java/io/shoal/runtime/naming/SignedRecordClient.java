package io.shoal.runtime.naming;

import io.shoal.api.Discovery;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.api.SignedRecord;
import io.shoal.api.SignedRecords;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.DeadlineException;
import io.shoal.runtime.limit.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks all discoveries that hold signed records, as if they were one. The signature of every
/// record is checked here, whatever a discovery checked. In a private swarm they see sealed records
/// only.
public final class SignedRecordClient {
  private static final Logger LOG = LoggerFactory.getLogger(SignedRecordClient.class);

  private final Map<String, SignedRecords> holders = new LinkedHashMap<>();
  private final RecordSeal seal;

  /// @param seal the form of records that others hold
  public SignedRecordClient(Map<String, Discovery> discoveries, RecordSeal seal) {
    this.seal = seal;
    discoveries.forEach(
        (id, discovery) ->
            discovery.signedRecords().ifPresent(records -> holders.put(id, records)));
  }

  /// The records of a key and name that others hold.
  ///
  /// @param newest the valid record with the highest sequence number
  /// @param answered how many answered
  /// @param holders how many had the newest
  /// @param forged whether there was a record that its key did not sign
  /// @param failure why not all discoveries could be asked
  record Answer(
      Optional<SignedRecord> newest,
      int answered,
      int holders,
      boolean forged,
      Optional<ShoalException> failure) {

    static final Answer NONE = new Answer(Optional.empty(), 0, 0, false, Optional.empty());

    private Answer with(SignedRecords.Resolution more, Optional<SignedRecord> theirs) {
      boolean forgery = more.record().isPresent() && theirs.isEmpty();
      int sum = answered + Math.max(0, more.answered());
      long mine = newest.map(SignedRecord::sequence).orElse(-1L);
      long other = theirs.map(SignedRecord::sequence).orElse(-1L);
      if (theirs.isEmpty() || other < mine) {
        return new Answer(newest, sum, holders, forged || forgery, failure);
      }
      int held = other > mine ? more.holders() : holders + more.holders();
      return new Answer(other > mine ? theirs : newest, sum, held, forged, failure);
    }

    private Answer failed(ShoalException why) {
      return new Answer(newest, answered, holders, forged, Optional.of(why));
    }
  }

  /// The form of records that others hold.
  RecordSeal seal() {
    return seal;
  }

  /// Whether there is a discovery that holds records.
  boolean exists() {
    return !holders.isEmpty();
  }

  /// @throws UserFaultException no active discovery can hold records
  void require() throws UserFaultException {
    if (holders.isEmpty()) {
      throw new UserFaultException(
          "no active discovery holds signed records: name one that does in active.discovery");
    }
  }

  /// Asks all discoveries. One that fails or takes too long is passed over.
  ///
  /// @param timeout for each of them
  Answer resolve(byte[] key, String name, Duration timeout) throws InterruptedException {
    Answer answer = Answer.NONE;
    String salt = seal.salt(key, name);
    for (Map.Entry<String, SignedRecords> holder : holders.entrySet()) {
      try {
        Optional<SignedRecords.Resolution> resolution =
            Deadline.call(
                "resolve " + holder.getKey(),
                timeout,
                loader(holder.getValue()),
                () -> Optional.of(holder.getValue().resolve(key, salt)));
        Optional<SignedRecord> theirs =
            resolution
                .flatMap(SignedRecords.Resolution::record)
                .flatMap(r -> seal.read(r, key, name));
        answer = resolution.isPresent() ? answer.with(resolution.get(), theirs) : answer;
      } catch (ExecutionException e) {
        answer = answer.failed(failure(holder.getKey(), e));
      } catch (Deadline.MissedException e) {
        answer = answer.failed(late(holder.getKey(), e));
      }
    }
    return answer;
  }

  /// Gives a record to all discoveries.
  ///
  /// @param replaces the sequence number of the record that others hold now, if they do
  /// @return how many others took it
  /// @throws UserFaultException others hold a newer one
  /// @throws RetryableException no discovery could be asked
  int publish(SignedRecord record, OptionalLong replaces, Duration timeout)
      throws ShoalException, InterruptedException {
    require();
    SignedRecord held = seal.held(record);
    int took = 0;
    List<ShoalException> failures = new ArrayList<>();
    for (Map.Entry<String, SignedRecords> holder : holders.entrySet()) {
      SignedRecords to = holder.getValue();
      try {
        took +=
            Deadline.call(
                    "publish " + holder.getKey(),
                    timeout,
                    loader(to),
                    () ->
                        Optional.of(
                            replaces.isPresent()
                                ? to.publish(held, replaces.getAsLong())
                                : to.publish(held)))
                .orElse(0);
      } catch (ExecutionException e) {
        LOG.debug("{} did not publish a record", holder.getKey(), e);
        failures.add(failure(holder.getKey(), e));
      } catch (Deadline.MissedException e) {
        failures.add(late(holder.getKey(), e));
      }
    }
    if (took == 0 && !failures.isEmpty()) {
      throw failures.getFirst();
    }
    return took;
  }

  private static ClassLoader loader(SignedRecords records) {
    ClassLoader loader = records.getClass().getClassLoader();
    return loader == null ? ClassLoader.getSystemClassLoader() : loader;
  }

  private static ShoalException failure(String plugin, ExecutionException e) {
    return e.getCause() instanceof ShoalException known
        ? known
        : new RetryableException(plugin + ": it failed (" + e.getCause() + ")", e);
  }

  private static DeadlineException late(String plugin, Deadline.MissedException e) {
    return new DeadlineException(
        plugin + ": it " + e.getMessage() + ": repeat the command, or give it a longer --timeout",
        e);
  }
}
