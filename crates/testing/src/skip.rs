//! Skipped tests are heard.

use std::io::{Write, stderr};

/// Says that a test was skipped. Written past the test harness, which would hide it because the test passes.
pub(crate) fn skipped(reason: &str) {
    let _ = writeln!(stderr(), "SKIPPED: {reason}");
}
