//! Which of some labels a text belongs to, by embeddings alone.
//!
//! A model's embeddings lie in a narrow cone, and words and sentences in different parts of it: by plain cosines one label
//! would be the nearest to nearly all texts. So texts are read from the middle of [`anchors`], sentences about anything, and
//! labels from the middle of all labels of the call: what they say is what is left.

use crate::embedding::cosine;

/// The least difference of closeness that counts, in natural logarithms of odds; fitted, as is [`APPLIES`], on
/// `models/recipe/texts/zero_shot.toml`.
const SCALE: f64 = 0.05;

/// The closeness from which on a label is more likely right than wrong, where several may be.
const APPLIES: f64 = 0.06;

/// Sentences about anything, in both languages.
pub(crate) fn anchors() -> impl Iterator<Item = &'static str> {
    include_str!("../data/anchors.txt").lines()
}

/// Labels as seen from their middle.
#[derive(Debug)]
pub(crate) struct Labels {
    text_middle: Vec<f32>,
    labels: Vec<Vec<f32>>,
}

impl Labels {
    /// For labels and [`anchors`] with these vectors, of which there is at least one each.
    pub(crate) fn new(labels: &[Vec<f32>], anchors: &[Vec<f32>]) -> Self {
        let text_middle = middle(anchors);
        // One label alone is its own middle.
        let label_middle = if labels.len() > 1 {
            middle(labels)
        } else {
            text_middle.clone()
        };
        Self {
            labels: labels.iter().map(|label| seen_from(&label_middle, label)).collect(),
            text_middle,
        }
    }

    /// How close each label is to a text, -1 to 1.
    pub(crate) fn closeness(&self, text: &[f32]) -> Vec<f64> {
        let text = seen_from(&self.text_middle, text);
        self.labels.iter().map(|label| cosine(&text, label)).collect()
    }
}

fn middle(vectors: &[Vec<f32>]) -> Vec<f32> {
    let mut sum = vec![0.0; vectors.first().map_or(0, Vec::len)];
    for vector in vectors {
        sum.iter_mut().zip(vector).for_each(|(sum, x)| *sum += x);
    }
    let count = vectors.len() as f32;
    sum.into_iter().map(|x| x / count).collect()
}

/// The direction of a vector from a middle, of unit length; of none where it is the middle itself.
fn seen_from(middle: &[f32], vector: &[f32]) -> Vec<f32> {
    let offset: Vec<f32> = vector.iter().zip(middle).map(|(x, m)| x - m).collect();
    let length = offset.iter().map(|x| x * x).sum::<f32>().sqrt().max(1e-6);
    offset.into_iter().map(|x| x / length).collect()
}

/// The probability of each label where exactly one is right.
pub(crate) fn one_of(closeness: &[f64]) -> Vec<f64> {
    let highest = closeness.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = closeness
        .iter()
        .map(|close| ((close - highest) / SCALE).exp())
        .collect();
    let total: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / total).collect()
}

/// The probability of a label where any number of them may be right.
pub(crate) fn any_of(closeness: f64) -> f64 {
    1.0 / (1.0 + ((APPLIES - closeness) / SCALE).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_label_is_the_most_probable() {
        let labels = Labels::new(&[vec![1.0, 0.0], vec![0.0, 1.0]], &[vec![0.7, 0.7]]);
        let close = labels.closeness(&[0.98, 0.2]);
        let probabilities = one_of(&close);
        assert!(probabilities[0] > 0.5 && (probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(any_of(close[0]) > 0.5 && any_of(close[1]) < 0.5);
    }

    #[test]
    fn what_all_labels_have_in_common_does_not_count() {
        let labels = Labels::new(&[vec![1.0, 0.1, 0.0], vec![1.0, 0.0, 0.1]], &[vec![0.5, 0.5, 0.5]]);
        let close = labels.closeness(&[0.5, 0.8, 0.3]);
        assert!(close[0] > 0.5 && close[1] < 0.0, "{close:?}");
    }

    #[test]
    fn one_label_and_equal_vectors_do_not_divide_by_zero() {
        let labels = Labels::new(&[vec![1.0, 0.0]], &[vec![1.0, 0.0]]);
        assert!(labels.closeness(&[1.0, 0.0])[0].is_finite());
    }
}
