//! What is prescribed, and what is fetched from the pharmacy.

use super::care::{self, Visit};
use super::patient::Patient;
use crate::clock::{Day, day_of};
use crate::ids::Id;
use crate::random::Random;
use crate::sheet::Sheet;
use crate::world::World;

/// Drugs of each chronic condition.
const DRUGS: [[&str; 2]; 4] = [
    ["amlodipine", "losartan"],
    ["metformin", "gliclazide"],
    ["salbutamol", "budesonide"],
    ["atorvastatin", "atorvastatin"],
];

struct Prescription {
    id: Id,
    visit: Id,
    account: usize,
    day: Day,
    drug: &'static str,
    days: i64,
    refills: i64,
    is_chronic: bool,
    /// Until when it is followed: the next one for the same condition takes over.
    until: Day,
}

/// The prescriptions of a patient, in the order of time.
fn prescriptions(world: &World, patient: &Patient, visits: &[Visit]) -> Vec<Prescription> {
    let mut dice = world.random("prescriptions", patient.person.customer);
    let mut list: Vec<Prescription> = Vec::new();
    // For each condition the drug, and the place in the list of the prescription that is followed.
    let mut followed: [Option<usize>; 4] = [None; 4];
    let drugs = DRUGS.map(|drugs| dice.pick(&drugs));
    let mut write = |visit: &Visit, drug, days, refills, is_chronic, until: Day| {
        let day = day_of(visit.at);
        let id = world.id('P', patient.person.customer, list.len());
        list.push(Prescription {
            id,
            visit: visit.id,
            account: visit.account,
            day,
            drug,
            days,
            refills,
            is_chronic,
            until,
        });
    };
    let mut spans: Vec<(usize, Day)> = Vec::new();
    let mut count = 0;
    for visit in visits {
        let day = day_of(visit.at);
        for (condition, drug) in drugs
            .iter()
            .enumerate()
            .filter(|(condition, _)| patient.has[*condition])
        {
            // A new one when the last is nearly used up.
            let is_covered = followed[condition]
                .and_then(|place| spans.get(place))
                .is_some_and(|(_, until)| day < *until - 20);
            if is_covered {
                continue;
            }
            let days = dice.pick(&[30, 30, 30, 60, 90]);
            let refills = dice.whole(4, 11);
            let until = day + (days * (refills + 1)) as Day;
            followed[condition] = Some(spans.len());
            spans.push((count, until));
            write(visit, *drug, days, refills, true, until);
            count += 1;
        }
        if dice.chance(0.22) {
            let (drug, days) = dice.pick(&[
                ("ibuprofen", 5),
                ("ibuprofen", 7),
                ("amoxicillin", 7),
                ("amoxicillin", 10),
            ]);
            write(visit, drug, days, 0, false, day + 30);
            count += 1;
        }
    }
    list
}

/// The days on which a prescription was filled, before `as_of`. The mean gap makes the share of days covered what the
/// patient's adherence says.
fn fills(world: &World, patient: &Patient, prescription: &Prescription, dice: &mut Random) -> Vec<Day> {
    let mut days = Vec::new();
    let mut day = prescription.day + if dice.chance(0.75) { 0 } else { dice.whole(1, 4) as Day };
    if !prescription.is_chronic && dice.chance(0.1) {
        return days;
    }
    let gap = prescription.days as f64 * (1.0 / patient.adherence - 1.0);
    for _ in 0..=prescription.refills {
        if day >= world.today() || day > prescription.until && prescription.is_chronic {
            break;
        }
        days.push(day);
        day += prescription.days as Day + dice.gamma(4.0, gap / 4.0).round() as Day;
    }
    days
}

pub(super) fn write_prescriptions(world: &World, customer: u64, sheet: &mut Sheet) {
    let patient = Patient::new(world, customer);
    let visits = care::visits(world, &patient);
    for prescription in prescriptions(world, &patient, &visits) {
        sheet.row(|row| {
            row.id("prescription_id", prescription.id)
                .id("visit_id", prescription.visit)
                .id("account_id", patient.person.accounts[prescription.account].id)
                .day("prescribed_on", prescription.day)
                .text("drug", prescription.drug)
                .whole("days", prescription.days)
                .whole("refills", prescription.refills);
        });
    }
}

pub(super) fn write_fills(world: &World, customer: u64, sheet: &mut Sheet) {
    let patient = Patient::new(world, customer);
    let visits = care::visits(world, &patient);
    let mut dice = world.random("pharmacy", customer);
    let mut all = Vec::new();
    for prescription in prescriptions(world, &patient, &visits) {
        for day in fills(world, &patient, &prescription, &mut dice) {
            let paid = (dice.around(0.7 * prescription.days as f64, 0.3) * 100.0).round() / 100.0;
            all.push((day, prescription.id, prescription.account, prescription.days, paid));
        }
    }
    all.sort_by_key(|(day, ..)| *day);
    for (n, (day, prescription, account, days, paid)) in all.into_iter().enumerate() {
        sheet.row(|row| {
            row.id("fill_id", world.id('F', customer, n))
                .id("prescription_id", prescription)
                .id("account_id", patient.person.accounts[account].id)
                .day("filled_on", day)
                .whole("days_supplied", days)
                .number("paid", paid);
        });
    }
}
