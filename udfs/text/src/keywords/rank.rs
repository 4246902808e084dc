//! The weights of a text's words: tf-idf and TextRank.

use std::borrow::Cow;
use std::collections::HashMap;

use super::background::{CHINESE_NEWS, ENGLISH_CUSTOMERS};
use super::candidates::Candidate;

/// A word and how much it says; more is more.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Weighted<'a> {
    pub(crate) word: Cow<'a, str>,
    pub(crate) weight: f64,
}

/// A word of a text, with the places where it stands.
struct Node<'a> {
    candidate: &'a Candidate<'a>,
    count: u32,
}

/// The different candidates in the order of their first places, and for each place its candidate's number.
fn nodes<'a>(candidates: &'a [Option<Candidate<'a>>]) -> (Vec<Node<'a>>, Vec<Option<usize>>) {
    let mut nodes: Vec<Node<'a>> = Vec::new();
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let places = candidates.iter().map(|candidate| {
        let candidate = candidate.as_ref()?;
        let number = *numbers.entry(candidate.word.as_ref()).or_insert_with(|| {
            nodes.push(Node { candidate, count: 0 });
            nodes.len() - 1
        });
        nodes[number].count += 1;
        Some(number)
    });
    let places = places.collect();
    (nodes, places)
}

/// The `k` heaviest words; of equals the one that comes first.
fn top<'a>(nodes: &[Node<'a>], weights: &[f64], k: usize) -> Vec<Weighted<'a>> {
    let mut order: Vec<usize> = (0..nodes.len()).collect();
    let heavier = |a: &usize, b: &usize| weights[*b].total_cmp(&weights[*a]).then(a.cmp(b));
    if k < order.len() {
        order.select_nth_unstable_by(k, heavier);
        order.truncate(k);
    }
    order.sort_unstable_by(heavier);
    let weighted = |number: usize| Weighted {
        word: nodes[number].candidate.word.clone(),
        weight: weights[number],
    };
    order.into_iter().map(weighted).collect()
}

/// By tf-idf: a word's share among the candidates, times its inverse document frequency (Spärck Jones 1972) in newspapers
/// for Chinese and in customer texts for English; verbs and adjectives count less.
pub(crate) fn tf_idf<'a>(candidates: &'a [Option<Candidate<'a>>], k: usize) -> Vec<Weighted<'a>> {
    let (nodes, _) = nodes(candidates);
    let total: u32 = nodes.iter().map(|node| node.count).sum();
    let weight = |node: &Node<'_>| {
        let candidate = node.candidate;
        let background = if candidate.is_chinese {
            &CHINESE_NEWS
        } else {
            &ENGLISH_CUSTOMERS
        };
        candidate.part() * f64::from(node.count) / f64::from(total) * background.idf(&candidate.word)
    };
    let weights: Vec<f64> = nodes.iter().map(weight).collect();
    top(&nodes, &weights, k)
}

/// How many pieces a window has, as in jieba's implementation; so have damping and rounds their values from there.
const WINDOW: usize = 5;
const DAMPING: f64 = 0.85;
const ROUNDS: usize = 10;

/// By TextRank (Mihalcea and Tarau 2004): words are tied to those within a window, as often as they meet there, and a word
/// is as heavy as its neighbours make it; verbs and adjectives count less. The heaviest has weight 1.
pub(crate) fn text_rank<'a>(candidates: &'a [Option<Candidate<'a>>], k: usize) -> Vec<Weighted<'a>> {
    let (nodes, places) = nodes(candidates);
    let mut ties: Vec<(usize, usize)> = Vec::with_capacity(places.len() * (WINDOW - 1));
    for (place, number) in places.iter().enumerate() {
        let Some(number) = *number else { continue };
        for other in places[place + 1..].iter().take(WINDOW - 1).flatten() {
            // A word that meets itself is tied to itself, as in jieba, twice over.
            ties.extend([(number, *other), (*other, number)]);
        }
    }
    ties.sort_unstable();
    // For each word its neighbours, once each, with the number of meetings.
    let mut edges: Vec<(usize, usize, f64)> = Vec::with_capacity(ties.len());
    let mut strength = vec![0.0; nodes.len()];
    for (from, to) in ties {
        strength[from] += 1.0;
        match edges.last_mut() {
            Some((last, neighbour, meetings)) if (*last, *neighbour) == (from, to) => *meetings += 1.0,
            _ => edges.push((from, to, 1.0)),
        }
    }
    let mut weights = vec![1.0; nodes.len()];
    for _ in 0..ROUNDS {
        // All at once, so that it does not matter which word comes first.
        let mut next = vec![1.0 - DAMPING; nodes.len()];
        for &(to, from, meetings) in &edges {
            next[to] += DAMPING * meetings / strength[from] * weights[from];
        }
        weights = next;
    }
    for (weight, node) in weights.iter_mut().zip(&nodes) {
        *weight *= node.candidate.part();
    }
    let heaviest = weights.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    weights.iter_mut().for_each(|weight| *weight /= heaviest);
    top(&nodes, &weights, k)
}
