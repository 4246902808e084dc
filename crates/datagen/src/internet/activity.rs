//! The funnel, log-ins and what is used.

use super::user::{FEATURES, FUNNEL, User};
use crate::clock::{DAY, HISTORY, MINUTE, SECOND, Time, day_of, midnight};
use crate::identity::Channel;
use crate::sheet::Sheet;
use crate::world::World;

pub(super) struct Event {
    pub(super) at: Time,
    /// The account that is used, or will be signed up.
    account: usize,
    is_known: bool,
    pub(super) kind: &'static str,
    feature: Option<&'static str>,
    duration: Option<f64>,
    platform: &'static str,
}

/// So many days after `as_of` decide on who has left.
pub(super) const NEXT: Time = 30;

/// All that a customer does until 30 days after `as_of`, in the order of time.
pub(super) fn events(world: &World, user: &User) -> Vec<Event> {
    let person = &user.person;
    let mut dice = world.random("sessions", person.customer);
    let mut events = Vec::new();
    for (kind, at) in FUNNEL.into_iter().zip(&user.funnel) {
        let (is_known, platform) = (kind != "visit", platform(user, 0, 0.0));
        events.push(Event {
            at: *at,
            account: 0,
            is_known,
            kind,
            feature: None,
            duration: None,
            platform,
        });
    }
    let (first, end) = (day_of(person.joined), day_of(world.as_of) + NEXT as i32);
    let mut interest = 1.0;
    for day in first..end {
        if (day - first) % 21 == 0 {
            interest = dice.around(0.9, 0.45);
        }
        let noon = midnight(day) + 12 * 60 * MINUTE;
        if noon > user.left {
            break;
        }
        // Who is about to leave comes less and less often in the last six weeks.
        let fading = ((user.left - noon) as f64 / (42 * DAY) as f64).clamp(0.15, 1.0);
        let expected = (user.sessions / 7.0 * interest * fading).min(0.97);
        if !dice.chance(expected) || !user.rhythm.allows(day, &mut dice) {
            continue;
        }
        let mut at = (midnight(day) + user.rhythm.time(&mut dice)).max(person.joined + MINUTE);
        let account = person.account_at(at, &mut dice);
        let platform = platform(user, account, dice.unit());
        let mut push = |at: Time, kind: &'static str, feature: Option<&'static str>, duration: Option<f64>| {
            events.push(Event {
                at,
                account,
                is_known: true,
                kind,
                feature,
                duration,
                platform,
            });
        };
        push(at, "login", None, None);
        for _ in 0..1 + dice.run(0.68, 30) {
            at += 3 * SECOND + dice.exponential(50.0 * SECOND as f64) as Time;
            let feature = FEATURES[dice.weighted(&user.uses)];
            if dice.chance(0.1 * (1.1 - user.contentment)) {
                push(at, "error", Some(feature), None);
            } else {
                let seconds = (dice.around(45.0, 1.0) * 10.0).round() / 10.0;
                push(at, "feature", Some(feature), Some(seconds));
                at += (seconds.min(1200.0) * SECOND as f64) as Time;
            }
        }
    }
    let oldest = world.as_of - HISTORY * DAY;
    events.retain(|event| event.at >= oldest);
    events.sort_by_key(|event| event.at);
    events
}

fn platform(user: &User, account: usize, share: f64) -> &'static str {
    match user.person.accounts.get(account).map(|account| account.channel) {
        Some(Channel::App) if user.person.customer.is_multiple_of(2) => "ios",
        Some(Channel::App) => "android",
        _ if share > 0.75 => "desktop",
        _ => "web",
    }
}

pub(super) fn write(world: &World, customer: u64, sheet: &mut Sheet) {
    let user = User::new(world, customer);
    let person = &user.person;
    let mut dice = world.random("versions", customer);
    // Some keep their version for months.
    let lag = dice.below(4) as i64 * 45;
    for (n, event) in events(world, &user).iter().enumerate() {
        if event.at >= world.as_of {
            break;
        }
        let device = person.device(world, event.account);
        let account = event.is_known.then(|| person.accounts[event.account].id);
        let age = (world.as_of - event.at) / DAY + lag;
        let version = format!("4.{}.{}", (820 - age).max(0) / 60, (820 - age).max(0) % 60 / 20);
        sheet.row(|row| {
            row.id("event_id", world.id('E', customer, n))
                .text_or_null("account_id", account.as_ref().map(|id| id.as_str()))
                .text_or_null("device_id", Some(device.as_str()))
                .time("ts", event.at)
                .text("type", event.kind)
                .text_or_null("feature", event.feature)
                .number_or_null("duration_s", event.duration)
                .text("platform", event.platform)
                .text("app_version", &version);
        });
    }
}
