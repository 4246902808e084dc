//! The n-grams and logits are Python's, which fitted the weights; a cascade that is unsure says nothing.

use std::collections::HashMap;
use std::path::Path;

use safetensors::tensor::TensorView;
use serde::Deserialize;

use super::*;

/// What Python says of a text: `models/recipe/cascade_expected.py` tells by which command.
#[derive(Debug, Deserialize)]
struct Expected {
    text: String,
    /// The lowest bucket numbers.
    least: Vec<usize>,
    count: usize,
    sum: usize,
    /// Of all outputs, side by side.
    logits: Vec<f32>,
}

fn shipped() -> Cascade {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/default/cascade.safetensors");
    Cascade::read(&std::fs::read(file).expect("the shipped model")).expect("a cascade")
}

fn buckets(cascade: &Cascade, text: &str) -> Vec<usize> {
    let mut buckets = Vec::new();
    cascade.each_bucket(text, |bucket| buckets.push(bucket));
    buckets.sort_unstable();
    buckets
}

#[test]
fn buckets_and_logits_are_those_of_python() {
    let cascade = shipped();
    let expected: Vec<Expected> = serde_json::from_str(include_str!("expected.json")).expect("a list");
    assert!(expected.len() >= 8);
    for Expected {
        text,
        least,
        count,
        sum,
        logits,
    } in expected
    {
        let found = buckets(&cascade, &text);
        assert_eq!((found.len(), found.iter().sum()), (count, sum), "{text:?}");
        assert!(found.starts_with(&least), "{text:?}: {found:?}");
        let got = cascade.logits(&text, &(0..cascade.columns));
        assert_eq!(got.len(), logits.len());
        for (got, wanted) in got.iter().zip(&logits) {
            assert!((got - wanted).abs() < 1e-4, "{text:?}: {got}, Python says {wanted}");
        }
    }
}

/// A cascade of 16 buckets whose `mood` has two labels: the first one's logit is the bias `lead`.
fn small(lead: f32, told: &[(&str, &str)]) -> Vec<u8> {
    let told = told.iter().copied();
    let usual = [
        ("columns", r#"[["mood", 2]]"#),
        ("thresholds", r#"{"mood": {"0.9": 0.6, "0.98": 0.8, "0.99": 2.0}}"#),
        ("longest", "2"),
        ("bits", "4"),
        ("max_chars", "8"),
    ];
    let told: HashMap<String, String> = usual
        .into_iter()
        .chain(told)
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let bytes = |floats: [f32; 2]| floats.map(f32::to_le_bytes).concat();
    let (weights, scale, bias) = (vec![0; 32], bytes([1.0, 1.0]), bytes([lead, 0.0]));
    let tensors = [
        ("weights", TensorView::new(Dtype::I8, vec![16, 2], &weights)),
        ("scale", TensorView::new(Dtype::F32, vec![2], &scale)),
        ("bias", TensorView::new(Dtype::F32, vec![2], &bias)),
    ];
    let tensors = tensors.map(|(name, view)| (name, view.expect("a tensor")));
    safetensors::serialize(tensors, Some(told)).expect("bytes")
}

#[test]
fn the_threshold_is_that_of_the_next_rate_that_was_measured() {
    let cascade = Cascade::read(&small(0.0, &[])).expect("a cascade");
    assert_eq!(cascade.threshold("mood", 0.5), Some(0.6));
    assert_eq!(cascade.threshold("mood", 0.9), Some(0.6));
    assert_eq!(cascade.threshold("mood", 0.95), Some(0.8));
    assert_eq!(cascade.threshold("mood", 0.98), Some(0.8));
}

#[test]
fn a_rate_that_it_cannot_keep_has_no_threshold() {
    let cascade = Cascade::read(&small(0.0, &[])).expect("a cascade");
    assert_eq!(cascade.threshold("mood", 0.99), None);
    assert_eq!(cascade.threshold("mood", 0.999), None);
    assert_eq!(cascade.threshold("intent", 0.5), None);
}

#[test]
fn it_answers_what_it_is_sure_of_and_nothing_else() {
    // A lead of 2 is a probability of 0.88.
    let cascade = Cascade::read(&small(2.0, &[])).expect("a cascade");
    assert_eq!(cascade.answer("mood", "any", 0.8), Some(vec![2.0, 0.0]));
    assert_eq!(cascade.answer("mood", "any", 0.9), None);
    assert_eq!(cascade.answer("intent", "any", 0.0), None);
}

#[test]
fn case_and_white_space_make_no_difference_and_the_end_of_a_long_text_is_not_read() {
    let cascade = Cascade::read(&small(0.0, &[])).expect("a cascade");
    assert_eq!(buckets(&cascade, " Ab\t\n c "), buckets(&cascade, "aB C"));
    assert_ne!(buckets(&cascade, "on"), buckets(&cascade, "no"));
    let long = format!("abcdefgh{}", "i".repeat(1 << 20));
    assert_eq!(buckets(&cascade, &long), buckets(&cascade, "abcdefg and more"));
    assert_eq!(buckets(&cascade, &long).len(), 8 + 7);
}

#[test]
fn a_file_that_is_no_cascade_is_refused_with_a_reason() {
    let reason = |bytes: &[u8]| Cascade::read(bytes).expect_err("refused");
    assert!(!reason(b"").is_empty());
    assert!(!reason(b"this is not a file of tensors").is_empty());
    assert_eq!(reason(&small(0.0, &[("bits", "many")])), "`bits` is no number");
    assert_eq!(reason(&small(0.0, &[("bits", "64")])), "`bits` is 64, expected 1 to 30");
    let other = reason(&small(0.0, &[("bits", "5")]));
    assert!(other.contains("`weights` has another type or shape"), "{other}");
    let other = reason(&small(0.0, &[("columns", r#"[["mood", 3]]"#)]));
    assert!(other.contains("another type or shape"), "{other}");
    let none = safetensors::serialize(Vec::<(&str, TensorView<'_>)>::new(), None).expect("bytes");
    assert_eq!(reason(&none), "it has no metadata");
    let cut = small(0.0, &[]);
    assert!(!reason(&cut[..cut.len() - 1]).is_empty());
}
