//! Visits, and what the patients are.

use super::patient::Patient;
use crate::clock::{DAY, Time, midnight};
use crate::ids::Id;
use crate::names;
use crate::sheet::Sheet;
use crate::world::World;

const DEPARTMENTS: [&str; 7] = [
    "cardiology",
    "endocrinology",
    "respiratory",
    "general",
    "orthopaedics",
    "dermatology",
    "ophthalmology",
];
/// Doctors of a department, for each language.
const DOCTORS: u64 = 6;

pub(super) struct Visit {
    pub(super) id: Id,
    pub(super) at: Time,
    pub(super) account: usize,
    pub(super) department: &'static str,
    kind: &'static str,
    pub(super) doctor: u64,
    /// Systolic and diastolic, mmHg.
    pub(super) pressure: Option<(i64, i64)>,
    /// mmol/l.
    pub(super) glucose: Option<f64>,
    fee: f64,
}

/// The visits of a patient before `as_of`, in the order of time.
pub(super) fn visits(world: &World, patient: &Patient) -> Vec<Visit> {
    let person = &patient.person;
    let mut dice = world.random("visits", person.customer);
    let span = (world.as_of - person.joined).max(1);
    let years = span as f64 / (365 * DAY) as f64;
    let has = patient.has.map(f64::from);
    // Clinics are open by day.
    let mut times: Vec<Time> = (0..1 + dice.poisson(patient.visits * years).min(60))
        .map(|_| {
            let at = person.joined + dice.below(span as u64) as Time;
            let time =
                midnight(crate::clock::day_of(at)) + (dice.between(8.0, 17.5) * crate::clock::HOUR as f64) as Time;
            time.clamp(person.joined, world.as_of - 1)
        })
        .collect();
    times.sort_unstable();
    let mut visits = Vec::with_capacity(times.len());
    for (n, at) in times.into_iter().enumerate() {
        let weights = [
            0.15 + 2.0 * has[0] + 0.6 * has[3],
            0.1 + 2.2 * has[1],
            0.3 + 2.0 * has[2],
            1.3,
            0.5,
            0.4,
            0.3,
        ];
        let place = dice.weighted(&weights);
        let kind = match dice.unit() {
            share if share < 0.78 => "outpatient",
            share if share < 0.9 => "telehealth",
            share if share < 0.96 => "emergency",
            _ => "inpatient",
        };
        // Drugs that are taken bring the numbers down.
        let untreated = 1.0 - 0.65 * patient.adherence;
        let systolic = dice.normal(112.0 + 0.18 * patient.age + 34.0 * has[0] * untreated, 8.0);
        let diastolic = systolic * 0.62 + dice.normal(2.0, 5.0);
        let glucose = dice
            .normal(5.1 + 5.5 * has[1] * untreated, 0.45 + 0.9 * has[1])
            .max(3.4);
        let is_seen = kind != "telehealth";
        let fee = match kind {
            "inpatient" => dice.around(3200.0, 0.5),
            "emergency" => dice.around(420.0, 0.5),
            "telehealth" => dice.around(45.0, 0.3),
            _ => dice.around(130.0, 0.5),
        };
        visits.push(Visit {
            id: world.id('V', person.customer, n),
            at,
            account: person.account_at(at, &mut dice),
            department: DEPARTMENTS[place],
            kind,
            doctor: place as u64 * DOCTORS + dice.below(DOCTORS),
            pressure: (is_seen && dice.chance(0.85)).then_some((systolic as i64, diastolic as i64)),
            glucose: (is_seen && dice.chance(0.25 + 0.5 * has[1])).then(|| (glucose * 10.0).round() / 10.0),
            fee: (fee * 2.0).round() / 2.0,
        });
    }
    visits
}

pub(super) fn write_visits(world: &World, customer: u64, sheet: &mut Sheet) {
    let patient = Patient::new(world, customer);
    let person = &patient.person;
    for visit in visits(world, &patient) {
        let doctor = names::doctor(person.language, visit.doctor);
        sheet.row(|row| {
            row.id("visit_id", visit.id)
                .id("account_id", person.accounts[visit.account].id)
                .time("visited_at", visit.at)
                .text("department", visit.department)
                .text("kind", visit.kind)
                .text("doctor", &doctor)
                .whole_or_null("systolic", visit.pressure.map(|(systolic, _)| systolic))
                .whole_or_null("diastolic", visit.pressure.map(|(_, diastolic)| diastolic))
                .number_or_null("glucose", visit.glucose)
                .number("fee", visit.fee);
        });
    }
}

pub(super) fn write_truth(world: &World, customer: u64, sheet: &mut Sheet) {
    let patient = Patient::new(world, customer);
    let [hypertension, diabetes, asthma, lipids] = patient.has;
    let is_chronic = patient.is_chronic();
    sheet.row(|row| {
        row.text("customer_id", &patient.person.id)
            .text("segment", patient.segment())
            .text("language", patient.person.language.name())
            .time("joined_at", patient.person.joined)
            .truth("hypertension", hypertension)
            .truth("diabetes", diabetes)
            .truth("asthma", asthma)
            .truth("hyperlipidemia", lipids)
            .number_or_null("adherence", is_chronic.then_some(patient.adherence))
            .truth_or_null("is_adherent", is_chronic.then_some(patient.is_adherent()));
    });
}
