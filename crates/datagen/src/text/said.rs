//! Who said what, when: known before the words are written, so that the truth costs no words.

use super::{Aspect, Intent, Sentiment, Slots, ticket};
use crate::clock::{DAY, HOUR, Time, day_of};
use crate::identity::Person;
use crate::ids::Id;
use crate::random::Random;
use crate::sheet::Sheet;
use crate::world::World;

/// A text that is not written yet.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) id: Id,
    /// Decides on the words.
    pub(crate) seed: u64,
    pub(crate) at: Time,
    /// Which of the customer's accounts.
    pub(crate) account: usize,
    pub(crate) sentiment: Sentiment,
    pub(crate) intent: Intent,
    pub(crate) aspect: Option<Aspect>,
}

impl Said {
    /// The random numbers for the words.
    pub(crate) fn dice(&self) -> Random {
        Random::new(self.seed, "words", 0)
    }
}

/// What reaches a service desk.
pub(crate) struct Desk {
    /// Messages a week of an average customer.
    pub(crate) rate: f64,
    /// Weights of the intents, in the order of `Intent::ALL`.
    pub(crate) intents: [f64; 12],
    /// What can be complained about.
    pub(crate) aspects: &'static [Aspect],
}

/// The aspect that a message of an intent is about, if it is about one.
fn aspect_of(intent: Intent, aspects: &[Aspect], dice: &mut Random) -> Option<Aspect> {
    let aspect = match intent {
        Intent::OrderTracking => Aspect::Delivery,
        Intent::PaymentBilling => Aspect::Price,
        Intent::TechnicalSupport => Aspect::Usability,
        Intent::HumanAgent => Aspect::Service,
        Intent::Complaint | Intent::Praise => return aspects.get(dice.index(aspects.len())).copied(),
        _ => return None,
    };
    aspects.contains(&aspect).then_some(aspect)
}

/// The messages that a customer sends without a special reason, in the order of time. `mood` makes cross ones likelier.
pub(crate) fn tickets(world: &World, person: &Person, desk: &Desk, mood: f64, dice: &mut Random) -> Vec<Said> {
    let span = world.as_of - person.joined;
    let weeks = span as f64 / DAY as f64 / 7.0;
    let mut said: Vec<Said> = (0..dice.poisson(desk.rate * weeks).min(200))
        .map(|_| {
            let at = person.joined + dice.below(span.max(1) as u64) as Time;
            let intent = dice.weighted(&desk.intents);
            let intent = Intent::ALL.get(intent).copied().unwrap_or(Intent::Other);
            let sentiment = match intent {
                Intent::Complaint => Sentiment::Negative,
                Intent::Praise => Sentiment::Positive,
                Intent::Other | Intent::Inquiry | Intent::Purchase => Sentiment::Neutral,
                _ if dice.chance(mood) => Sentiment::Negative,
                _ => Sentiment::Neutral,
            };
            message(
                person,
                at,
                intent,
                sentiment,
                aspect_of(intent, desk.aspects, dice),
                dice,
            )
        })
        .collect();
    said.sort_by_key(|said| said.at);
    said
}

/// A message; its key is given when all of them are in order.
pub(crate) fn message(
    person: &Person,
    at: Time,
    intent: Intent,
    sentiment: Sentiment,
    aspect: Option<Aspect>,
    dice: &mut Random,
) -> Said {
    // Who cannot sleep writes in the morning.
    let at = if at.rem_euclid(DAY) < 7 * HOUR {
        at + 7 * HOUR
    } else {
        at
    };
    let account = person.account_at(at, dice);
    Said {
        id: Id::new(0, 'T', 0, 0),
        seed: dice.bits(),
        at,
        account,
        sentiment,
        intent,
        aspect,
    }
}

/// Writes a row of `tickets`.
pub(crate) fn write_ticket(world: &World, person: &Person, said: &Said, slots: Slots<'_>, sheet: &mut Sheet) {
    let mut dice = said.dice();
    let channel = dice.pick(&["chat", "chat", "chat", "email", "phone", "app"]);
    let order = format!("{}{:06}", day_of(said.at) % 10_000, dice.below(1_000_000));
    let mut all = vec![("order", order.as_str())];
    all.extend_from_slice(slots);
    let feeling = (said.sentiment, said.aspect);
    let text = ticket(
        world.words.of(person.language),
        person.language,
        said.intent,
        feeling,
        &all,
        &mut dice,
    );
    sheet.row(|row| {
        row.id("ticket_id", said.id)
            .id("account_id", person.accounts[said.account].id)
            .time("created_at", said.at)
            .text("channel", channel)
            .text("text", &text);
    });
}

/// Writes a row of `truth_texts`.
pub(crate) fn write_truth(source: &str, person: &Person, said: &Said, sheet: &mut Sheet) {
    sheet.row(|row| {
        row.text("source", source)
            .id("text_id", said.id)
            .text("customer_id", &person.id)
            .text("language", person.language.name())
            .text("sentiment", said.sentiment.name())
            .text("intent", said.intent.name())
            .text_or_null("aspect", said.aspect.map(Aspect::name));
    });
}

/// A score from 1 to 5 for a feeling; one in twenty is anything.
pub(crate) fn stars(sentiment: Sentiment, dice: &mut Random) -> i64 {
    if dice.chance(0.05) {
        return dice.whole(1, 5);
    }
    match sentiment {
        Sentiment::Positive => dice.pick(&[5, 5, 5, 4]),
        Sentiment::Neutral => dice.pick(&[3, 3, 3, 4]),
        Sentiment::Negative => dice.pick(&[1, 1, 2, 2, 1]),
    }
}

/// Gives each message its key, in the order of time.
pub(crate) fn number(world: &World, customer: u64, kind: char, said: &mut [Said]) {
    said.sort_by_key(|said| said.at);
    for (n, said) in said.iter_mut().enumerate() {
        said.id = world.id(kind, customer, n);
    }
}
