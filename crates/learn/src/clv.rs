//! Customer lifetime value: how often customers buy again, whether they are still customers, and what they spend.
//!
//! BG/NBD after Fader, Hardie and Lee, "Counting Your Customers the Easy Way" (2005): a customer buys at a rate of his own
//! (gamma over customers: `r`, `alpha`) and may be lost after any purchase (beta over customers: `a`, `b`). Gamma-Gamma after
//! Fader and Hardie, "The Gamma-Gamma Model of Monetary Value" (2013): what a purchase is worth varies around a mean of the
//! customer's own (`p`, `q`, `v`). Times are in any unit, the same one everywhere.

mod climb;
mod likelihood;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use crate::parallel;
use climb::{Climb, climb};
use likelihood::{Purchases, Spending};

/// What is known of one customer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Customer {
    /// The purchases after the first one: a whole number from 0.
    pub frequency: f64,
    /// The time from the first purchase to the last one; 0 without a second.
    pub recency: f64,
    /// The time from the first purchase to now.
    pub age: f64,
    /// The mean value of the purchases after the first one; anything but a number above 0 if it is not known.
    pub money: f64,
}

impl Customer {
    fn is_possible(&self) -> bool {
        let is_whole = self.frequency >= 0.0 && self.frequency.fract() == 0.0 && self.frequency < 1e9;
        let has_times = self.age > 0.0 && self.age.is_finite() && (0.0..=self.age).contains(&self.recency);
        is_whole && has_times && (self.frequency > 0.0 || self.recency == 0.0)
    }

    fn spends(&self) -> bool {
        self.frequency > 0.0 && self.money > 0.0 && self.money.is_finite()
    }
}

/// The parameters of BG/NBD, all above 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Buying {
    /// Shape of the purchase rates.
    pub r: f64,
    /// Rate of the purchase rates, in the unit of the times.
    pub alpha: f64,
    /// First parameter of the chances to be lost.
    pub a: f64,
    /// Second parameter of the chances to be lost.
    pub b: f64,
}

/// The parameters of Gamma-Gamma, all above 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Worth {
    /// Shape of the values of a customer's purchases.
    pub p: f64,
    /// Shape of the customers' rates.
    pub q: f64,
    /// Rate of the customers' rates, in the unit of the money.
    pub v: f64,
}

/// What is most likely, and how it was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Most<T> {
    /// The parameters.
    pub of: T,
    /// The logarithm of the likelihood there.
    pub log_likelihood: f64,
    /// Steps of Newton's method.
    pub iterations: u32,
    /// Whether the likelihood is at its maximum; if not, it goes on growing to where parameters are infinite.
    pub converged: bool,
}

/// What is most likely of some customers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// How they buy.
    pub buying: Most<Buying>,
    /// What they spend; `None` where fewer than two customers who have bought again say so.
    pub worth: Option<Most<Worth>>,
    /// Customers.
    pub n: u64,
    /// Rows that are no possible customer.
    pub skipped: u64,
}

/// How many numbers of a written state are one kind of customer: the four of [`Customer`], and how many there are.
pub const WRITTEN: usize = 5;

/// Customers, of whom those who are alike are counted.
#[derive(Debug, Clone, Default)]
pub struct State {
    alike: HashMap<[u64; 4], u64>,
    skipped: u64,
}

impl State {
    /// Adds a customer; one that is not possible (bought again without time, or later than now) is skipped and counted.
    pub fn add(&mut self, customer: Customer) {
        self.add_many(customer, 1);
    }

    fn add_many(&mut self, customer: Customer, count: u64) {
        if !customer.is_possible() {
            self.skipped += count;
            return;
        }
        let money = if customer.spends() { customer.money } else { 0.0 };
        let key = [customer.frequency, customer.recency, customer.age, money].map(|number| (number + 0.0).to_bits());
        *self.alike.entry(key).or_default() += count;
    }

    /// The rows that were skipped.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Adds what [`Self::write`] has written.
    pub fn merge(&mut self, written: &[f64], skipped: u64) {
        for row in written.chunks_exact(WRITTEN) {
            if let [frequency, recency, age, money, count] = *row {
                let customer = Customer {
                    frequency,
                    recency,
                    age,
                    money,
                };
                self.add_many(customer, count as u64);
            }
        }
        self.skipped += skipped;
    }

    /// The customers, [`WRITTEN`] numbers for each kind.
    pub fn write(&self, to: &mut Vec<f64>) {
        for (key, count) in &self.alike {
            to.extend(key.map(f64::from_bits));
            to.push(*count as f64);
        }
    }

    /// How many bytes are held beside the state itself.
    pub fn size(&self) -> usize {
        self.alike.capacity() * (size_of::<([u64; 4], u64)>() + 1)
    }

    /// What is most likely; `None` without customers.
    pub fn finish(&self) -> Option<Fit> {
        if self.alike.is_empty() {
            return None;
        }
        // Sums are over customers in order, so that they do not depend on how they came.
        let mut alike: Vec<([u64; 4], u64)> = self.alike.iter().map(|(key, count)| (*key, *count)).collect();
        alike.sort_unstable();
        let rows: Vec<(Customer, f64)> = alike
            .iter()
            .map(|(key, count)| {
                let [frequency, recency, age, money] = key.map(f64::from_bits);
                let customer = Customer {
                    frequency,
                    recency,
                    age,
                    money,
                };
                (customer, *count as f64)
            })
            .collect();
        // The likelihood is nicest to climb where times, and money, are small numbers.
        let longest = rows.iter().fold(0.0_f64, |longest, (of, _)| longest.max(of.age));
        let unit = longest / 10.0;
        let threads = parallel::cores();
        let buying = most(climb(&Purchases::new(&rows, unit, threads)), |[r, alpha, a, b]| {
            Buying {
                r,
                alpha: alpha * unit,
                a,
                b,
            }
        });
        let log_scale: f64 = rows.iter().map(|(of, count)| of.frequency * count).sum::<f64>() * unit.ln();
        let buying = Most {
            log_likelihood: buying.log_likelihood - log_scale,
            ..buying
        };
        let spends: Vec<(Customer, f64)> = rows.iter().copied().filter(|(of, _)| of.spends()).collect();
        let spenders: f64 = spends.iter().map(|(_, count)| count).sum();
        let worth = (spenders >= 2.0).then(|| {
            let total: f64 = spends.iter().map(|(of, count)| of.money * count).sum();
            let unit = total / spenders / 10.0;
            let worth = most(climb(&Spending::new(&spends, unit, threads)), |[p, q, v]| Worth {
                p,
                q,
                v: v * unit,
            });
            Most {
                log_likelihood: worth.log_likelihood - spenders * unit.ln(),
                ..worth
            }
        });
        Some(Fit {
            buying,
            worth,
            n: alike.iter().map(|(_, count)| count).sum(),
            skipped: self.skipped,
        })
    }
}

fn most<const N: usize, T>(top: Climb<N>, of: impl FnOnce([f64; N]) -> T) -> Most<T> {
    Most {
        of: of(top.at),
        log_likelihood: top.height,
        iterations: top.steps,
        converged: top.converged,
    }
}

impl Buying {
    fn is_possible(&self) -> bool {
        [self.r, self.alpha, self.a, self.b]
            .iter()
            .all(|of| *of > 0.0 && of.is_finite())
    }

    /// The probability that a customer will buy again, equation 8 of Fader, Hardie and Lee's note of 2008: 1 for one who has
    /// bought once. `None` for a customer who is not possible, or impossible parameters.
    pub fn p_alive(&self, of: &Customer) -> Option<f64> {
        if !of.is_possible() || !self.is_possible() {
            return None;
        }
        if of.frequency == 0.0 {
            return Some(1.0);
        }
        Some(1.0 / (1.0 + self.odds_lost(of)))
    }

    fn odds_lost(&self, of: &Customer) -> f64 {
        let x = of.frequency;
        let ln = (self.r + x) * ((self.alpha + of.age) / (self.alpha + of.recency)).ln();
        (ln + (self.a / (self.b + x - 1.0)).ln()).exp()
    }

    /// The purchases that are expected in the next `time`, equation 10 of the paper. `None` as for [`Self::p_alive`], and for
    /// a time below 0.
    pub fn purchases(&self, of: &Customer, time: f64) -> Option<f64> {
        let is_possible = of.is_possible() && self.is_possible() && time >= 0.0 && time.is_finite();
        if !is_possible {
            return None;
        }
        // At a = 1 both parts of a fraction are 0; beside it their quotient is as good as there.
        let a = match self.a - 1.0 {
            near if near.abs() < 1e-6 => 1.0 + 1e-6_f64.copysign(near),
            _ => self.a,
        };
        let (x, now) = (of.frequency, self.alpha + of.age);
        let z = time / (now + time);
        // Euler's transformation takes the paper's (1 - z)^(r + x) 2F1(r + x, b + x; a + b + x - 1; z) to a series that
        // falls faster by n^(2 r + 2 x - 2 a).
        let c = a + self.b + x - 1.0;
        let series = hypergeometric(a + self.b - 1.0 - self.r, a - 1.0, c, z)?;
        let left = 1.0 - ((a - 1.0) * (-z).ln_1p()).exp() * series;
        let lost = if x > 0.0 { self.odds_lost(of) } else { 0.0 };
        let expected = c / (a - 1.0) * left / (1.0 + lost);
        expected.is_finite().then(|| expected.max(0.0))
    }
}

impl Worth {
    /// The mean value of a customer's next purchases, equation 5 of the note. `None` for parameters without one (q up to 1
    /// has no mean for a customer whose purchases are not known).
    pub fn mean(&self, of: &Customer) -> Option<f64> {
        if ![self.p, self.q, self.v].iter().all(|of| *of > 0.0 && of.is_finite()) {
            return None;
        }
        let (known, money) = if of.spends() {
            (of.frequency, of.money)
        } else {
            (0.0, 0.0)
        };
        let below = self.p * known + self.q - 1.0;
        let mean = self.p * (self.v + known * money) / below;
        (below > 0.0 && mean.is_finite()).then_some(mean)
    }
}

/// How many terms are added before a series is given up.
const MOST_TERMS: u32 = 1_000_000;

/// Gauss's 2F1(a, b; c; z) by its series, for z from 0 to below 1; `None` where it does not settle.
fn hypergeometric(a: f64, b: f64, c: f64, z: f64) -> Option<f64> {
    let (mut sum, mut term) = (1.0, 1.0);
    for n in 0..MOST_TERMS {
        let n = f64::from(n);
        let next = term * (a + n) / (c + n) * (b + n) / (1.0 + n) * z;
        sum += next;
        // What is left of the series is less than this over 1 - z, once terms fall.
        if next.abs() <= f64::EPSILON * 0.1 * sum.abs() * (1.0 - z) && next.abs() <= term.abs() {
            return sum.is_finite().then_some(sum);
        }
        term = next;
    }
    None
}
