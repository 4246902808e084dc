//! Who shops: how often, for how much, what, and when.

use crate::clock::Rhythm;
use crate::identity::Person;
use crate::random::Random;
use crate::world::World;

/// Kinds of goods.
pub(super) const CATEGORIES: [&str; 10] = [
    "electronics",
    "home",
    "fashion",
    "beauty",
    "food",
    "sports",
    "baby",
    "books",
    "pets",
    "toys",
];

/// How popular they are.
const POPULAR: [f64; 10] = [1.6, 1.4, 2.0, 1.3, 1.8, 0.9, 0.7, 0.8, 0.6, 0.6];

/// A customer of the shop, with what nobody can see.
#[derive(Debug, Clone)]
pub(super) struct Shopper {
    pub(super) person: Person,
    pub(super) rhythm: Rhythm,
    /// Orders a week while the customer has not left: gamma-distributed over customers (Fader, Hardie and Lee 2005).
    pub(super) rate: f64,
    /// The chance to leave after an order: beta-distributed over customers.
    pub(super) leave: f64,
    /// 0 takes the cheap thing of two, 1 the dear one.
    pub(super) tier: f64,
    /// Mean number of lines of an order beyond the first.
    pub(super) basket: f64,
    /// Share of the orders with a coupon.
    pub(super) bargain: f64,
    /// Share of the orders in a store.
    pub(super) store: f64,
    /// Visits a week without an order.
    pub(super) browse: f64,
    /// Weights of the categories.
    pub(super) taste: [f64; 10],
    /// How easily the customer writes a review or a complaint; 1 on average.
    pub(super) voice: f64,
}

impl Shopper {
    pub(super) fn new(world: &World, customer: u64) -> Self {
        let person = Person::new(world, customer);
        let mut dice = world.random("shopper", customer);
        let rate = dice.gamma(1.5, 0.11).clamp(0.004, 3.0);
        let has_store = person.accounts.iter().any(|account| account.channel.name() == "store");
        Self {
            rhythm: Rhythm::new(&mut dice),
            rate,
            leave: dice.beta(0.8, 13.0),
            tier: dice.beta(1.6, 1.9),
            basket: dice.gamma(1.5, 0.7),
            bargain: dice.beta(0.9, 2.6),
            store: if has_store {
                dice.beta(1.5, 2.0)
            } else {
                dice.beta(0.6, 9.0)
            },
            browse: (dice.gamma(1.2, 0.35) + 0.9 * rate).min(8.0),
            taste: taste(&mut dice),
            voice: dice.gamma(2.0, 0.5),
            person,
        }
    }

    /// What a marketing department would call the customer.
    pub(super) fn segment(&self) -> &'static str {
        if self.rate < 0.09 && self.browse > 0.35 {
            "window_shopper"
        } else if self.tier > 0.62 && self.basket > 1.0 {
            "big_spender"
        } else if self.bargain > 0.42 {
            "bargain_hunter"
        } else if self.rate > 0.28 {
            "loyal"
        } else {
            "occasional"
        }
    }

    /// The number of the category with the highest weight.
    pub(super) fn favourite(&self) -> usize {
        let mut best = 0;
        for (category, weight) in self.taste.iter().enumerate() {
            if *weight > self.taste[best] {
                best = category;
            }
        }
        best
    }
}

/// A few categories matter to somebody, the others hardly.
fn taste(dice: &mut Random) -> [f64; 10] {
    POPULAR.map(|popular| dice.gamma(0.45 * popular, 1.0) + 0.01)
}
