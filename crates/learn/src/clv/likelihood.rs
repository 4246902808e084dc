//! The likelihoods with their derivatives.

use statrs::function::gamma::{digamma, ln_gamma};

use super::Customer;
use super::climb::{Hill, Slope};
use crate::parallel;

/// Customers with the same number of purchases, whose gamma functions are the same: where they are in the list.
#[derive(Debug)]
struct Group {
    frequency: f64,
    start: usize,
    end: usize,
    count: f64,
}

/// The most customers that a thread takes at a time.
const PIECE: usize = 16_384;

/// Groups of the customers, who come sorted by frequency.
fn groups(rows: &[(Customer, f64)]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (row, (of, count)) in rows.iter().enumerate() {
        match groups.last_mut() {
            Some(last) if last.frequency == of.frequency && row - last.start < PIECE => {
                last.end = row + 1;
                last.count += count;
            }
            _ => groups.push(Group {
                frequency: of.frequency,
                start: row,
                end: row + 1,
                count: *count,
            }),
        }
    }
    groups
}

/// Sums `of` over all groups, in their order.
fn sum<const N: usize>(groups: &[Group], threads: usize, of: impl Fn(&Group) -> Slope<N> + Sync) -> Slope<N> {
    // Few customers are done before a thread has started.
    let rows = groups.last().map_or(0, |last| last.end);
    let threads = if rows < PIECE { 1 } else { threads };
    let mut total = Slope::flat();
    for part in parallel::in_order(groups.len(), threads, |group| of(&groups[group])) {
        total.add(&part);
    }
    total
}

/// The second derivative of the logarithm of the gamma function, for x above 0: its recurrence up to 10, then the asymptotic
/// series (Abramowitz and Stegun 6.4.6 and 6.4.12).
fn trigamma(x: f64) -> f64 {
    let (mut x, mut sum) = (x, 0.0);
    while x < 10.0 {
        sum += 1.0 / (x * x);
        x += 1.0;
    }
    let y = 1.0 / (x * x);
    let series =
        1.0 / 6.0 - y * (1.0 / 30.0 - y * (1.0 / 42.0 - y * (1.0 / 30.0 - y * (5.0 / 66.0 - y * 691.0 / 2730.0))));
    sum + 1.0 / x + y / 2.0 + series * y / x
}

/// BG/NBD over r, alpha, a, b: equation 6 of Fader, Hardie and Lee (2005).
#[derive(Debug)]
pub(super) struct Purchases {
    /// Recency and age in units, and how many customers are so.
    rows: Vec<(f64, f64, f64)>,
    groups: Vec<Group>,
    total: f64,
    threads: usize,
}

impl Purchases {
    /// Of customers sorted by frequency, with times in a unit.
    pub(super) fn new(rows: &[(Customer, f64)], unit: f64, threads: usize) -> Self {
        Self {
            groups: groups(rows),
            total: rows.iter().map(|(_, count)| count).sum(),
            rows: rows
                .iter()
                .map(|(of, count)| (of.recency / unit, of.age / unit, *count))
                .collect(),
            threads,
        }
    }
}

impl Hill<4> for Purchases {
    fn rows(&self) -> f64 {
        self.total
    }

    fn at(&self, &[r, alpha, a, b]: &[f64; 4]) -> Slope<4> {
        sum(&self.groups, self.threads, |group| {
            let x = group.frequency;
            let rows = &self.rows[group.start..group.end];
            let mut of = if x > 0.0 {
                bought_again([r, alpha, a, b], x, rows)
            } else {
                bought_once(r, alpha, rows)
            };
            let n = group.count;
            // What all customers of the group share.
            of.height += n
                * (ln_gamma(r + x) - ln_gamma(r) + r * alpha.ln() + ln_gamma(a + b) + ln_gamma(b + x)
                    - ln_gamma(b)
                    - ln_gamma(a + b + x));
            let both = digamma(a + b) - digamma(a + b + x);
            of.gradient[0] += n * (digamma(r + x) - digamma(r) + alpha.ln());
            of.gradient[1] += n * r / alpha;
            of.gradient[2] += n * both;
            of.gradient[3] += n * (both + digamma(b + x) - digamma(b));
            let both = trigamma(a + b) - trigamma(a + b + x);
            of.curvature[0][0] += n * (trigamma(r + x) - trigamma(r));
            of.curvature[0][1] += n / alpha;
            of.curvature[1][0] += n / alpha;
            of.curvature[1][1] -= n * r / (alpha * alpha);
            of.curvature[2][2] += n * both;
            of.curvature[2][3] += n * both;
            of.curvature[3][2] += n * both;
            of.curvature[3][3] += n * (both + trigamma(b + x) - trigamma(b));
            of
        })
    }
}

/// -r ln(alpha + T), of customers with one purchase.
fn bought_once(r: f64, alpha: f64, rows: &[(f64, f64, f64)]) -> Slope<4> {
    let mut of = Slope::flat();
    for &(_, age, count) in rows {
        let until = alpha + age;
        let (ln, inverse) = (until.ln(), 1.0 / until);
        of.height -= count * r * ln;
        of.gradient[0] -= count * ln;
        of.gradient[1] -= count * r * inverse;
        of.curvature[0][1] -= count * inverse;
        of.curvature[1][1] += count * r * inverse * inverse;
    }
    of.curvature[1][0] = of.curvature[0][1];
    of
}

/// ln(e^u + e^w), where u = -(r + x) ln(alpha + T) is for customers who are still there, and
/// w = ln a - ln(b + x - 1) - (r + x) ln(alpha + t) for those who were lost after their last purchase.
fn bought_again([r, alpha, a, b]: [f64; 4], x: f64, rows: &[(f64, f64, f64)]) -> Slope<4> {
    let mut of = Slope::flat();
    let inverse_b = 1.0 / (b + x - 1.0);
    let ln_lost = a.ln() - (b + x - 1.0).ln();
    for &(recency, age, count) in rows {
        let (to_now, to_last) = (alpha + age, alpha + recency);
        let (ln_now, ln_last) = (to_now.ln(), to_last.ln());
        let (by_now, by_last) = (1.0 / to_now, 1.0 / to_last);
        let u = -(r + x) * ln_now;
        let w = ln_lost - (r + x) * ln_last;
        let top = u.max(w);
        let (e_u, e_w) = ((u - top).exp(), (w - top).exp());
        let there = e_u / (e_u + e_w);
        let lost = e_w / (e_u + e_w);
        of.height += count * (top + (e_u + e_w).ln());
        let du = [-ln_now, -(r + x) * by_now, 0.0, 0.0];
        let dw = [-ln_last, -(r + x) * by_last, 1.0 / a, -inverse_b];
        for one in 0..4 {
            of.gradient[one] += count * (there * du[one] + lost * dw[one]);
            for two in 0..4 {
                of.curvature[one][two] += count * there * lost * (du[one] - dw[one]) * (du[two] - dw[two]);
            }
        }
        let cross = count * (there * by_now + lost * by_last);
        of.curvature[0][1] -= cross;
        of.curvature[1][0] -= cross;
        of.curvature[1][1] += count * (r + x) * (there * by_now * by_now + lost * by_last * by_last);
        of.curvature[2][2] -= count * lost / (a * a);
        of.curvature[3][3] += count * lost * inverse_b * inverse_b;
    }
    of
}

/// Gamma-Gamma over p, q, v: equation 1a of Fader and Hardie (2013).
#[derive(Debug)]
pub(super) struct Spending {
    /// Mean values in units, and how many customers are so.
    rows: Vec<(f64, f64)>,
    groups: Vec<Group>,
    total: f64,
    threads: usize,
}

impl Spending {
    /// Of customers who have bought again, sorted by frequency, with money in a unit.
    pub(super) fn new(rows: &[(Customer, f64)], unit: f64, threads: usize) -> Self {
        Self {
            groups: groups(rows),
            total: rows.iter().map(|(_, count)| count).sum(),
            rows: rows.iter().map(|(of, count)| (of.money / unit, *count)).collect(),
            threads,
        }
    }
}

impl Hill<3> for Spending {
    fn rows(&self) -> f64 {
        self.total
    }

    fn at(&self, &[p, q, v]: &[f64; 3]) -> Slope<3> {
        sum(&self.groups, self.threads, |group| {
            let (x, n) = (group.frequency, group.count);
            let mut of = Slope::flat();
            for &(money, count) in &self.rows[group.start..group.end] {
                let rate = x * money + v;
                let (ln, inverse) = (rate.ln(), 1.0 / rate);
                of.height += count * ((p * x - 1.0) * money.ln() - (p * x + q) * ln);
                of.gradient[0] += count * x * (money.ln() - ln);
                of.gradient[1] -= count * ln;
                of.gradient[2] -= count * (p * x + q) * inverse;
                of.curvature[0][2] -= count * x * inverse;
                of.curvature[1][2] -= count * inverse;
                of.curvature[2][2] += count * (p * x + q) * inverse * inverse;
            }
            let (all, own) = (p * x + q, p * x);
            of.height += n * (ln_gamma(all) - ln_gamma(own) - ln_gamma(q) + q * v.ln() + own * x.ln());
            of.gradient[0] += n * x * (digamma(all) - digamma(own) + x.ln());
            of.gradient[1] += n * (digamma(all) - digamma(q) + v.ln());
            of.gradient[2] += n * q / v;
            of.curvature[0][0] += n * x * x * (trigamma(all) - trigamma(own));
            of.curvature[0][1] += n * x * trigamma(all);
            of.curvature[1][1] += n * (trigamma(all) - trigamma(q));
            of.curvature[1][2] += n / v;
            of.curvature[2][2] -= n * q / (v * v);
            of.curvature[1][0] = of.curvature[0][1];
            of.curvature[2][0] = of.curvature[0][2];
            of.curvature[2][1] = of.curvature[1][2];
            of
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<const N: usize>(hill: &impl Hill<N>, at: [f64; N]) {
        let here = hill.at(&at);
        for one in 0..N {
            let step = 1e-5 * at[one];
            let moved = |by: f64| {
                let mut there = at;
                there[one] += by;
                hill.at(&there)
            };
            let (up, down) = (moved(step), moved(-step));
            let close = |got: f64, expected: f64| (got - expected).abs() <= 1e-5 * (1.0 + expected.abs());
            let slope = (up.height - down.height) / (2.0 * step);
            assert!(
                close(here.gradient[one], slope),
                "{one}: {} is not {slope}",
                here.gradient[one]
            );
            for two in 0..N {
                let slope = (up.gradient[two] - down.gradient[two]) / (2.0 * step);
                let got = here.curvature[one][two];
                assert!(close(got, slope), "{one} {two}: {got} is not {slope}");
            }
        }
    }

    #[test]
    fn derivatives_are_those_of_the_function() {
        let of = |frequency, recency, age, money| Customer {
            frequency,
            recency,
            age,
            money,
        };
        let rows = [
            (of(0.0, 0.0, 8.0, 0.0), 3.0),
            (of(1.0, 2.0, 9.0, 4.0), 1.0),
            (of(2.0, 7.0, 9.0, 11.0), 2.0),
            (of(2.0, 8.0, 10.0, 7.0), 1.0),
            (of(20.0, 9.0, 10.0, 3.0), 1.0),
        ];
        for at in [[0.3, 2.0, 0.8, 2.5], [4.0, 0.5, 1.5, 0.2], [1.0, 1.0, 1.0, 1.0]] {
            check(&Purchases::new(&rows, 1.5, 1), at);
        }
        for at in [[6.0, 3.7, 15.0], [0.4, 0.6, 1.0]] {
            check(&Spending::new(&rows[1..], 2.0, 1), at);
        }
    }

    #[test]
    fn trigamma_is_right() {
        let pi = std::f64::consts::PI;
        assert!((trigamma(1.0) - pi * pi / 6.0).abs() < 1e-13);
        assert!((trigamma(0.5) - pi * pi / 2.0).abs() < 1e-12);
        assert!((trigamma(30.0) - 0.033_895_060_357_739).abs() < 1e-12);
    }
}
