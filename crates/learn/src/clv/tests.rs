//! The CDNOW customers (Fader and Hardie's summary, as the MIT-licensed Python package lifetimes 0.11.3 has it): alike ones
//! are counted in `cdnow.csv`. Expected numbers are what lifetimes says.

use super::*;

fn cdnow() -> State {
    let mut written = Vec::new();
    for line in include_str!("tests/cdnow.csv").lines().skip(1) {
        written.extend(line.split(',').map(|number| number.parse::<f64>().expect("a number")));
    }
    let mut state = State::default();
    state.merge(&written, 0);
    state
}

fn close(got: f64, expected: f64, tolerance: f64) {
    let is_close = (got - expected).abs() <= tolerance * (1.0 + expected.abs());
    assert!(is_close, "{got} is not {expected}");
}

fn customer(frequency: f64, recency: f64, age: f64, money: f64) -> Customer {
    Customer {
        frequency,
        recency,
        age,
        money,
    }
}

#[test]
fn cdnow_is_fitted_as_published() {
    let fit = cdnow().finish().expect("customers");
    assert_eq!((fit.n, fit.skipped), (2357, 0));
    assert!(fit.buying.converged && fit.buying.iterations < 40, "{fit:?}");
    let Buying { r, alpha, a, b } = fit.buying.of;
    close(r, 0.242_592_9, 2e-5);
    close(alpha, 4.413_532, 2e-5);
    close(a, 0.792_886, 2e-4);
    close(b, 2.425_752, 2e-4);
    // Table 2 of the paper.
    close(fit.buying.log_likelihood, -9_582.4, 1e-5);
    let worth = fit.worth.expect("spenders");
    assert!(worth.converged, "{worth:?}");
    close(worth.of.p, 6.248_8, 5e-4);
    close(worth.of.q, 3.744_6, 5e-4);
    close(worth.of.v, 15.447_7, 1e-3);
}

#[test]
fn predictions_are_those_of_lifetimes() {
    let buying = Buying {
        r: 0.243,
        alpha: 4.414,
        a: 0.793,
        b: 2.426,
    };
    for (x, recency, age, time, purchases, alive) in [
        (2.0, 30.43, 38.86, 39.0, 1.226_028_174_767_135, 0.726_578_570_080_673),
        (0.0, 0.0, 38.86, 39.0, 0.195_098_052_011_253_96, 1.0),
        (26.0, 31.0, 31.0, 10.0, 6.550_599_302_168_426, 0.971_898_366_348_913_8),
        (
            1.0,
            1.71,
            38.86,
            1000.0,
            1.845_348_442_993_383_3,
            0.212_100_985_377_379_1,
        ),
        (
            7.0,
            29.43,
            38.86,
            0.01,
            0.001_074_062_418_401_158_3,
            0.641_756_345_946_107_2,
        ),
        (100.0, 38.0, 39.0, 52.0, 79.704_171_188_778_55, 0.925_204_111_005_086_5),
    ] {
        let of = customer(x, recency, age, 0.0);
        close(buying.purchases(&of, time).expect("a number"), purchases, 1e-9);
        close(buying.p_alive(&of).expect("a number"), alive, 1e-12);
    }
    let steady = Buying {
        r: 2.1,
        alpha: 7.0,
        a: 0.05,
        b: 0.3,
    };
    let of = customer(60.0, 31.0, 31.0, 0.0);
    close(
        steady.purchases(&of, 3000.0).expect("a number"),
        4_120.322_765_810_963,
        1e-8,
    );
    close(
        steady
            .purchases(&customer(2.0, 30.43, 38.86, 0.0), 39.0)
            .expect("a number"),
        3.103_384_641_604_561_6,
        1e-9,
    );
    let worth = Worth {
        p: 6.25,
        q: 3.74,
        v: 15.45,
    };
    for (x, money, mean) in [
        (0.0, 0.0, 35.241_788_321_167_88),
        (1.0, 10.0, 17.693_270_300_333_705),
        (5.0, 35.0, 35.019_491_026_772_585),
        (29.0, 20.0, 20.226_982_444_698_08),
    ] {
        close(worth.mean(&customer(x, x, 40.0, money)).expect("a number"), mean, 1e-12);
    }
}

#[test]
fn nothing_impossible_is_predicted() {
    let buying = |a| Buying {
        r: 0.243,
        alpha: 4.414,
        a,
        b: 2.426,
    };
    let of = customer(2.0, 30.0, 40.0, 0.0);
    // Near a = 1 the result goes on smoothly.
    let at = buying(1.0).purchases(&of, 39.0).expect("a number");
    close(at, buying(1.0001).purchases(&of, 39.0).expect("a number"), 1e-4);
    close(buying(2.3).purchases(&of, 0.0).expect("a number"), 0.0, 1e-12);
    assert!(buying(0.8).purchases(&of, 1e9).is_some_and(f64::is_finite) || buying(0.8).purchases(&of, 1e9).is_none());
    assert_eq!(buying(f64::NAN).p_alive(&of), None);
    assert_eq!(buying(0.8).purchases(&of, -1.0), None);
    for of in [
        customer(2.0, 41.0, 40.0, 0.0),
        customer(2.5, 1.0, 40.0, 0.0),
        customer(-1.0, 0.0, 40.0, 0.0),
        customer(0.0, 3.0, 40.0, 0.0),
        customer(0.0, 0.0, f64::INFINITY, 0.0),
    ] {
        assert_eq!(buying(0.8).p_alive(&of), None);
        let mut state = State::default();
        state.add(of);
        assert!(state.finish().is_none() && state.skipped() == 1);
    }
}

#[test]
fn states_merge_and_odd_customers_do_not_break_fits() {
    let whole = cdnow().finish().expect("customers");
    let mut written = Vec::new();
    cdnow().write(&mut written);
    let (one, two) = written.split_at(written.len() / WRITTEN / 3 * WRITTEN);
    let mut merged = State::default();
    merged.merge(two, 1);
    merged.merge(one, 2);
    let fit = merged.finish().expect("customers");
    assert_eq!(fit, Fit { skipped: 3, ..whole });
    // Customers who are all alike, and a single one, have no maximum, or one at the edge.
    for of in [customer(0.0, 0.0, 5.0, 0.0), customer(3.0, 4.0, 5.0, 2.0)] {
        let mut state = State::default();
        (0..10).for_each(|_| state.add(of));
        let fit = state.finish().expect("customers");
        assert!(
            fit.buying.of.r > 0.0 && fit.buying.log_likelihood.is_finite(),
            "{fit:?}"
        );
        assert!(!fit.buying.converged, "{fit:?}");
    }
}
