//! What patients answer when they are asked how their visit was.

use super::care::{self, Visit};
use super::patient::Patient;
use crate::clock::{DAY, HOUR, Time};
use crate::sheet::Sheet;
use crate::text::{self, Aspect, Intent, Said, Sentiment, opinion, stars};
use crate::world::World;

const ASPECTS: &[Aspect] = &[Aspect::Service, Aspect::Quality, Aspect::Price, Aspect::Usability];

/// Answers, with the visits that they are about.
fn surveys<'a>(world: &World, patient: &Patient, visits: &'a [Visit]) -> Vec<(Said, &'a Visit)> {
    let customer = patient.person.customer;
    let mut dice = world.random("surveys", customer);
    let mut surveys: Vec<(Said, &Visit)> = Vec::new();
    for visit in visits {
        if !dice.chance(0.3) {
            continue;
        }
        let at = visit.at + HOUR + dice.exponential(2.0 * DAY as f64) as Time;
        let at = if at.rem_euclid(DAY) < 7 * HOUR {
            at + 7 * HOUR
        } else {
            at
        };
        let (sentiment, intent) = match dice.unit() {
            share if share < 0.66 => (Sentiment::Positive, Intent::Praise),
            share if share < 0.75 => (Sentiment::Neutral, Intent::Other),
            _ => (Sentiment::Negative, Intent::Complaint),
        };
        let is_about = !dice.chance(0.14);
        let aspect = ASPECTS
            .get(dice.weighted(&[0.42, 0.3, 0.13, 0.15]))
            .copied()
            .filter(|_| is_about);
        let said = Said {
            id: visit.id,
            seed: dice.bits(),
            at,
            account: visit.account,
            sentiment,
            intent,
            aspect,
        };
        if at < world.as_of {
            surveys.push((said, visit));
        }
    }
    surveys.sort_by_key(|(said, _)| said.at);
    for (n, (said, _)) in surveys.iter_mut().enumerate() {
        said.id = world.id('R', customer, n);
    }
    surveys
}

pub(super) fn write_surveys(world: &World, customer: u64, sheet: &mut Sheet) {
    let patient = Patient::new(world, customer);
    let visits = care::visits(world, &patient);
    let person = &patient.person;
    for (said, visit) in surveys(world, &patient, &visits) {
        let mut dice = said.dice();
        let score = stars(said.sentiment, &mut dice);
        let feeling = (said.sentiment, said.aspect);
        let text = opinion(
            world.words.of(person.language),
            person.language,
            feeling,
            ASPECTS,
            &[],
            &mut dice,
        );
        sheet.row(|row| {
            row.id("survey_id", said.id)
                .id("account_id", person.accounts[said.account].id)
                .id("visit_id", visit.id)
                .time("created_at", said.at)
                .whole("score", score)
                .text("text", &text);
        });
    }
}

pub(super) fn write_truth(world: &World, customer: u64, sheet: &mut Sheet) {
    let patient = Patient::new(world, customer);
    let visits = care::visits(world, &patient);
    for (said, _) in surveys(world, &patient, &visits) {
        text::write_truth("surveys", &patient.person, &said, sheet);
    }
}
