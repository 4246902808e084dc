//! What customers pay for.

use super::user::{FUNNEL, User};
use crate::clock::{DAY, Day, Time, day_of};
use crate::sheet::Sheet;
use crate::world::World;

pub(super) const PLANS: [&str; 4] = ["free", "basic", "pro", "business"];
/// A month of one seat.
const PRICES: [f64; 4] = [0.0, 12.0, 29.0, 59.0];

pub(super) struct Stretch {
    /// The number of the plan.
    pub(super) plan: usize,
    started: Day,
    ended: Option<Day>,
    seats: i64,
}

/// The stretches of a customer before `as_of`: free from the sign-up, then what was upgraded to, and what that became.
pub(super) fn stretches(world: &World, user: &User) -> Vec<Stretch> {
    let mut dice = world.random("plans", user.person.customer);
    let seats = if user.is_team {
        3 + dice.gamma(1.2, 8.0) as i64
    } else {
        1 + dice.run(0.25, 3) as i64
    };
    let mut changes: Vec<(Time, usize)> = vec![(user.person.joined, 0)];
    if let Some(upgraded) = user.funnel.get(FUNNEL.len() - 1) {
        // Two in three take what fits.
        let level = match dice.unit() {
            share if share < 0.66 => user.need,
            share if share < 0.86 => user.need.saturating_sub(1),
            _ => user.need + 1,
        };
        changes.push((*upgraded, level.clamp(1, 3)));
        let later = *upgraded + (dice.exponential(200.0) * DAY as f64) as Time + 31 * DAY;
        if dice.chance(0.4) && later < user.left {
            changes.push((later, user.need));
        }
    }
    let mut stretches: Vec<Stretch> = Vec::new();
    for (at, plan) in changes {
        let day = day_of(at);
        if at >= world.as_of || stretches.last().is_some_and(|last| last.plan == plan) {
            continue;
        }
        if let Some(last) = stretches.last_mut() {
            last.ended = Some(day);
        }
        stretches.push(Stretch {
            plan,
            started: day,
            ended: None,
            seats: if plan == 0 { 1 } else { seats },
        });
    }
    // Who leaves stops paying when the month is over; nobody ends a free plan.
    if let Some(last) = stretches.last_mut().filter(|last| last.plan > 0) {
        let ends = last.started + (day_of(user.left).saturating_sub(last.started) / 30 + 1).saturating_mul(30);
        if ends < world.today() {
            last.ended = Some(ends);
        }
    }
    stretches
}

/// The plan at `as_of`.
pub(super) fn plan(stretches: &[Stretch]) -> usize {
    stretches
        .iter()
        .find(|stretch| stretch.ended.is_none())
        .map_or(0, |stretch| stretch.plan)
}

pub(super) fn write(world: &World, customer: u64, sheet: &mut Sheet) {
    let user = User::new(world, customer);
    for (n, stretch) in stretches(world, &user).iter().enumerate() {
        sheet.row(|row| {
            row.id("subscription_id", world.id('S', customer, n))
                .id("account_id", user.person.accounts[0].id)
                .text("plan", PLANS[stretch.plan])
                .day("started_on", stretch.started)
                .day_or_null("ended_on", stretch.ended)
                .number("monthly_price", PRICES[stretch.plan] * stretch.seats as f64)
                .whole("seats", stretch.seats);
        });
    }
}
