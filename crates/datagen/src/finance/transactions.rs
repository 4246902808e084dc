//! Money in and out.

use chrono::Datelike;

use super::client::Client;
use super::loans::{self, cents};
use crate::clock::{DAY, Day, HOUR, MINUTE, Time, date, day_of, midnight};
use crate::random::Random;
use crate::sheet::Sheet;
use crate::text::Language;
use crate::world::World;

pub(super) struct Transaction {
    pub(super) at: Time,
    pub(super) is_in: bool,
    pub(super) amount: f64,
    pub(super) category: &'static str,
    pub(super) on_credit: bool,
    account: usize,
    card: Option<usize>,
    channel: &'static str,
    merchant: u64,
}

/// What is bought: the category, how often, the median price as a share of a mean purchase.
const BUYS: [(&str, f64, f64); 8] = [
    ("groceries", 6.0, 0.6),
    ("dining", 5.0, 0.5),
    ("transport", 4.0, 0.25),
    ("shopping", 3.5, 1.4),
    ("entertainment", 1.5, 0.7),
    ("health", 0.9, 1.5),
    ("education", 0.6, 3.0),
    ("travel", 0.5, 6.0),
];

/// Transactions from the first account to before `as_of`, in the order of time.
pub(super) fn transactions(world: &World, client: &Client) -> Vec<Transaction> {
    let person = &client.person;
    let mut dice = world.random("transactions", person.customer);
    let mut list: Vec<Transaction> = Vec::new();
    let end = world.as_of.min(client.left);
    let repaid = loans::loans(world, client);
    let first = day_of(person.joined) + 1;
    let mean = client.income * client.spends / client.purchases / 0.95;
    let rent = client.income * dice.between(0.18, 0.32);
    let mut post = |at: Time, is_in: bool, amount: f64, category: &'static str, dice: &mut Random| {
        let amount = cents(amount.max(0.01));
        let at = at.max(person.joined + MINUTE);
        let (channel, by_card) = match category {
            "groceries" | "dining" | "transport" | "health" => ("pos", true),
            "shopping" | "entertainment" | "education" | "travel" | "gambling" => ("online", true),
            "cash" => ("atm", true),
            _ => ("transfer", false),
        };
        let account = person.account_at(at, dice);
        let card = by_card.then(|| card(client, account, at, category, dice)).flatten();
        let on_credit = card.is_some_and(|card| client.cards[card].is_credit);
        let account = card.map_or(account, |card| client.cards[card].account);
        list.push(Transaction {
            at,
            is_in,
            amount,
            category,
            on_credit,
            account,
            card,
            channel,
            merchant: dice.bits(),
        });
    };
    for day in first..world.today() {
        if midnight(day) >= end {
            // Only interest comes to those who have gone.
            if date(day).day() == 21 && date(day).month().is_multiple_of(3) {
                post(
                    midnight(day) + 2 * HOUR,
                    true,
                    client.income * 0.002,
                    "interest",
                    &mut dice,
                );
            }
            continue;
        }
        let number = date(day).day();
        if client.payday == Some(number) {
            post(
                morning(day, &mut dice),
                true,
                client.income * dice.around(1.0, 0.02),
                "salary",
                &mut dice,
            );
        } else if client.payday.is_none() && dice.chance(0.1) {
            post(
                morning(day, &mut dice),
                true,
                client.income * dice.around(0.28, 0.6),
                "transfer_in",
                &mut dice,
            );
        }
        if number == 3 && client.rents {
            post(morning(day, &mut dice), false, rent, "rent", &mut dice);
        }
        if number == 12 {
            post(
                morning(day, &mut dice),
                false,
                client.income * dice.around(0.025, 0.3),
                "utilities",
                &mut dice,
            );
        }
        if number == 16 && dice.chance(2.5 * client.invests) {
            post(
                morning(day, &mut dice),
                false,
                client.income * client.invests * dice.around(1.0, 0.3),
                "investment",
                &mut dice,
            );
        }
        if number == 21 && date(day).month().is_multiple_of(3) {
            post(
                midnight(day) + 2 * HOUR,
                true,
                client.income * dice.around(0.004, 0.5),
                "interest",
                &mut dice,
            );
        }
        for _ in 0..dice.poisson(client.purchases / 30.4) {
            if !client.rhythm.allows(day, &mut dice) {
                continue;
            }
            let (category, _, share) = BUYS[dice.weighted(&BUYS.map(|(_, weight, _)| weight))];
            let at = midnight(day) + client.rhythm.time(&mut dice);
            let amount = mean * share * dice.around(1.0, 0.6);
            post(at, false, amount, category, &mut dice);
            if dice.chance(0.012) {
                post(at + 3 * DAY, true, amount, "refund", &mut dice);
            }
        }
        if dice.chance(0.03 + 0.08 * client.strain) {
            post(
                midnight(day) + client.rhythm.time(&mut dice),
                false,
                cash(&mut dice),
                "cash",
                &mut dice,
            );
        }
        if client.gambles && dice.chance(0.12) {
            post(
                midnight(day) + client.rhythm.time(&mut dice),
                false,
                dice.around(180.0, 0.9),
                "gambling",
                &mut dice,
            );
        }
        if dice.chance(0.05) {
            let (is_in, category) = if dice.chance(0.4) {
                (true, "transfer_in")
            } else {
                (false, "transfer_out")
            };
            post(
                midnight(day) + client.rhythm.time(&mut dice),
                is_in,
                client.income * dice.around(0.04, 0.9),
                category,
                &mut dice,
            );
        }
    }
    for loan in &repaid {
        for paid in loan.due.iter().filter_map(|instalment| instalment.paid) {
            post(morning(paid, &mut dice), false, loan.payment, "loan", &mut dice);
        }
    }
    list.retain(|transaction| transaction.at < world.as_of);
    list.sort_by_key(|transaction| transaction.at);
    list
}

fn morning(day: Day, dice: &mut Random) -> Time {
    midnight(day) + 8 * HOUR + dice.below(3 * HOUR as u64) as Time
}

fn cash(dice: &mut Random) -> f64 {
    dice.pick(&[100.0, 200.0, 300.0, 500.0, 1000.0])
}

/// A card that was there at a time; credit cards for what is large.
fn card(client: &Client, account: usize, at: Time, category: &str, dice: &mut Random) -> Option<usize> {
    let wants_credit = matches!(category, "shopping" | "travel" | "entertainment") && dice.chance(0.7);
    let there = |card: &super::client::Card| midnight(card.opened) <= at;
    let cards = &client.cards;
    let best = cards
        .iter()
        .position(|card| there(card) && card.is_credit == wants_credit && card.account == account);
    best.or_else(|| {
        cards
            .iter()
            .position(|card| there(card) && card.is_credit == wants_credit)
    })
    .or_else(|| cards.iter().position(there))
}

/// Whether the client does nothing in the 90 days from `as_of`.
pub(super) fn is_churned(world: &World, client: &Client) -> bool {
    let mut dice = world.random("next", client.person.customer);
    let days = ((client.left - world.as_of) as f64 / DAY as f64).clamp(0.0, 90.0);
    let own = client.purchases + 2.0 + if client.payday.is_some() { 1.0 } else { 3.0 };
    dice.poisson(own / 30.4 * days) == 0
}

const SHOPS_ZH: [&str; 16] = [
    "家家乐超市",
    "鲜生活",
    "万客来",
    "邻里便利店",
    "老灶火锅",
    "慢时光咖啡",
    "阿强拉面",
    "快车出行",
    "市地铁公司",
    "优淘商城",
    "百货在线",
    "衣念服饰",
    "星光影城",
    "市第一医院",
    "新苗教育",
    "远方旅行",
];
const SHOPS_EN: [&str; 16] = [
    "Green Market",
    "Fresh & Co",
    "Corner Store",
    "Daily Mart",
    "Noodle House",
    "Bean Coffee",
    "Burger Yard",
    "City Cabs",
    "Metro Lines",
    "Parcel Mall",
    "Everything Online",
    "Blue Jeans",
    "Star Cinema",
    "City Hospital",
    "Bright School",
    "Far Away Travel",
];

/// Where the shops of a category begin in the lists, and how many they are.
fn merchant(category: &str, language: Language, number: u64) -> Option<&'static str> {
    let (first, count) = match category {
        "groceries" => (0, 4),
        "dining" => (4, 3),
        "transport" => (7, 2),
        "shopping" | "refund" => (9, 3),
        "entertainment" => (12, 1),
        "health" => (13, 1),
        "education" => (14, 1),
        "travel" => (15, 1),
        "salary" => {
            return Some(if language == Language::Zh {
                "某某科技有限公司"
            } else {
                "Acme Ltd"
            });
        }
        "gambling" => {
            return Some(if language == Language::Zh {
                "大赢家娱乐"
            } else {
                "Lucky Spin Casino"
            });
        }
        "utilities" => {
            return Some(if language == Language::Zh {
                "供电局"
            } else {
                "Power and Water"
            });
        }
        _ => return None,
    };
    let shops = if language == Language::Zh { &SHOPS_ZH } else { &SHOPS_EN };
    Some(shops[first + number as usize % count])
}

pub(super) fn write(world: &World, customer: u64, sheet: &mut Sheet) {
    let client = Client::new(world, customer);
    let person = &client.person;
    for (n, transaction) in transactions(world, &client).iter().enumerate() {
        let card = transaction.card.map(|card| client.cards[card].id);
        sheet.row(|row| {
            row.id("transaction_id", world.id('X', customer, n))
                .id("account_id", person.accounts[transaction.account].id)
                .text_or_null("card_id", card.as_ref().map(|id| id.as_str()))
                .time("ts", transaction.at)
                .text("direction", if transaction.is_in { "in" } else { "out" })
                .number("amount", transaction.amount)
                .text("category", transaction.category)
                .text_or_null(
                    "merchant",
                    merchant(transaction.category, person.language, transaction.merchant),
                )
                .text("channel", transaction.channel);
        });
    }
}
