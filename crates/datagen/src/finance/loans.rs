//! Loans and what was paid back, and who will not pay.

use super::client::Client;
use crate::clock::{Day, date, day_number, day_of};
use crate::ids::Id;
use crate::random::Random;
use crate::sheet::Sheet;
use crate::world::World;

pub(super) struct Loan {
    id: Id,
    account: usize,
    kind: &'static str,
    pub(super) started: Day,
    pub(super) principal: f64,
    rate: f64,
    pub(super) term: i64,
    /// Paid each month (annuity).
    pub(super) payment: f64,
    /// Due before `as_of`, in order.
    pub(super) due: Vec<Instalment>,
}

pub(super) struct Instalment {
    due: Day,
    /// Nothing if it was not paid before `as_of`.
    pub(super) paid: Option<Day>,
}

impl Loan {
    pub(super) fn runs(&self, today: Day) -> bool {
        self.ends() >= today
    }

    fn ends(&self) -> Day {
        month_later(self.started, self.term)
    }

    /// What is still owed after so many instalments.
    pub(super) fn owed(&self, paid: usize) -> f64 {
        let (monthly, paid) = (self.rate / 12.0, paid as f64);
        let growth = (1.0 + monthly).powf(paid);
        (self.principal * growth - self.payment * (growth - 1.0) / monthly).max(0.0)
    }
}

fn month_later(day: Day, months: i64) -> Day {
    let later = date(day).checked_add_months(chrono::Months::new(u32::try_from(months).unwrap_or(0)));
    later.map_or(day, day_number)
}

pub(super) fn cents(amount: f64) -> f64 {
    (amount * 100.0).round() / 100.0 + 0.0
}

/// The loans of a client, in the order of time.
pub(super) fn loans(world: &World, client: &Client) -> Vec<Loan> {
    let person = &client.person;
    let mut dice = world.random("loans", person.customer);
    let mut loans = Vec::new();
    let days = (world.today() - day_of(person.joined)).max(1);
    for chance in [client.borrows, client.borrows * 0.25] {
        if !dice.chance(chance) {
            continue;
        }
        let started = day_of(person.joined) + dice.below(days as u64) as Day;
        let (kind, months, terms): (_, f64, &[i64; 3]) = match dice.weighted(&[0.55, 0.2, 0.13, 0.12]) {
            0 => ("consumer", 4.0, &[12, 24, 36]),
            1 => ("car", 11.0, &[24, 36, 60]),
            2 => ("mortgage", 60.0, &[120, 240, 360]),
            _ => ("business", 15.0, &[12, 24, 36]),
        };
        let base = match kind {
            "mortgage" => 0.033,
            "car" => 0.045,
            _ => 0.07,
        };
        let (rate, term) = (base + 0.09 * client.strain * dice.between(0.4, 1.0), dice.pick(terms));
        let rate = (rate * 1000.0).round() / 1000.0;
        let principal = (client.income * months * dice.between(0.5, 1.5) / 500.0)
            .round()
            .max(4.0)
            * 500.0;
        let monthly = rate / 12.0;
        let payment = cents(principal * monthly / (1.0 - (1.0 + monthly).powf(-(term as f64))));
        let due = due(world, client, started, term, &mut dice);
        let account = person.account_at(crate::clock::midnight(started), &mut dice);
        loans.push(Loan {
            id: Id::new(0, 'L', 0, 0),
            account,
            kind,
            started,
            principal,
            rate,
            term,
            payment,
            due,
        });
    }
    loans.sort_by_key(|loan| loan.started);
    for (n, loan) in loans.iter_mut().enumerate() {
        loan.id = world.id('L', person.customer, n);
    }
    loans
}

/// Instalments before `as_of`. Strained clients pay late, more and more so, and some not at all.
fn due(world: &World, client: &Client, started: Day, term: i64, dice: &mut Random) -> Vec<Instalment> {
    let mut due = Vec::new();
    let mut late: f64 = 0.5;
    for n in 1..=term {
        let day = month_later(started, n);
        if day >= world.today() {
            break;
        }
        late = 0.7 * late + 0.3 * dice.exponential(30.0 * client.strain.powi(2));
        let paid = if dice.chance(0.12 + 0.6 * client.strain) {
            day + dice.exponential(1.0 + late) as Day
        } else {
            day - dice.below(3) as Day
        };
        let is_missed = dice.chance(0.02 * client.strain.powi(3));
        due.push(Instalment {
            due: day,
            paid: (!is_missed && paid < world.today()).then_some(paid),
        });
    }
    due
}

/// How likely it is that a client with a running loan is 90 days late within a year of `as_of`; 0 without one.
pub(super) fn default_probability(world: &World, client: &Client, loans: &[Loan]) -> f64 {
    let running: Vec<&Loan> = loans.iter().filter(|loan| loan.runs(world.today())).collect();
    if running.is_empty() {
        return 0.0;
    }
    let burden = running.iter().map(|loan| loan.payment).sum::<f64>() / client.income;
    let instalments = running.iter().flat_map(|loan| &loan.due);
    let (mut count, mut late) = (1.0, 0.0);
    for instalment in instalments {
        count += 1.0;
        late += match instalment.paid {
            Some(paid) => f64::from((paid - instalment.due).clamp(0, 60)) / 30.0,
            None => 2.0,
        };
    }
    let score = -5.0
        + 4.2 * client.strain
        + 1.1 * burden.min(1.5)
        + 1.6 * late / count
        + if client.gambles { 0.7 } else { 0.0 }
        + if client.payday.is_none() { 0.6 } else { 0.0 };
    1.0 / (1.0 + (-score).exp())
}

pub(super) fn write_loans(world: &World, customer: u64, sheet: &mut Sheet) {
    let client = Client::new(world, customer);
    for loan in loans(world, &client) {
        sheet.row(|row| {
            row.id("loan_id", loan.id)
                .id("account_id", client.person.accounts[loan.account].id)
                .text("kind", loan.kind)
                .day("started_on", loan.started)
                .number("principal", loan.principal)
                .number("annual_rate", loan.rate)
                .whole("term_months", loan.term);
        });
    }
}

pub(super) fn write_repayments(world: &World, customer: u64, sheet: &mut Sheet) {
    let client = Client::new(world, customer);
    for loan in loans(world, &client) {
        for (n, instalment) in loan.due.iter().enumerate() {
            sheet.row(|row| {
                row.id("loan_id", loan.id)
                    .whole("instalment", n as i64 + 1)
                    .day("due_on", instalment.due)
                    .number("due_amount", loan.payment)
                    .day_or_null("paid_on", instalment.paid)
                    .number(
                        "paid_amount",
                        if instalment.paid.is_some() { loan.payment } else { 0.0 },
                    );
            });
        }
    }
}
