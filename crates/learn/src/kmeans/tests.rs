use proptest::prelude::*;

use super::*;
use crate::random::Random;

const IRIS: &str = include_str!("../../fixtures/iris.csv");

const MANY: usize = 100_000;

/// `KMeans(k, n_init=10, tol=0, max_iter=1000, random_state=0).fit(X).inertia_` of scikit-learn 1.9 for the rows of
/// [`heaps`] with k = 6, [`heavy_tailed`] with 5 and [`cube`] with 4, made in numpy from the same random numbers.
const HEAPS: f64 = 599459.8112832536;
const HEAVY: f64 = 11832362.044878218;
const CUBE: f64 = 11881.654098275973;

fn iris() -> Vec<f64> {
    let numbers = |line: &str| {
        line.split(',')
            .take(4)
            .map(|x| x.parse().unwrap())
            .collect::<Vec<f64>>()
    };
    IRIS.lines().skip(1).flat_map(numbers).collect()
}

/// Six heaps of 4 columns, with edges that are not sharp.
fn heaps() -> Vec<f64> {
    let mut random = Random::new(1);
    let row = |_| {
        let place = (6.0 * random.unit()).floor();
        let column = |j: i32| {
            let centre = 10.0 * (place * f64::from(j + 1) + f64::from(j)).sin();
            centre + 3.0 * (random.unit() + random.unit() - 1.0)
        };
        [0, 1, 2, 3].map(column)
    };
    (0..MANY).flat_map(row).collect()
}

/// Pareto's distribution with the exponent 1.5, whose variance is infinite, in 2 columns.
fn heavy_tailed() -> Vec<f64> {
    let mut random = Random::new(2);
    (0..2 * MANY).map(|_| (1.0 - random.unit()).powf(-1.0 / 1.5)).collect()
}

/// A cube without any clusters.
fn cube() -> Vec<f64> {
    let mut random = Random::new(3);
    (0..3 * MANY).map(|_| random.unit()).collect()
}

fn state(rows: &[f64], width: usize, k: usize, seed: u64) -> State {
    let mut state = State::new(k, seed).unwrap();
    rows.chunks(1000 * width)
        .for_each(|some| state.update(some, width).unwrap());
    state
}

/// The inertia of all rows.
fn inertia(centroids: &[Vec<f64>], rows: &[f64]) -> f64 {
    let mut pass = Pass::new(centroids).unwrap();
    pass.update(rows, centroids[0].len()).unwrap();
    pass.finish().inertia
}

/// `KMeans(k, n_init=10, tol=0, random_state=0..5).fit(X).inertia_` of scikit-learn 1.9, the least.
#[test]
fn iris_has_the_inertia_of_scikit_learn() {
    for (k, best) in [(2, 152.3479517603579), (3, 78.85144142614601), (5, 46.44618205128205)] {
        for seed in 0..5 {
            let fit = state(&iris(), 4, k, seed).finish().unwrap().unwrap();
            assert!(
                fit.inertia < 1.02 * best && fit.inertia > 0.999 * best,
                "k {k}: {} {best}",
                fit.inertia
            );
            assert!(fit.exact && fit.n == 150 && fit.sizes.iter().sum::<u64>() == 150);
            let counted = inertia(&fit.centroids, &iris());
            assert!((counted / fit.inertia - 1.0).abs() < 1e-12);
        }
    }
}

#[test]
fn one_pass_comes_close_to_scikit_learns_best_of_ten() {
    let cases = [
        (heaps(), 4, 6, HEAPS),
        (heavy_tailed(), 2, 5, HEAVY),
        (cube(), 3, 4, CUBE),
    ];
    for (rows, width, k, best) in cases {
        let one = state(&rows, width, k, 0);
        assert!(one.size() < 8_000_000, "{} bytes", one.size());
        let fit = one.finish().unwrap().unwrap();
        assert!(!fit.exact && fit.n == MANY as u64 && fit.sizes.iter().sum::<u64>() == fit.n);
        let counted = inertia(&fit.centroids, &rows);
        assert!(counted < 1.02 * best, "{counted} {best}");
        assert!((fit.inertia / counted - 1.0).abs() < 0.02, "{} {counted}", fit.inertia);
    }
}

#[test]
fn passes_come_to_an_end_that_is_no_worse() {
    let rows = cube();
    let mut centroids = state(&rows, 3, 4, 1).finish().unwrap().unwrap().centroids;
    let start = inertia(&centroids, &rows);
    let mut before = f64::INFINITY;
    for _ in 0..200 {
        let mut parts: Vec<Pass> = rows
            .chunks(3 * 30_000)
            .map(|some| {
                let mut pass = Pass::new(&centroids).unwrap();
                pass.update(some, 3).unwrap();
                pass
            })
            .collect();
        let mut pass = parts.remove(0);
        parts.iter().for_each(|part| pass.merge(part).unwrap());
        let step = pass.finish();
        assert!(step.inertia <= before * (1.0 + 1e-12) && step.sizes.iter().sum::<u64>() == MANY as u64);
        before = step.inertia;
        centroids = step.centroids;
        if step.shift < 1e-8 {
            break;
        }
    }
    assert!(before <= start && before < 1.02 * CUBE, "{before} {start}");
}

#[test]
fn equal_rows_make_fewer_clusters() {
    let fit = state(&[1.0, 1.0, 2.0, 1.0], 1, 3, 0).finish().unwrap().unwrap();
    assert_eq!(fit.centroids, [[1.0], [2.0]]);
    assert_eq!((fit.sizes, fit.inertia), (vec![3, 1], 0.0));
    let many = state(&[7.0; 200_000], 2, 3, 0).finish().unwrap().unwrap();
    assert_eq!(
        (many.centroids, many.sizes, many.inertia),
        (vec![vec![7.0, 7.0]], vec![100_000], 0.0)
    );
    assert!(State::new(3, 0).unwrap().finish().unwrap().is_none());
    let message = state(&[1e300, -1e300, 3e300], 1, 2, 0).finish().unwrap_err();
    assert!(message.to_string().contains("too large to be squared"));
}

#[test]
fn clusters_without_rows_get_some() {
    // Both centroids of the right are nearer to nothing than the first one.
    let mut pass = Pass::new(&[vec![0.0], vec![100.0], vec![101.0]]).unwrap();
    pass.update(&[0.0, 1.0, 9.0], 1).unwrap();
    let step = pass.finish();
    assert_eq!(step.sizes, [3, 0, 0]);
    assert_eq!(step.centroids[1..], [[9.0], [101.0]]);
    assert!((step.centroids[0][0] - 10.0 / 3.0).abs() < 1e-15);
}

#[test]
fn few_rows_may_have_any_order() {
    let rows = iris();
    let turned: Vec<f64> = rows.chunks(4).rev().flatten().copied().collect();
    let (mut one, two) = (state(&turned[..200], 4, 5, 0), state(&turned[200..], 4, 5, 0));
    one.merge(&two).unwrap();
    assert_eq!(one.finish(), state(&rows, 4, 5, 0).finish());
}

#[test]
fn the_seed_chooses_the_start() {
    let rows = cube();
    let of_seed = |seed| state(&rows, 3, 7, seed).finish().unwrap().unwrap();
    assert_eq!(of_seed(1), of_seed(1));
    assert_ne!(of_seed(1), of_seed(2));
}

#[test]
fn what_cannot_be_clustered_is_told() {
    let message = State::new(0, 0).unwrap_err().to_string();
    assert_eq!(message, "`k` must be from 1 to 1000, got 0");
    let mut two = state(&[1.0, 2.0], 2, 3, 0);
    assert_eq!(
        two.update(&[1.0], 1).unwrap_err().to_string(),
        "all rows must have as many numbers, got 2 and 1"
    );
    let other = state(&[1.0], 1, 3, 0);
    assert!(two.merge(&other).is_err());
    assert!(nearest(&[vec![1.0]], &[1.0, 2.0]).is_err() && nearest(&[], &[1.0]).is_err());
    assert_eq!(
        nearest(&[vec![0.0, 0.0], vec![3.0, 4.0]], &[6.0, 8.0]).unwrap(),
        (1, 5.0)
    );
    assert!(Pass::new(&[]).is_err() && Pass::new(&[vec![1.0], vec![]]).is_err());
}

#[test]
fn extreme_numbers_are_clustered_as_long_as_they_can_be_squared() {
    for scale in [1e140, 1e300] {
        let mut rows = heavy_tailed();
        rows.iter_mut().step_by(999).for_each(|x| *x *= scale);
        for some in [&rows[..], &rows[..2000]] {
            match state(some, 2, 5, 0).finish() {
                Ok(fit) => {
                    let fit = fit.unwrap();
                    assert!(scale < 1e150 && fit.inertia.is_finite());
                    assert_eq!(fit.sizes.iter().sum::<u64>(), fit.n);
                }
                Err(message) => assert!(scale > 1e150 && message.to_string().contains("too large to be squared")),
            }
        }
    }
}

#[test]
fn broken_states_are_refused() {
    let written = state(&heaps()[..60_000], 4, 2, 0).write();
    assert_eq!(State::read(&written).unwrap().write(), written);
    for cut in [0, 1, 30, 60, written.len() - 1] {
        assert!(State::read(&written[..cut]).is_err());
    }
    for place in 0..64 {
        let mut broken = written.clone();
        broken[place] ^= 0xff;
        if let Ok(mut state) = State::read(&broken) {
            // What looks whole can at least be used.
            drop(state.update(&[1.0; 4], 4));
        }
    }
}

#[test]
fn cells_keep_the_sums() {
    let rows = heavy_tailed();
    let mut all = cells::Cells::new(2);
    all.extend_rows(&rows);
    let reduced = all.reduced(500).reduced(100);
    assert_eq!(reduced.len(), 100);
    assert_eq!(reduced.weights.iter().sum::<f64>(), MANY as f64);
    let sum: f64 = (0..100).map(|cell| reduced.weights[cell] * reduced.mean(cell)[0]).sum();
    let expected: f64 = rows.iter().step_by(2).sum();
    assert!((sum / expected - 1.0).abs() < 1e-12);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// However rows are split and merged, the inertia of all rows is the same within 2 %.
    #[test]
    fn any_split_merges_to_the_same_quality(seed: u64, parts in 1..6_usize) {
        let rows = heaps();
        let mut random = Random::new(seed);
        let mut split: Vec<State> = (0..parts).map(|_| State::new(6, 0).unwrap()).collect();
        for some in rows.chunks(4 * 1234) {
            split[random.below(parts)].update(some, 4).unwrap();
        }
        let mut merged = State::new(6, 0).unwrap();
        for part in split {
            merged.merge(&State::read(&part.write()).unwrap()).unwrap();
        }
        let fit = merged.finish().unwrap().unwrap();
        prop_assert_eq!(fit.n, MANY as u64);
        prop_assert!(inertia(&fit.centroids, &rows) < 1.02 * HEAPS);
    }
}
