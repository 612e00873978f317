package io.shoal.runtime.peer;

import java.time.Duration;

/// The score of a peer: a number from 0 to 100, at a moment.
///
/// ```
/// score(t)  = 50 + (score(t0) − 50) × 2^(−(t − t0) / 6 h)      between two events
/// score(t)' = clamp(score(t) + points(event), 0, 100)          at an event
/// ```
///
/// An unknown peer has [#MIDDLE]. Bytes that were verified raise the score, one point a MiB; a
/// [Penalty] lowers it. A fault that may be the network's and not the peer's never takes the score
/// below the penalty's floor, so that a machine that was switched off is dialled again when it is
/// back.
///
/// Pure: time is passed in, in milliseconds of any one clock; a clock that goes back ages nothing.
///
/// @param score 0 to 100
/// @param atMillis when it was that
public record Reputation(double score, long atMillis) {
  /// Where every peer begins and what all scores go back to.
  static final double MIDDLE = 50;

  /// In this time half of what was earned or lost is forgotten: a night's sleep leaves a third, a
  /// week nothing.
  static final Duration HALF_LIFE = Duration.ofHours(6);

  /// Below this an address that came from strangers is not dialled. Two broken connections in a row
  /// do not get there, twenty lies about what it has do.
  static final double MIN_TO_DIAL = 15;

  /// From here on a peer has merits of its own: 4 MiB that were verified and no penalty since. The
  /// penalties of its neighbours are not held against it.
  public static final double MERITED = 54;

  /// A newcomer takes the place of a connection whose peer's score is lower by more than this:
  /// equal ones must not push each other out in turn.
  public static final double WORTH_A_PLACE = 5;

  /// Points for a MiB that was verified.
  private static final double POINTS_PER_MIB = 1;

  private static final double MIB = 1 << 20;

  /// An event that lowers the score of a peer.
  public enum Penalty {
    /// No peer answered at the address, or not in time.
    UNREACHABLE(-3, 30),
    /// It began to answer and broke off, although the connection was open.
    BROKE_OFF(-3, 20),
    /// It sent nothing for long, or next to nothing, although it owed something.
    STALLED(-10, 20),
    /// It did not have a chunk that it had said to have, and had not said that its copy was
    /// corrupt.
    LACKED(-2, 0),
    /// It broke the protocol's rules. Not more, and no ban: an attacker on the line can make it
    /// seem so.
    BROKE_RULES(-25, 0),
    /// It sent wrong bytes. It is banned as well.
    LIED(-100, 0);

    private final double points;
    private final double floor;

    Penalty(double points, double floor) {
      this.points = points;
      this.floor = floor;
    }
  }

  /// Of an unknown peer.
  static Reputation unknown(long nowMillis) {
    return new Reputation(MIDDLE, nowMillis);
  }

  /// The score as it is now.
  public double at(long nowMillis) {
    double halfLives = Math.max(0, nowMillis - atMillis) / (double) HALF_LIFE.toMillis();
    return MIDDLE + (score - MIDDLE) * Math.pow(0.5, halfLives);
  }

  /// After bytes of it were verified.
  Reputation gave(long verifiedBytes, long nowMillis) {
    return moved(at(nowMillis) + verifiedBytes / MIB * POINTS_PER_MIB, nowMillis);
  }

  /// After a penalty.
  Reputation did(Penalty penalty, long nowMillis) {
    double now = at(nowMillis);
    return moved(Math.min(now, Math.max(penalty.floor, now + penalty.points)), nowMillis);
  }

  private static Reputation moved(double score, long nowMillis) {
    return new Reputation(Math.clamp(score, 0, 100), nowMillis);
  }
}
