//! Which texts share a run of the model.

use crate::manifest::Batching;

/// Texts that run together: indices into the caller's list, and the tokens of the longest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Batch {
    pub(crate) texts: Vec<usize>,
    pub(crate) width: usize,
}

/// Packs texts of the given numbers of tokens so that `texts * width` stays within `budget` and little is padded: sorted
/// by length, neighbours together. A text longer than the budget runs alone. Long batches come first, so that the last
/// ones to run are short and all cores end at about the same time.
pub(crate) fn pack(lengths: &[usize], budget: usize, batching: Batching) -> Vec<Batch> {
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.sort_by_key(|&text| std::cmp::Reverse(lengths[text]));
    let mut batches: Vec<Batch> = Vec::new();
    for text in order {
        let fits = |batch: &Batch| match batching {
            Batching::Padded => (batch.texts.len() + 1) * batch.width <= budget,
            Batching::EqualLength => batch.width == lengths[text] && (batch.texts.len() + 1) * batch.width <= budget,
            Batching::Single => false,
        };
        match batches.last_mut() {
            Some(batch) if fits(batch) => batch.texts.push(text),
            _ => batches.push(Batch {
                texts: vec![text],
                width: lengths[text],
            }),
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(batches: &[Batch]) -> Vec<Vec<usize>> {
        batches.iter().map(|batch| batch.texts.clone()).collect()
    }

    #[test]
    fn neighbours_in_length_share_a_batch_within_the_budget() {
        let batches = pack(&[3, 10, 4, 9, 3], 20, Batching::Padded);
        assert_eq!(texts(&batches), [vec![1, 3], vec![2, 0, 4]]);
        assert_eq!(batches[0].width, 10);
        assert_eq!(batches[1].width, 4);
    }

    #[test]
    fn a_text_longer_than_the_budget_runs_alone() {
        assert_eq!(texts(&pack(&[100, 2], 8, Batching::Padded)), [vec![0], vec![1]]);
    }

    #[test]
    fn equal_length_never_pads() {
        assert_eq!(
            texts(&pack(&[3, 4, 3, 4], 100, Batching::EqualLength)),
            [vec![1, 3], vec![0, 2]]
        );
    }

    #[test]
    fn single_runs_every_text_alone() {
        assert_eq!(texts(&pack(&[2, 2], 100, Batching::Single)), [vec![0], vec![1]]);
    }

    #[test]
    fn no_texts_no_batches() {
        assert!(pack(&[], 512, Batching::Padded).is_empty());
    }
}
