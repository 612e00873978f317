package io.shoal.storage.s3;

/// The parts of a started store.
record Opened(
    Settings settings,
    Clients clients,
    Attempts attempts,
    Health health,
    Bucket bucket,
    Quarantine quarantine) {}
