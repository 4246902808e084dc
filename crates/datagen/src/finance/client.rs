//! Who banks: what comes in, what goes out, how bold, how strained.

use crate::clock::{DAY, Day, Rhythm, Time, day_of};
use crate::identity::Person;
use crate::ids::Id;
use crate::world::World;

/// Kinds of clients, in the order of what is said of them below.
const SEGMENTS: [&str; 5] = ["saver", "borrower", "investor", "spender", "strained"];
const SHARES: [f64; 5] = [0.3, 0.22, 0.15, 0.21, 0.12];
/// Median income a month.
const INCOMES: [f64; 5] = [8_500.0, 9_500.0, 16_000.0, 10_500.0, 6_200.0];
/// Mean boldness.
const BOLD: [f64; 5] = [0.28, 0.42, 0.66, 0.5, 0.45];
/// Mean strain.
const STRAIN: [f64; 5] = [0.12, 0.3, 0.12, 0.34, 0.72];
/// Share of the income that is spent, before rent and loans.
const SPENDS: [f64; 5] = [0.38, 0.45, 0.42, 0.68, 0.75];
/// The chance of a loan, and of a second one.
const BORROWS: [f64; 5] = [0.1, 0.85, 0.2, 0.3, 0.6];

/// A client of the bank.
#[derive(Debug, Clone)]
pub(super) struct Client {
    pub(super) person: Person,
    pub(super) rhythm: Rhythm,
    pub(super) segment: &'static str,
    /// A month.
    pub(super) income: f64,
    /// From 0, careful, to 1.
    pub(super) bold: f64,
    /// From 0 to 1: late payments, cash, gambling, default.
    pub(super) strain: f64,
    /// Share of the income.
    pub(super) spends: f64,
    /// Share of the income that is invested each month.
    pub(super) invests: f64,
    pub(super) borrows: f64,
    /// Purchases a month.
    pub(super) purchases: f64,
    pub(super) rents: bool,
    pub(super) gambles: bool,
    /// Day of the month of the salary, 1 to 28; none for those without a job.
    pub(super) payday: Option<u32>,
    /// Last day of the relationship, if it ends.
    pub(super) left: Time,
    pub(super) cards: Vec<Card>,
}

#[derive(Debug, Clone)]
pub(super) struct Card {
    pub(super) id: Id,
    pub(super) account: usize,
    pub(super) is_credit: bool,
    pub(super) opened: Day,
    pub(super) limit: Option<f64>,
    pub(super) status: &'static str,
}

impl Client {
    pub(super) fn new(world: &World, customer: u64) -> Self {
        let person = Person::new(world, customer);
        let mut dice = world.random("client", customer);
        let kind = dice.weighted(&SHARES);
        let strain = dice.beta(6.0 * STRAIN[kind], 6.0 * (1.0 - STRAIN[kind]));
        let bold = dice.beta(9.0 * BOLD[kind], 9.0 * (1.0 - BOLD[kind]));
        let is_old = person.age(world.today()) > 60.0;
        let mut client = Self {
            rhythm: Rhythm::new(&mut dice),
            segment: SEGMENTS[kind],
            income: (dice.around(INCOMES[kind], 0.4) / 10.0).round() * 10.0,
            bold: if is_old { 0.75 * bold } else { bold },
            strain,
            spends: SPENDS[kind] * dice.between(0.75, 1.25),
            invests: if kind == 2 {
                dice.between(0.15, 0.4)
            } else {
                0.12 * bold
            },
            borrows: BORROWS[kind],
            purchases: dice.gamma(4.0, 2.6).clamp(1.0, 40.0),
            rents: dice.chance(0.55),
            gambles: dice.chance(0.03 + 0.3 * strain * strain),
            payday: dice.chance(1.0 - 0.35 * strain).then(|| dice.whole(1, 28) as u32),
            left: person.joined + 30 * DAY + (dice.exponential(2600.0) * DAY as f64) as Time,
            cards: Vec::new(),
            person,
        };
        for n in 0..1 + dice.weighted(&[0.35, 0.45, 0.2]) {
            let account = dice.index(client.person.accounts.len());
            let opened = day_of(client.person.accounts[account].created) + dice.exponential(20.0) as Day;
            let is_credit = n > 0;
            let limit = is_credit.then(|| (client.income * dice.between(0.8, 3.5) / 1000.0).round().max(1.0) * 1000.0);
            let status = match dice.unit() {
                share if share < 0.92 => "active",
                share if share < 0.95 => "frozen",
                _ => "closed",
            };
            if opened < world.today() {
                let id = world.id('K', customer, n);
                client.cards.push(Card {
                    id,
                    account,
                    is_credit,
                    opened,
                    limit,
                    status,
                });
            }
        }
        client
    }

    pub(super) fn appetite(&self) -> &'static str {
        match self.bold {
            bold if bold < 0.2 => "conservative",
            bold if bold < 0.36 => "moderate",
            bold if bold < 0.53 => "balanced",
            bold if bold < 0.7 => "growth",
            _ => "aggressive",
        }
    }
}
