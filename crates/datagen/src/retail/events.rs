//! Visits to the site and the app.

use super::catalogue::{self, Product};
use super::customer::{CATEGORIES, Shopper};
use super::history::History;
use crate::clock::{DAY, HOUR, MINUTE, SECOND, Time, day_of, midnight};
use crate::identity::Channel;
use crate::random::Random;
use crate::sheet::Sheet;
use crate::world::World;

struct Event {
    at: Time,
    /// Nothing before a log-in.
    account: Option<usize>,
    /// The account whose device it was done on.
    device: usize,
    kind: &'static str,
    product: Option<&'static Product>,
    /// The category that was looked for, of a search.
    category: usize,
    channel: Channel,
}

pub(super) fn write(world: &World, customer: u64, sheet: &mut Sheet) {
    let shopper = Shopper::new(world, customer);
    let history = History::new(world, &shopper);
    let person = &shopper.person;
    let devices: Vec<_> = (0..person.accounts.len())
        .map(|account| person.device(world, account))
        .collect();
    let mut page = String::new();
    for (n, event) in events(world, &shopper, &history).iter().enumerate() {
        let product = event.product.map(Product::id);
        write_page(event, product.as_deref(), &mut page);
        let device = devices.get(event.device).copied();
        sheet.row(|row| {
            row.id("event_id", world.id('E', customer, n))
                .text_or_null(
                    "account_id",
                    event
                        .account
                        .map(|account| person.accounts[account].id)
                        .as_ref()
                        .map(|id| id.as_str()),
                )
                .text_or_null("device_id", device.as_ref().map(|id| id.as_str()))
                .time("ts", event.at)
                .text("type", event.kind)
                .text("page", &page)
                .text_or_null("product_id", product.as_deref())
                .text("channel", event.channel.name());
        });
    }
}

fn write_page(event: &Event, product: Option<&str>, page: &mut String) {
    page.clear();
    match event.kind {
        "search" => {
            page.push_str("/search/");
            page.push_str(CATEGORIES[event.category]);
        }
        "login" => page.push_str("/login"),
        "cart" | "remove" => page.push_str("/cart"),
        "checkout" => page.push_str("/checkout"),
        "purchase" => page.push_str("/checkout/done"),
        "wishlist" => page.push_str("/wishlist"),
        _ => match product {
            Some(product) => {
                page.push_str("/product/");
                page.push_str(product);
            }
            None => page.push_str(if event.category.is_multiple_of(3) { "/" } else { "/sale" }),
        },
    }
}

/// All that a customer did before `as_of`, in the order of time.
fn events(world: &World, shopper: &Shopper, history: &History) -> Vec<Event> {
    let mut dice = world.random("visits", shopper.person.customer);
    let mut events = Vec::new();
    for order in history.known().iter().filter(|order| order.channel != Channel::Store) {
        visit(
            shopper,
            order.at - 8 * MINUTE,
            order.channel,
            Some(order.at),
            &mut dice,
            &mut events,
        );
    }
    // Interest comes and goes by the month, whatever it will come to; who has left still drops by now and then.
    let first = day_of(shopper.person.joined);
    let mut interest = 1.0;
    for day in first..world.today() {
        if (day - first) % 30 == 0 {
            interest = dice.around(0.85, 0.5);
        }
        let fading = match history.left {
            Some(left) if midnight(day) > left => {
                let weeks = (midnight(day) - left) as f64 / (7 * DAY) as f64;
                0.2 + 0.8 * (-weeks / 5.0).exp()
            }
            _ => 1.0,
        };
        let expected = shopper.browse / 7.0 * interest * fading;
        if dice.chance(expected.min(0.95)) && shopper.rhythm.allows(day, &mut dice) {
            let at = midnight(day) + shopper.rhythm.time(&mut dice);
            let channel = if dice.chance(0.6) { Channel::App } else { Channel::Web };
            visit(shopper, at, channel, None, &mut dice, &mut events);
        }
    }
    events.retain(|event| event.at < world.as_of && event.at >= shopper.person.joined);
    events.sort_by_key(|event| event.at);
    events
}

/// A burst of some minutes. One that ends in an order ends when that was placed.
fn visit(
    shopper: &Shopper,
    start: Time,
    channel: Channel,
    order: Option<Time>,
    dice: &mut Random,
    events: &mut Vec<Event>,
) {
    let account = shopper.person.account_of(channel, start, dice);
    // Who buys is logged in before the end; one in seven visits stays without a name, one in eight gets one on the way.
    let style = dice.unit();
    let mut is_known = style >= 0.27;
    let logs_in = order.is_some() || style < 0.13;
    let mut at = start;
    let mut product = catalogue::of(dice.weighted(&shopper.taste), dice.bits());
    let first = events.len();
    let mut push = |at: Time, kind: &'static str, product: Option<&'static Product>, is_known: bool| {
        let category = product.map_or(at.unsigned_abs() as usize % 10, |product| product.category);
        events.push(Event {
            at,
            account: is_known.then_some(account),
            device: account,
            kind,
            product,
            category,
            channel,
        });
    };
    for _ in 0..1 + dice.run(0.76, 40) {
        if !is_known && logs_in && dice.chance(0.3) {
            is_known = true;
            push(at, "login", None, true);
            at += 5 * SECOND + dice.exponential(10.0 * SECOND as f64) as Time;
        }
        let (kind, about) = match dice.unit() {
            share if share < 0.62 => {
                product = catalogue::of(dice.weighted(&shopper.taste), dice.bits());
                ("view", Some(product))
            }
            share if share < 0.7 => ("view", None),
            share if share < 0.83 => {
                product = catalogue::of(dice.weighted(&shopper.taste), dice.bits());
                ("search", None)
            }
            share if share < 0.88 => ("wishlist", Some(product)),
            share if share < 0.97 => ("cart", Some(product)),
            _ => ("remove", Some(product)),
        };
        push(at, kind, about, is_known);
        at += 2 * SECOND + dice.exponential(40.0 * SECOND as f64).min(0.4 * HOUR as f64) as Time;
    }
    match order {
        Some(ordered) => {
            if !is_known {
                push(at, "login", None, true);
                at += 8 * SECOND;
            }
            push(at + 5 * SECOND, "cart", Some(product), true);
            push(at + 30 * SECOND, "checkout", None, true);
            push(at + MINUTE, "purchase", None, true);
            // The last of them is the order itself.
            let late = at + MINUTE - ordered;
            for event in events.iter_mut().skip(first) {
                event.at -= late;
            }
        }
        None if is_known && dice.chance(0.04) => push(at, "checkout", None, true),
        None => {}
    }
}
