//! What clients of the bank write.

use super::client::Client;
use crate::clock::Time;
use crate::sheet::Sheet;
use crate::text::{self, Aspect, Desk, Intent, Said, Sentiment, message, number};
use crate::world::World;

const ASPECTS: &[Aspect] = &[Aspect::Service, Aspect::Price, Aspect::Usability];

const DESK: Desk = Desk {
    rate: 0.022,
    //         buy  ask   where back stop bad  good pay   acc  tech human other
    intents: [7.0, 12.0, 7.0, 6.0, 5.0, 0.0, 5.0, 12.0, 9.0, 7.0, 6.0, 3.0],
    aspects: ASPECTS,
};

fn tickets(world: &World, client: &Client) -> Vec<Said> {
    let person = &client.person;
    let mut dice = world.random("tickets", person.customer);
    let mut said = text::tickets(world, person, &DESK, 0.2 + 0.3 * client.strain, &mut dice);
    let span = (world.as_of - person.joined).max(1);
    for _ in 0..dice.poisson(0.15 + 0.6 * client.strain).min(6) {
        let at = person.joined + dice.below(span as u64) as Time;
        let aspect = ASPECTS.get(dice.weighted(&[0.45, 0.3, 0.25])).copied();
        said.push(message(
            person,
            at,
            Intent::Complaint,
            Sentiment::Negative,
            aspect,
            &mut dice,
        ));
    }
    number(world, person.customer, 'T', &mut said);
    said
}

pub(super) fn write_tickets(world: &World, customer: u64, sheet: &mut Sheet) {
    let client = Client::new(world, customer);
    for said in tickets(world, &client) {
        text::write_ticket(world, &client.person, &said, &[], sheet);
    }
}

pub(super) fn write_truth(world: &World, customer: u64, sheet: &mut Sheet) {
    let client = Client::new(world, customer);
    for said in tickets(world, &client) {
        text::write_truth("tickets", &client.person, &said, sheet);
    }
}
