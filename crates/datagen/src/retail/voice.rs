//! What customers of the shop write.

use super::catalogue;
use super::customer::Shopper;
use super::history::{ASPECTS, History, Order};
use crate::clock::{DAY, HOUR, Time};
use crate::random::Random;
use crate::sheet::Sheet;
use crate::text::{self, Aspect, Desk, Intent, Language, Said, Sentiment, message, number, opinion, stars};
use crate::world::World;

const DESK: Desk = Desk {
    rate: 0.008,
    //         buy  ask  where back stop bad  good pay  acc  tech human other
    intents: [8.0, 12.0, 10.0, 6.0, 4.0, 0.0, 4.0, 6.0, 6.0, 6.0, 4.0, 5.0],
    aspects: ASPECTS,
};

/// Reviews, each with its order.
fn reviews<'a>(world: &World, shopper: &Shopper, history: &'a History) -> Vec<(Said, &'a Order)> {
    let mut dice = world.random("reviews", shopper.person.customer);
    let mut reviews = Vec::new();
    for order in history.known() {
        let writes = if order.trouble.is_some() { 0.42 } else { 0.22 };
        if !dice.chance((writes * (0.5 + 0.5 * shopper.voice)).min(0.9)) || order.status == "cancelled" {
            continue;
        }
        let at = order.at + DAY + dice.exponential(5.0 * DAY as f64) as Time;
        let at = shopper.rhythm.near(at, &mut dice).max(order.at + HOUR);
        let (sentiment, aspect) = feeling(order, &mut dice);
        let intent = match sentiment {
            Sentiment::Positive => Intent::Praise,
            Sentiment::Neutral => Intent::Other,
            Sentiment::Negative => Intent::Complaint,
        };
        let said = Said {
            id: world.id('R', shopper.person.customer, 0),
            seed: dice.bits(),
            at,
            account: order.account,
            sentiment,
            intent,
            aspect,
        };
        if at < world.as_of {
            reviews.push((said, order));
        }
    }
    reviews.sort_by_key(|(said, _)| said.at);
    for (n, (said, _)) in reviews.iter_mut().enumerate() {
        said.id = world.id('R', shopper.person.customer, n);
    }
    reviews
}

/// How somebody feels about an order, and what about.
fn feeling(order: &Order, dice: &mut Random) -> (Sentiment, Option<Aspect>) {
    let sentiment = match (order.trouble.is_some(), dice.unit()) {
        (true, share) if share < 0.86 => Sentiment::Negative,
        (true, share) if share < 0.95 => Sentiment::Neutral,
        (true, _) => Sentiment::Positive,
        (false, share) if share < 0.81 => Sentiment::Positive,
        (false, share) if share < 0.91 => Sentiment::Neutral,
        (false, _) => Sentiment::Negative,
    };
    let aspect = match order.trouble {
        Some(aspect) if sentiment == Sentiment::Negative => Some(aspect),
        _ if dice.chance(0.14) => None,
        _ => ASPECTS
            .get(dice.weighted(&[0.16, 0.36, 0.18, 0.12, 0.1, 0.08]))
            .copied(),
    };
    (sentiment, aspect)
}

/// Messages: some for no reason to be seen, and those of people whose order went wrong.
fn tickets(world: &World, shopper: &Shopper, history: &History) -> Vec<Said> {
    let customer = shopper.person.customer;
    let mut said = text::tickets(
        world,
        &shopper.person,
        &DESK,
        0.2,
        &mut world.random("tickets", customer),
    );
    said.extend(complaints(world, shopper, history));
    number(world, customer, 'T', &mut said);
    said
}

/// What people write whose order went wrong.
fn complaints(world: &World, shopper: &Shopper, history: &History) -> Vec<Said> {
    let mut dice = world.random("complaints", shopper.person.customer);
    let mut said = Vec::new();
    for order in history.known() {
        let Some(aspect) = order.trouble else {
            continue;
        };
        if !dice.chance((0.5 * (0.5 + 0.5 * shopper.voice)).min(0.95)) {
            continue;
        }
        let at = order.at + HOUR + dice.exponential(3.0 * DAY as f64) as Time;
        let intent = match aspect {
            Aspect::Delivery if dice.chance(0.5) => Intent::OrderTracking,
            Aspect::Quality | Aspect::Packaging if dice.chance(0.5) => Intent::RefundReturn,
            Aspect::Usability if dice.chance(0.6) => Intent::TechnicalSupport,
            Aspect::Price if dice.chance(0.4) => Intent::PaymentBilling,
            Aspect::Service if dice.chance(0.3) => Intent::HumanAgent,
            _ => Intent::Complaint,
        };
        if at < world.as_of {
            said.push(message(
                &shopper.person,
                at,
                intent,
                Sentiment::Negative,
                Some(aspect),
                &mut dice,
            ));
        }
    }
    said
}

/// Whether somebody wrote about an order that went wrong.
pub(super) fn has_complained(world: &World, shopper: &Shopper, history: &History) -> bool {
    let is_about_trouble =
        |(said, order): &(Said, &Order)| order.trouble.is_some() && said.sentiment == Sentiment::Negative;
    reviews(world, shopper, history).iter().any(is_about_trouble) || !complaints(world, shopper, history).is_empty()
}

/// The name of something that the customer bought, for texts that speak of it.
fn product(shopper: &Shopper, history: &History, order: Option<&Order>, number: u64) -> &'static str {
    let bought = order.and_then(|order| {
        let items = history.items(order);
        items.get(number as usize % items.len().max(1))
    });
    let product = bought.map_or_else(|| catalogue::of(shopper.favourite(), number), |item| item.product);
    match shopper.person.language {
        Language::Zh => product.zh,
        Language::En => product.en,
    }
}

pub(super) fn write_reviews(world: &World, customer: u64, sheet: &mut Sheet) {
    let shopper = Shopper::new(world, customer);
    let history = History::new(world, &shopper);
    let (person, grammar) = (&shopper.person, world.words.of(shopper.person.language));
    for (said, order) in reviews(world, &shopper, &history) {
        let mut dice = said.dice();
        let stars = stars(said.sentiment, &mut dice);
        let slots = [("product", product(&shopper, &history, Some(order), dice.bits() >> 8))];
        let feeling = (said.sentiment, said.aspect);
        let text = opinion(grammar, person.language, feeling, ASPECTS, &slots, &mut dice);
        sheet.row(|row| {
            row.id("review_id", said.id)
                .id("account_id", person.accounts[said.account].id)
                .id("order_id", order.id)
                .time("created_at", said.at)
                .whole("stars", stars)
                .text("text", &text);
        });
    }
}

pub(super) fn write_tickets(world: &World, customer: u64, sheet: &mut Sheet) {
    let shopper = Shopper::new(world, customer);
    let history = History::new(world, &shopper);
    for said in tickets(world, &shopper, &history) {
        let order = history.known().iter().rev().find(|order| order.at <= said.at);
        let gadget = catalogue::of(0, said.seed >> 16);
        let gadget = if shopper.person.language == Language::Zh {
            gadget.zh
        } else {
            gadget.en
        };
        let slots = [
            ("product", product(&shopper, &history, order, said.seed >> 8)),
            ("gadget", gadget),
        ];
        text::write_ticket(world, &shopper.person, &said, &slots, sheet);
    }
}

pub(super) fn write_truth(world: &World, customer: u64, sheet: &mut Sheet) {
    let shopper = Shopper::new(world, customer);
    let history = History::new(world, &shopper);
    for (said, _) in reviews(world, &shopper, &history) {
        text::write_truth("reviews", &shopper.person, &said, sheet);
    }
    for said in tickets(world, &shopper, &history) {
        text::write_truth("tickets", &shopper.person, &said, sheet);
    }
}
