package io.shoal.api;

/// Keeps a place among the cases of [Refusal], [ServeAnswer] and [Availability] for those that
/// later versions bring: since plugins cannot name it, the compiler demands a `default` branch of
/// every `switch` over them. There is no object of it.
final class FutureCase implements Refusal, ServeAnswer, Availability {
  private FutureCase() {}
}
