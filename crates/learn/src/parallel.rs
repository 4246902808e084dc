//! Work on pieces of rows by several threads, whose results do not tell which thread did what.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::{panic, thread};

/// How many threads a fit uses: one for each core that this process may use.
pub(crate) fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// The results of `work` for the pieces 0 to `pieces - 1`, in that order, by at most `threads` threads. What is summed from
/// them in order is the same whatever the number of threads.
pub(crate) fn in_order<T: Send>(pieces: usize, threads: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    if threads <= 1 || pieces <= 1 {
        return (0..pieces).map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let some = || {
        let mut done = Vec::new();
        loop {
            let piece = next.fetch_add(1, Ordering::Relaxed);
            if piece >= pieces {
                return done;
            }
            done.push((piece, work(piece)));
        }
    };
    let mut done = thread::scope(|scope| {
        let others: Vec<_> = (1..threads.min(pieces)).map(|_| scope.spawn(some)).collect();
        let mut done = some();
        for other in others {
            match other.join() {
                Ok(more) => done.extend(more),
                // A panic goes on where it would have gone with one thread.
                Err(cause) => panic::resume_unwind(cause),
            }
        }
        done
    });
    done.sort_unstable_by_key(|(piece, _)| *piece);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_order_whatever_the_number_of_threads() {
        for threads in 1..6 {
            let squares = in_order(100, threads, |piece| piece * piece);
            assert!(
                squares
                    .iter()
                    .enumerate()
                    .all(|(piece, square)| *square == piece * piece)
            );
        }
        assert!(in_order(0, 4, |piece| piece).is_empty());
    }
}
