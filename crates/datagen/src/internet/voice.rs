//! What users of the service write.

use super::user::User;
use crate::clock::{DAY, Time};
use crate::sheet::Sheet;
use crate::text::{self, Aspect, Desk, Intent, Said, Sentiment, message, number, opinion};
use crate::world::World;

const ASPECTS: &[Aspect] = &[Aspect::Quality, Aspect::Price, Aspect::Service, Aspect::Usability];

const DESK: Desk = Desk {
    rate: 0.018,
    //         buy  ask  where back stop bad  good pay  acc  tech human other
    intents: [6.0, 12.0, 3.0, 4.0, 5.0, 0.0, 3.0, 8.0, 8.0, 18.0, 4.0, 3.0],
    aspects: ASPECTS,
};

/// Messages of the service desk, with complaints of those who are not contented, all while the customer is there.
fn tickets(world: &World, user: &User) -> Vec<Said> {
    let person = &user.person;
    let mut dice = world.random("tickets", person.customer);
    let anger = 1.0 - user.contentment;
    let mut said = text::tickets(world, person, &DESK, 0.7 * anger, &mut dice);
    let span = (world.as_of.min(user.left) - person.joined).max(1);
    for _ in 0..dice.poisson(2.2 * anger * anger).min(8) {
        let at = person.joined + dice.below(span as u64) as Time;
        let aspect = ASPECTS.get(dice.index(ASPECTS.len())).copied();
        said.push(message(
            person,
            at,
            Intent::Complaint,
            Sentiment::Negative,
            aspect,
            &mut dice,
        ));
    }
    said.retain(|said| said.at <= user.left);
    number(world, person.customer, 'T', &mut said);
    said
}

/// Answers to the question whether one would recommend the service.
fn feedback(world: &World, user: &User) -> Vec<Said> {
    let person = &user.person;
    let mut dice = world.random("feedback", person.customer);
    let span = (world.as_of.min(user.left) - person.joined).max(1);
    let weeks = span as f64 / (7 * DAY) as f64;
    let mut said: Vec<Said> = (0..dice.poisson(0.25 + 0.025 * weeks).min(20))
        .map(|_| {
            let at = person.joined + dice.below(span as u64) as Time;
            let mood = user.contentment + dice.normal(0.0, 0.13);
            let (sentiment, intent) = match mood {
                mood if mood > 0.5 => (Sentiment::Positive, Intent::Praise),
                mood if mood > 0.42 => (Sentiment::Neutral, Intent::Other),
                _ => (Sentiment::Negative, Intent::Complaint),
            };
            let aspect = (!dice.chance(0.15))
                .then(|| ASPECTS.get(dice.weighted(&[0.3, 0.2, 0.2, 0.3])).copied())
                .flatten();
            message(person, at, intent, sentiment, aspect, &mut dice)
        })
        .collect();
    number(world, person.customer, 'F', &mut said);
    said
}

/// Whether there was a complaint or negative feedback.
pub(super) fn has_complained(world: &World, user: &User) -> bool {
    tickets(world, user).iter().any(|said| said.intent == Intent::Complaint)
        || feedback(world, user)
            .iter()
            .any(|said| said.sentiment == Sentiment::Negative)
}

pub(super) fn write_feedback(world: &World, customer: u64, sheet: &mut Sheet) {
    let user = User::new(world, customer);
    let person = &user.person;
    for said in feedback(world, &user) {
        let mut dice = said.dice();
        let score = match said.sentiment {
            _ if dice.chance(0.05) => dice.whole(0, 10),
            Sentiment::Positive => dice.pick(&[8, 9, 9, 10, 10, 10]),
            Sentiment::Neutral => dice.pick(&[5, 6, 7, 7, 8]),
            Sentiment::Negative => dice.pick(&[0, 1, 2, 3, 3, 4, 5]),
        };
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
            row.id("feedback_id", said.id)
                .id("account_id", person.accounts[said.account].id)
                .time("created_at", said.at)
                .whole("score", score)
                .text("text", &text);
        });
    }
}

pub(super) fn write_tickets(world: &World, customer: u64, sheet: &mut Sheet) {
    let user = User::new(world, customer);
    for said in tickets(world, &user) {
        text::write_ticket(world, &user.person, &said, &[], sheet);
    }
}

pub(super) fn write_truth(world: &World, customer: u64, sheet: &mut Sheet) {
    let user = User::new(world, customer);
    for said in feedback(world, &user) {
        text::write_truth("feedback", &user.person, &said, sheet);
    }
    for said in tickets(world, &user) {
        text::write_truth("tickets", &user.person, &said, sheet);
    }
}
