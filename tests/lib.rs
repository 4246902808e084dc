//! Nothing but tests: see `whole.rs`.
