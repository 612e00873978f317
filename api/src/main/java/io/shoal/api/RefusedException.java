package io.shoal.api;

/// A peer does not send a chunk, for the reason that [#refusal] gives. A case of the protocol, not a failure: carries no stack trace.
public final class RefusedException extends Exception {

  private static final long serialVersionUID = 1;

  private final transient Refusal refusal;

  /// @param refusal why
  public RefusedException(Refusal refusal) {
    super(refusal.toString(), null, false, false);
    this.refusal = refusal;
  }

  /// Why.
  public Refusal refusal() {
    return refusal;
  }
}
