use proptest::prelude::*;

use super::*;
use crate::random::Random;

/// Fisher's iris flowers (1936), as scikit-learn ships them.
const IRIS: &str = include_str!("../../fixtures/iris.csv");

fn iris(keep: impl Fn(&str) -> bool) -> Rows {
    let mut rows = Rows::new(4);
    for line in IRIS.lines().skip(1) {
        let (numbers, species) = line.rsplit_once(',').unwrap();
        if keep(species) {
            let row: Vec<f64> = numbers.split(',').map(|x| x.parse().unwrap()).collect();
            rows.push(&row, &Label::Text(species.to_owned())).unwrap();
        }
    }
    rows
}

fn with_l2(l2: f64) -> Options {
    Options {
        l2,
        ..Options::default()
    }
}

fn assert_close(got: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(got.len(), expected.len());
    for (got, expected) in got.iter().zip(expected) {
        let within = tolerance * expected.abs().max(1.0);
        assert!((got - expected).abs() <= within, "got {got}, expected {expected}");
    }
}

fn known(row: &[Option<f64>]) -> Vec<f64> {
    row.iter().map(|value| value.unwrap()).collect()
}

/// Two columns without a pattern and a class that depends on them, with noise.
fn noisy(count: usize, seed: u64) -> Vec<([f64; 2], bool)> {
    let mut random = Random::new(seed);
    let row = |_| {
        let row = [2.0 * random.unit() - 1.0, 10.0 * random.unit()];
        let odds = 0.5 + row[0] - 0.2 * row[1];
        (row, random.unit() < 1.0 / (1.0 + (-odds).exp()))
    };
    (0..count).map(row).collect()
}

fn rows_of(pairs: &[([f64; 2], bool)]) -> Rows {
    let mut rows = Rows::new(2);
    pairs
        .iter()
        .for_each(|(row, class)| rows.push(row, &Label::Flag(*class)).unwrap());
    rows
}

/// The slope of scikit-learn's objective at a fit, worked out row by row.
fn slope(fit: &Logistic, rows: &Rows, l2: f64) -> f64 {
    let sums = fit.intercepts.len();
    let mut slopes = vec![vec![0.0; rows.width() + 1]; sums];
    for chunk in &rows.chunks {
        for (n, code) in chunk.codes.iter().enumerate() {
            let row: Vec<f64> = chunk.columns.iter().map(|column| column[n]).collect();
            let text = rows.labels()[*code as usize].text();
            let own = fit.classes.iter().position(|class| *class == text).unwrap();
            let probabilities = fit.probabilities(&row).unwrap();
            for (sum, slopes) in slopes.iter_mut().enumerate() {
                let class = if sums == 1 { 1 } else { sum };
                let wrong = probabilities[class] - f64::from(u8::from(class == own));
                slopes[0] += wrong;
                slopes[1..]
                    .iter_mut()
                    .zip(&row)
                    .for_each(|(slope, x)| *slope += wrong * x);
            }
        }
    }
    for (slopes, own) in slopes.iter_mut().zip(&fit.coefficients) {
        slopes[1..].iter_mut().zip(own).for_each(|(slope, c)| *slope += l2 * c);
    }
    slopes.concat().into_iter().map(f64::abs).fold(0.0, f64::max) / rows.len() as f64
}

/// `LogisticRegression(C=1.0, tol=1e-12, solver='newton-cg').fit(X, y)` of scikit-learn 1.9, and with `C=10.0`.
#[test]
fn three_classes_are_fitted_as_scikit_learn_fits_them() {
    let fitted = fit(&iris(|_| true), &with_l2(1.0)).unwrap();
    assert_eq!(fitted.classes, ["setosa", "versicolor", "virginica"]);
    assert_close(
        &fitted.intercepts,
        &[9.849568050482084, 2.237205632203133, -12.086773682685362],
        1e-6,
    );
    let expected = [
        [
            -0.4235099201227155,
            0.9673505795715541,
            -2.517152377609203,
            -1.0793366485007172,
        ],
        [
            0.5344615089959208,
            -0.3215878551919292,
            -0.20639207129485918,
            -0.9442984653963408,
        ],
        [
            -0.110951588873214,
            -0.6457627243796205,
            2.7235444489040828,
            2.0236351138970603,
        ],
    ];
    assert_close(&fitted.coefficients.concat(), &expected.concat(), 1e-6);
    assert_close(&[fitted.statistics.log_loss], &[0.11963667798790427], 1e-9);
    let statistics = &fitted.statistics;
    assert!(statistics.converged && !statistics.separated && statistics.auc.is_none() && statistics.rank == 4);

    let fitted = fit(&iris(|_| true), &with_l2(0.1)).unwrap();
    assert_close(
        &fitted.intercepts,
        &[14.28747873535755, 3.1191784773751805, -17.40665721273257],
        1e-6,
    );
    assert_close(
        &fitted.coefficients[1],
        &[
            1.037196242669384,
            -0.03985396564928742,
            -0.4688724570076233,
            -2.2840833006314645,
        ],
        1e-6,
    );
}

/// `LogisticRegression(C=1.0, tol=1e-12, solver='newton-cholesky')` on the flowers that are not setosa.
#[test]
fn two_classes_are_fitted_as_scikit_learn_fits_them() {
    let fitted = fit(&iris(|species| species != "setosa"), &with_l2(1.0)).unwrap();
    assert_eq!(fitted.classes, ["versicolor", "virginica"]);
    assert_close(&fitted.intercepts, &[-14.430758180168677], 1e-7);
    let expected = [
        -0.3944334785720582,
        -0.5132774044284336,
        2.930751383853358,
        2.4170321883370085,
    ];
    assert_close(&fitted.coefficients[0], &expected, 1e-7);
    assert_close(&[fitted.statistics.log_loss], &[0.16629472472004533], 1e-9);
    assert_close(&[fitted.statistics.auc.unwrap()], &[0.9952], 1e-12);
}

/// `Logit(y, add_constant(X)).fit(tol=1e-14)` of statsmodels 0.15.
#[test]
fn two_classes_have_the_statistics_of_statsmodels() {
    let fitted = fit(&iris(|species| species != "setosa"), &with_l2(0.0)).unwrap();
    assert_close(&fitted.intercepts, &[-42.63780381302157], 1e-7);
    let expected = [
        -2.465220195186679,
        -6.680887014078481,
        9.429385153926605,
        18.286136887850788,
    ];
    assert_close(&fitted.coefficients[0], &expected, 1e-7);
    let statistics = &fitted.statistics;
    let errors = [
        25.707660833163104,
        2.394301018534894,
        4.479564566600717,
        4.737207700317883,
        9.742612139825942,
    ];
    assert_close(&known(&statistics.std_errors[0]), &errors, 1e-6);
    let z = [
        -1.6585641178997677,
        -1.029619991848469,
        -1.4914143807392914,
        1.9904943482410238,
        1.8769234190387754,
    ];
    assert_close(&known(&statistics.z_values[0]), &z, 1e-6);
    let p = [
        0.09720365729818278,
        0.3031884267750081,
        0.13585273482059476,
        0.04653650596263088,
        0.06052859060066056,
    ];
    assert_close(&known(&statistics.p_values[0]), &p, 1e-6);
    assert_close(
        &[statistics.log_loss, statistics.auc.unwrap()],
        &[0.059492733956794226, 0.9972],
        1e-10,
    );
    assert!(statistics.converged && !statistics.separated);
}

/// `MNLogit(y, add_constant(X)).fit(method='newton')` of statsmodels 0.15, turned from differences to the first class into
/// sums that add up to 0.
#[test]
fn three_classes_have_the_statistics_of_statsmodels() {
    let mut rows = Rows::new(2);
    for i in 0..60_i32 {
        let (x, class) = (f64::from(i), (i * 7 + i / 5) % 3);
        rows.push(&[x.sin(), (0.7 * x).cos()], &Label::Integer(i64::from(class)))
            .unwrap();
    }
    let fitted = fit(&rows, &with_l2(0.0)).unwrap();
    let expected = [
        [-0.08616159890883955, 0.03062771982067862],
        [-0.07864558933732324, -0.015643742022525914],
        [0.16480718824616275, -0.014983977798152706],
    ];
    assert_close(
        &fitted.intercepts,
        &[0.23698255221162598, 0.23657323403398697, -0.4735557862456129],
        1e-8,
    );
    assert_close(&fitted.coefficients.concat(), &expected.concat(), 1e-8);
    let errors = [
        [0.18094584287810558, 0.25660400337342376, 0.2523218328894034],
        [0.1809771919896716, 0.256531657281711, 0.25230372065502427],
        [0.21819972232817364, 0.30892271417338457, 0.3022847603250427],
    ];
    for (got, expected) in fitted.statistics.std_errors.iter().zip(errors) {
        assert_close(&known(got), &expected, 1e-7);
    }
    assert_close(&[fitted.statistics.log_loss], &[1.052401065240398], 1e-10);
}

#[test]
fn separated_classes_are_told() {
    // All right of 2 are true.
    let mut rows = Rows::new(1);
    (0..20).for_each(|x| rows.push(&[f64::from(x)], &Label::Flag(x > 2)).unwrap());
    let fitted = fit(&rows, &with_l2(0.0)).unwrap();
    assert!(fitted.statistics.separated && fitted.statistics.log_loss < 1e-4);
    assert!(fitted.coefficients[0][0].is_finite() && fitted.statistics.std_errors[0][1].is_none());
    assert_eq!(fitted.predict(&[2.0]).unwrap(), 0);
    assert_eq!(fitted.predict(&[3.0]).unwrap(), 1);
    assert!(!fit(&rows, &with_l2(0.01)).unwrap().statistics.separated);

    // The border has both: only the order of the others is told without an error.
    let mut rows = Rows::new(1);
    (0..20).for_each(|x| rows.push(&[f64::from(x)], &Label::Flag(x > 9)).unwrap());
    rows.push(&[10.0], &Label::Flag(false)).unwrap();
    assert!(fit(&rows, &with_l2(0.0)).unwrap().statistics.separated);

    // A word that only stands in rows of one class.
    let mut rows = Rows::new(2);
    for (n, (row, class)) in noisy(500, 3).into_iter().enumerate() {
        let word = class && n % 7 == 0;
        rows.push(&[row[0], f64::from(u8::from(word))], &Label::Flag(class))
            .unwrap();
    }
    assert!(fit(&rows, &with_l2(0.0)).unwrap().statistics.separated);

    // One class of three can be told from the others.
    let fitted = fit(&iris(|_| true), &with_l2(0.0)).unwrap();
    assert!(fitted.statistics.separated);
}

#[test]
fn columns_that_tell_nothing_new_have_no_coefficient() {
    let pairs = noisy(2000, 1);
    let alone = fit(&rows_of(&pairs), &with_l2(0.0)).unwrap();
    let mut rows = Rows::new(5);
    for (row, class) in &pairs {
        rows.push(&[row[0], 1e9, row[1], row[0] - 2.0 * row[1], 0.1], &Label::Flag(*class))
            .unwrap();
    }
    let fitted = fit(&rows, &with_l2(0.0)).unwrap();
    let [a, b] = [alone.coefficients[0][0], alone.coefficients[0][1]];
    assert_close(&fitted.coefficients[0], &[a, 0.0, b, 0.0, 0.0], 1e-9);
    let errors = &fitted.statistics.std_errors[0];
    assert!(errors[1].is_some() && errors[2].is_none() && errors[4].is_none() && errors[5].is_none());
    assert_eq!(
        (fitted.statistics.rank, &fitted.statistics.left_out[..]),
        (2, &[1, 3, 4][..])
    );
    // With a penalty all but constants share.
    let shared = fit(&rows, &with_l2(1.0)).unwrap();
    assert!(shared.statistics.rank == 3 && shared.statistics.converged && slope(&shared, &rows, 1.0) < 1e-7);
}

#[test]
fn large_offsets_do_not_matter() {
    let pairs = noisy(2000, 2);
    let near = fit(&rows_of(&pairs), &with_l2(0.0)).unwrap();
    let far: Vec<_> = pairs
        .iter()
        .map(|(row, class)| ([row[0] + 1e6, 1e-6 * row[1]], *class))
        .collect();
    let far = fit(&rows_of(&far), &with_l2(0.0)).unwrap();
    let (near, far) = (&near.coefficients[0], &far.coefficients[0]);
    assert_close(&[far[0], 1e-6 * far[1]], near, 1e-7);
}

#[test]
fn many_coefficients_come_to_the_least_loss_as_well() {
    let mut random = Random::new(5);
    let mut rows = Rows::new(12);
    for n in 0..3000 {
        let row: Vec<f64> = (0..12).map(|_| random.unit() * 3.0).collect();
        let class = (row[0] * 1.5 + row[1] + 2.0 * random.unit()) as i64;
        rows.push(&row, &Label::Integer(if n % 5 == 0 { 9 - class } else { class }))
            .unwrap();
    }
    for l2 in [0.5, 20.0] {
        let fitted = fit(&rows, &with_l2(l2)).unwrap();
        assert!(
            fitted.classes.len() >= 8 && fitted.statistics.converged,
            "{:?}",
            fitted.statistics.iterations
        );
        assert!(slope(&fitted, &rows, l2) < 1e-7);
        assert!(fitted.statistics.std_errors[0][1].is_some());
    }
}

#[test]
fn many_rows_start_from_some_and_threads_change_nothing() {
    let rows = rows_of(&noisy(300_000, 4));
    let of_threads = |threads| {
        fit(
            &rows,
            &Options {
                threads,
                ..with_l2(0.0)
            },
        )
        .unwrap()
    };
    let one = of_threads(1);
    assert!(
        one.statistics.iterations <= 3 && slope(&one, &rows, 0.0) < 1e-9,
        "{one:?}"
    );
    assert_eq!(of_threads(2), one);
    assert_eq!(of_threads(3), one);
    let again = fit_from(&rows, &with_l2(0.0), Some(&one)).unwrap();
    assert_eq!(again.statistics.iterations, 0);
    assert_close(&again.coefficients[0], &one.coefficients[0], 1e-12);
    let loss = again.log_loss(&rows).unwrap();
    assert_close(&[loss], &[again.statistics.log_loss], 1e-12);
}

#[test]
fn what_cannot_be_fitted_is_told() {
    let message = |rows: &Rows, l2| fit(rows, &with_l2(l2)).unwrap_err().to_string();
    assert_eq!(message(&Rows::new(2), 0.0), "there are no rows to fit");
    let one = iris(|species| species == "setosa");
    assert_eq!(
        message(&one, 0.0),
        "all rows are of the class `setosa`; a fit needs two classes"
    );
    assert_eq!(message(&one, -1.0), "`l2` must be a number from 0, got -1");
    let fitted = fit(&iris(|_| true), &with_l2(1.0)).unwrap();
    assert_eq!(
        fitted.predict(&[1.0]).unwrap_err().to_string(),
        "the model has 4 features, the row has 1"
    );

    let mut small = Rows::new(1).with_most_bytes(100);
    let full = (0..20)
        .find_map(|x| small.push(&[f64::from(x)], &Label::Flag(true)).err())
        .unwrap();
    assert!(full.to_string().starts_with("9 rows of 1 columns take"), "{full}");
    let mut names = Rows::new(0);
    let many = (0..2000)
        .find_map(|x| names.push(&[], &Label::Integer(x)).err())
        .unwrap();
    assert!(many.to_string().contains("more than 1000 different values"), "{many}");
}

#[test]
fn classes_are_sorted_by_what_they_are() {
    let sorted = |labels: &[Label]| {
        let mut rows = Rows::new(1);
        labels
            .iter()
            .zip([0.3, 0.5, 0.1, 0.2])
            .for_each(|(label, x)| rows.push(&[x], label).unwrap());
        fit(&rows, &with_l2(1.0)).unwrap().classes
    };
    assert_eq!(
        sorted(&[Label::Integer(10), Label::Integer(-2), Label::Integer(9)]),
        ["-2", "9", "10"]
    );
    assert_eq!(
        sorted(&[Label::Number(1.5), Label::Number(0.0), Label::Number(-1.0)]),
        ["-1", "0", "1.5"]
    );
    assert_eq!(sorted(&[Label::Flag(true), Label::Flag(false)]), ["false", "true"]);
    let text = |text: &str| Label::Text(text.to_owned());
    assert_eq!(sorted(&[text("b"), text("a"), text("好")]), ["a", "b", "好"]);
}

#[test]
fn rows_that_are_not_finite_are_skipped() {
    let mut rows = rows_of(&noisy(200, 6));
    let whole = fit(&rows, &with_l2(0.0)).unwrap();
    rows.push(&[f64::NAN, 1.0], &Label::Flag(true)).unwrap();
    rows.push(&[1.0, f64::INFINITY], &Label::Flag(true)).unwrap();
    rows.push(&[f64::NEG_INFINITY, 1.0], &Label::Flag(true)).unwrap();
    let fitted = fit(&rows, &with_l2(0.0)).unwrap();
    assert_eq!((fitted.statistics.n, fitted.statistics.skipped), (200, 3));
    assert_eq!(fitted.coefficients, whole.coefficients);
}

#[test]
fn extreme_numbers_end_nothing() {
    for l2 in [0.0, 1.0] {
        for scale in [1e-300, 1e300] {
            let mut rows = Rows::new(2);
            for (row, class) in noisy(100, 9) {
                rows.push(&[scale * row[0], row[1]], &Label::Flag(class)).unwrap();
            }
            match fit(&rows, &with_l2(l2)) {
                Ok(fitted) => assert!(scale < 1.0 && fitted.statistics.log_loss < 0.7, "{fitted:?}"),
                Err(message) => assert!(scale > 1.0 && message.to_string().contains("too large to be squared")),
            }
        }
        // Without any feature that tells something, the shares of the classes.
        let mut rows = Rows::new(1);
        (0..4).for_each(|n| rows.push(&[5.0], &Label::Flag(n > 0)).unwrap());
        let fitted = fit(&rows, &with_l2(l2)).unwrap();
        assert_close(&fitted.intercepts, &[3.0_f64.ln()], 1e-9);
        assert_eq!(fitted.statistics.rank, 0);
    }
}

#[test]
fn broken_states_are_refused() {
    let written = iris(|_| true).write();
    for cut in [0, 1, 8, 30, 100, written.len() - 1] {
        assert!(
            matches!(Rows::new(4).merge_written(&written[..cut]), Err(Error::State { .. })),
            "{cut}"
        );
    }
    let mut other = written.clone();
    other[0] = 77;
    assert!(Rows::new(4).merge_written(&other).is_err());
    assert!(Rows::new(3).merge_written(&written).is_err());
    for place in 0..120 {
        let mut broken = written.clone();
        broken[place] ^= 0xff;
        drop(Rows::new(4).merge_written(&broken));
    }
}

#[test]
fn a_fit_can_be_kept() {
    let fitted = fit(&iris(|_| true), &with_l2(1.0)).unwrap();
    let kept = serde_json::to_string(&fitted).unwrap();
    let read: Logistic = serde_json::from_str(&kept).unwrap();
    assert_eq!(read.classes, fitted.classes);
    // JSON is read to within a unit in the last place.
    assert_close(&read.coefficients.concat(), &fitted.coefficients.concat(), 1e-15);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The same to 1e-9 however rows are split, ordered, and merged.
    #[test]
    fn any_split_merges_to_the_same(seed: u64, parts in 1..6_usize, l2 in prop::sample::select(vec![0.0, 1.0])) {
        let pairs = noisy(400, seed);
        let whole = fit(&rows_of(&pairs), &with_l2(l2)).unwrap();
        let mut random = Random::new(seed);
        let mut split = vec![Rows::new(2); parts];
        for (row, class) in &pairs {
            split[random.below(parts)].push(row, &Label::Flag(*class)).unwrap();
        }
        let mut merged = Rows::new(2);
        for (n, part) in split.into_iter().enumerate() {
            if n % 2 == 0 {
                assert_eq!(Rows::read(&part.write()).unwrap().write(), part.clone().into_written());
                merged.merge_written(&part.write()).unwrap();
            } else {
                merged.merge(part).unwrap();
            }
        }
        prop_assert_eq!(merged.len(), 400);
        let fitted = fit(&merged, &with_l2(l2)).unwrap();
        for (got, expected) in fitted.coefficients[0].iter().zip(&whole.coefficients[0]) {
            prop_assert!((got - expected).abs() <= 1e-9 * expected.abs().max(1.0));
        }
        prop_assert!((fitted.statistics.log_loss - whole.statistics.log_loss).abs() < 1e-9);
        prop_assert!((fitted.statistics.auc.unwrap() - whole.statistics.auc.unwrap()).abs() < 1e-6);
    }
}
