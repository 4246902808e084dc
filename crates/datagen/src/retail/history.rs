//! What a customer buys, before `as_of` and in the year after.

use std::ops::Range;

use super::catalogue::{self, Product};
use super::customer::Shopper;
use crate::clock::{DAY, HOUR, MINUTE, Time};
use crate::identity::Channel;
use crate::ids::Id;
use crate::random::Random;
use crate::text::Aspect;
use crate::world::World;

/// A year of the future is simulated.
const FUTURE: Time = 365 * DAY;
const WEEK: f64 = 7.0 * DAY as f64;

#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) id: Id,
    pub(super) at: Time,
    pub(super) account: usize,
    pub(super) channel: Channel,
    pub(super) status: &'static str,
    pub(super) amount: f64,
    pub(super) discount: f64,
    pub(super) coupon: Option<&'static str>,
    pub(super) store: Option<u64>,
    /// What went wrong, if something did.
    pub(super) trouble: Option<Aspect>,
    items: Range<usize>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    pub(super) product: &'static Product,
    pub(super) quantity: i64,
    pub(super) price: f64,
}

/// A customer's orders in the order of time.
#[derive(Debug)]
pub(super) struct History {
    orders: Vec<Order>,
    items: Vec<Item>,
    /// So many of the orders are before `as_of`.
    known: usize,
    /// When the customer left for good; nothing if that is later than a year after `as_of`.
    pub(super) left: Option<Time>,
}

impl History {
    /// Follows the BG/NBD process: exponential times between orders, and a chance to leave after each. What went wrong makes
    /// leaving likelier, and so does living on discounts.
    pub(super) fn new(world: &World, shopper: &Shopper) -> Self {
        let mut dice = world.random("orders", shopper.person.customer);
        let mut history = Self {
            orders: Vec::new(),
            items: Vec::new(),
            known: 0,
            left: None,
        };
        let end = world.as_of + FUTURE;
        // The first order comes sooner than the others: people join because they want something.
        let mut at = shopper.person.joined + (dice.exponential(0.5 / shopper.rate) * WEEK) as Time;
        while at < end {
            let order = history.order(world, shopper, at, &mut dice);
            let trouble = if order.trouble.is_some() { 3.2 } else { 1.0 };
            let leaves = dice.chance((shopper.leave * trouble * (0.75 + 0.9 * shopper.bargain)).min(0.9));
            history.orders.push(order);
            if leaves {
                history.left = Some(at);
                break;
            }
            at += (dice.exponential(1.0 / shopper.rate) * WEEK) as Time + HOUR;
        }
        history.orders.sort_by_key(|order| order.at);
        history.known = history.orders.iter().filter(|order| order.at < world.as_of).count();
        for (n, order) in history.orders.iter_mut().enumerate() {
            order.id = world.id('O', shopper.person.customer, n);
        }
        history
    }

    fn order(&mut self, world: &World, shopper: &Shopper, time: Time, dice: &mut Random) -> Order {
        let person = &shopper.person;
        // Not before the account was there; and what was due before `as_of` stays before it.
        let latest = if time < world.as_of {
            world.as_of - MINUTE
        } else {
            Time::MAX
        };
        let earliest = if time < world.as_of {
            person.joined + 5 * MINUTE
        } else {
            world.as_of
        };
        let at = shopper.rhythm.near(time, dice).min(latest).max(earliest);
        let channel = if dice.chance(shopper.store) {
            Channel::Store
        } else if dice.chance(0.55) {
            Channel::App
        } else {
            Channel::Web
        };
        let first = self.items.len();
        let mut total = 0.0;
        for _ in 0..1 + dice.poisson(shopper.basket).min(9) {
            let item = item(shopper, dice);
            total += item.price * item.quantity as f64;
            self.items.push(item);
        }
        let (coupon, share) = if dice.chance(shopper.bargain) {
            let (coupon, share) = dice.pick(&COUPONS);
            (Some(coupon), share)
        } else {
            (None, 0.0)
        };
        let discount = cents(total * share);
        let trouble = dice
            .chance(0.1)
            .then(|| TROUBLES[dice.weighted(&[0.16, 0.3, 0.24, 0.12, 0.08, 0.1])]);
        let age = world.as_of - at;
        let status = match dice.unit() {
            share if share < 0.025 => "cancelled",
            share if share < if trouble.is_some() { 0.35 } else { 0.045 } => "refunded",
            _ if age < 4 * DAY && channel != Channel::Store && dice.chance(0.8) => "shipped",
            _ => "completed",
        };
        Order {
            id: Id::new(0, 'O', 0, 0),
            at,
            account: person.account_of(channel, at, dice),
            channel,
            status,
            amount: cents(total - discount),
            discount,
            coupon,
            store: (channel == Channel::Store).then(|| dice.below(STORES)),
            trouble,
            items: first..self.items.len(),
        }
    }

    /// Orders before `as_of`.
    pub(super) fn known(&self) -> &[Order] {
        self.orders.get(..self.known).unwrap_or_default()
    }

    /// Orders of the so many days from `as_of` on.
    pub(super) fn next(&self, world: &World, days: Time) -> impl Iterator<Item = &Order> {
        let end = world.as_of + days * DAY;
        self.orders.iter().skip(self.known).filter(move |order| order.at < end)
    }

    pub(super) fn items(&self, order: &Order) -> &[Item] {
        self.items.get(order.items.clone()).unwrap_or_default()
    }

    /// Whether the customer had not left at a time.
    pub(super) fn is_alive(&self, at: Time) -> bool {
        self.left.is_none_or(|left| left > at)
    }
}

/// Twelve stores.
pub(super) const STORES: u64 = 12;

const COUPONS: [(&str, f64); 7] = [
    ("WELCOME10", 0.10),
    ("SAVE5", 0.05),
    ("SAVE15", 0.15),
    ("VIP20", 0.20),
    ("DOUBLE11", 0.25),
    ("SUMMER12", 0.12),
    ("CLEAR30", 0.30),
];

const TROUBLES: [Aspect; 6] = [
    Aspect::Price,
    Aspect::Quality,
    Aspect::Delivery,
    Aspect::Service,
    Aspect::Usability,
    Aspect::Packaging,
];

/// What the shop can be complained about or praised for.
pub(super) const ASPECTS: &[Aspect] = &TROUBLES;

fn item(shopper: &Shopper, dice: &mut Random) -> Item {
    let category = dice.weighted(&shopper.taste);
    let (one, other) = (
        catalogue::of(category, dice.bits()),
        catalogue::of(category, dice.bits()),
    );
    let (cheap, dear) = if one.price <= other.price {
        (one, other)
    } else {
        (other, one)
    };
    let product = if dice.chance(shopper.tier) { dear } else { cheap };
    let goes_on = if product.price < 40.0 { 0.4 } else { 0.1 };
    Item {
        product,
        quantity: 1 + dice.run(goes_on, 11) as i64,
        price: cents(product.price * dice.pick(&[1.0, 1.0, 1.0, 0.95, 0.9, 0.85])),
    }
}

pub(super) fn cents(amount: f64) -> f64 {
    // The sum of nothing is -0; nobody wants to read that.
    (amount * 100.0).round() / 100.0 + 0.0
}
