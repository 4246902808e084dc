//! A line on a terminal's standard error that tells how far a query is.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::JoinHandle;
use tronie_engine::Progress;

/// The line; it goes away when this is dropped.
pub(crate) struct Shown {
    bar: ProgressBar,
    updates: Option<JoinHandle<()>>,
}

/// Shows the progress of a query, unless standard error is no terminal.
pub(crate) fn show(progress: Progress) -> Shown {
    if !io::stderr().is_terminal() {
        return Shown {
            bar: ProgressBar::hidden(),
            updates: None,
        };
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
        bar.set_style(style);
    }
    let line = bar.clone();
    let started = Instant::now();
    let updates = tokio::spawn(async move {
        let expected = progress.expect_rows().await;
        loop {
            // Short queries end before the first line is drawn.
            tokio::time::sleep(Duration::from_millis(250)).await;
            line.set_message(describe(&progress, expected, started.elapsed()));
            line.tick();
        }
    });
    Shown {
        bar,
        updates: Some(updates),
    }
}

impl Shown {
    /// Runs `write` with the line out of the way.
    pub(crate) fn hidden<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        if let Some(updates) = self.updates.take() {
            updates.abort();
        }
        self.bar.finish_and_clear();
    }
}

/// Rows, texts a second, time left. Scans run ahead of models, so with models the texts tell how far the query is.
fn describe(progress: &Progress, expected: Option<u64>, elapsed: Duration) -> String {
    let counts = progress.counts();
    let seconds = elapsed.as_secs_f64().max(0.001);
    let done = if counts.answered() > 0 {
        counts.answered()
    } else {
        progress.rows_read()
    };
    let mut line = match expected {
        Some(expected) => format!("{} of about {} rows", grouped(done.min(expected)), grouped(expected)),
        None => format!("{} rows", grouped(done)),
    };
    if counts.answered() > 0 {
        line += &format!(", {} texts/s", grouped((counts.answered() as f64 / seconds) as u64));
    }
    if let Some(expected) = expected
        && (1..expected).contains(&done)
    {
        let left = seconds * (expected - done) as f64 / done as f64;
        line += &format!(", {} left", clock(left));
    }
    line
}

fn clock(seconds: f64) -> String {
    let seconds = seconds.ceil() as u64;
    match seconds {
        0..=59 => format!("{seconds} s"),
        60..=3599 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// `1234567` as `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_read_well() {
        assert_eq!(
            [0, 999, 1_000, 1_234_567].map(grouped),
            ["0", "999", "1,000", "1,234,567"]
        );
        assert_eq!(
            [0.2, 59.0, 61.0, 7_260.0].map(clock),
            ["1 s", "59 s", "1 min 1 s", "2 h 1 min"]
        );
    }
}
