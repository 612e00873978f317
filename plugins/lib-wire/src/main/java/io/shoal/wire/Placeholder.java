package io.shoal.wire;

/// Keeps the exported package from being empty: goes away with the first real type.
interface Placeholder {}
