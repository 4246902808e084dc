//! Cards, questionnaires, and what the clients are.

use super::client::Client;
use super::loans;
use super::transactions;
use crate::clock::Time;
use crate::sheet::Sheet;
use crate::world::World;

pub(super) fn write_cards(world: &World, customer: u64, sheet: &mut Sheet) {
    let client = Client::new(world, customer);
    for card in &client.cards {
        sheet.row(|row| {
            row.id("card_id", card.id)
                .id("account_id", client.person.accounts[card.account].id)
                .text("kind", if card.is_credit { "credit" } else { "debit" })
                .day("opened_on", card.opened)
                .number_or_null("credit_limit", card.limit)
                .text("status", card.status);
        });
    }
}

pub(super) fn write_questionnaires(world: &World, customer: u64, sheet: &mut Sheet) {
    let client = Client::new(world, customer);
    let person = &client.person;
    let mut dice = world.random("questionnaires", customer);
    let span = (world.as_of - person.joined).max(1);
    let mut times: Vec<Time> = (0..dice.weighted(&[0.35, 0.47, 0.18]))
        .map(|_| person.joined + dice.below(span as u64) as Time)
        .collect();
    times.sort_unstable();
    for (n, at) in times.into_iter().enumerate() {
        let account = person.account_at(at, &mut dice);
        // The first question is about age as well.
        let youth = (70.0 - person.age(world.today())) / 50.0;
        let mut answer = |centre: f64| dice.normal(1.0 + 4.0 * centre, 0.8).round().clamp(1.0, 5.0) as i64;
        let answers: [i64; 8] = std::array::from_fn(|question| match question {
            0 => answer(0.5 * client.bold + 0.5 * youth),
            _ => answer(client.bold),
        });
        sheet.row(|row| {
            row.id("questionnaire_id", world.id('Q', customer, n))
                .id("account_id", person.accounts[account].id)
                .time("answered_at", at);
            for (name, answer) in ["q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8"]
                .into_iter()
                .zip(answers)
            {
                row.whole(name, answer);
            }
        });
    }
}

pub(super) fn write_truth(world: &World, customer: u64, sheet: &mut Sheet) {
    let client = Client::new(world, customer);
    let loans = loans::loans(world, &client);
    let probability = loans::default_probability(world, &client, &loans);
    let will_default = world.random("default", customer).chance(probability);
    sheet.row(|row| {
        row.text("customer_id", &client.person.id)
            .text("segment", client.segment)
            .text("language", client.person.language.name())
            .time("joined_at", client.person.joined)
            .number("income", client.income)
            .text("risk_appetite", client.appetite())
            .truth("has_loan", loans.iter().any(|loan| loan.runs(world.today())))
            .truth("will_default", will_default)
            .number("default_probability", probability)
            .truth("is_churned", transactions::is_churned(world, &client));
    });
}
