//! Who uses the service: how often, for what, how contented, and until when.

use crate::clock::{DAY, HOUR, Rhythm, Time};
use crate::identity::Person;
use crate::world::World;

/// Kinds of users, in the order of what is said of them below.
const SEGMENTS: [&str; 5] = ["power", "team", "casual", "trial", "api_only"];
const SHARES: [f64; 5] = [0.16, 0.2, 0.34, 0.2, 0.1];
/// Mean visits a week.
const SESSIONS: [f64; 5] = [3.2, 2.2, 0.9, 0.7, 0.35];
/// The chance to leave within a week, for somebody neither contented nor not.
const LEAVING: [f64; 5] = [0.006, 0.007, 0.015, 0.06, 0.005];
/// Weights of `FEATURES`.
const USES: [[f64; 8]; 5] = [
    [3.0, 3.0, 2.0, 1.0, 1.0, 1.0, 2.0, 0.3],
    [2.5, 2.0, 1.0, 0.3, 3.0, 1.0, 1.0, 1.2],
    [4.0, 1.5, 1.0, 0.1, 0.6, 0.4, 0.1, 0.1],
    [3.0, 2.0, 0.5, 0.2, 0.3, 0.1, 0.1, 0.1],
    [0.5, 0.1, 0.4, 6.0, 0.1, 0.8, 1.5, 0.4],
];

/// What can be used.
pub(super) const FEATURES: [&str; 8] = [
    "dashboard",
    "editor",
    "export",
    "api",
    "share",
    "alerts",
    "automation",
    "admin",
];

/// Steps on the way to a paying customer.
pub(super) const FUNNEL: [&str; 8] = [
    "visit",
    "signup",
    "verify_email",
    "create_project",
    "import_data",
    "first_report",
    "invite_member",
    "upgrade",
];
/// The chance of each step after the one before, by kind of user; the first two are sure.
const GOES_ON: [[f64; 6]; 5] = [
    [0.97, 0.95, 0.9, 0.92, 0.6, 0.75],
    [0.97, 0.93, 0.85, 0.9, 0.92, 0.8],
    [0.92, 0.8, 0.65, 0.7, 0.25, 0.35],
    [0.85, 0.6, 0.45, 0.5, 0.15, 0.12],
    [0.95, 0.9, 0.85, 0.5, 0.3, 0.6],
];

/// Levels of `PLANS` that suit the kinds of users, with weights.
const NEEDS: [[f64; 4]; 5] = [
    [0.05, 0.25, 0.55, 0.15],
    [0.0, 0.1, 0.45, 0.45],
    [0.55, 0.4, 0.05, 0.0],
    [0.75, 0.2, 0.05, 0.0],
    [0.1, 0.3, 0.4, 0.2],
];

/// A customer of the service.
#[derive(Debug, Clone)]
pub(super) struct User {
    pub(super) person: Person,
    pub(super) rhythm: Rhythm,
    pub(super) segment: &'static str,
    /// Visits a week while active.
    pub(super) sessions: f64,
    pub(super) uses: [f64; 8],
    /// 0 to 1: decides what is written, and how soon the customer leaves.
    pub(super) contentment: f64,
    /// When each step of the funnel was reached, or would be: later than `as_of` as well.
    pub(super) funnel: Vec<Time>,
    /// When the customer leaves for good.
    pub(super) left: Time,
    /// The level of the plan that fits.
    pub(super) need: usize,
    pub(super) is_team: bool,
}

impl User {
    pub(super) fn new(world: &World, customer: u64) -> Self {
        let person = Person::new(world, customer);
        let mut dice = world.random("user", customer);
        let kind = dice.weighted(&SHARES);
        let contentment = dice.beta(2.6, 1.7);
        let hazard = LEAVING[kind] * (2.6 - 2.4 * contentment);
        let left = person.joined + 2 * HOUR + (dice.exponential(1.0 / hazard) * 7.0 * DAY as f64) as Time;
        let mut at = person.joined;
        let mut funnel = vec![at - (dice.exponential(2.0) * DAY as f64) as Time - HOUR, at];
        for (step, chance) in GOES_ON[kind].iter().enumerate() {
            if !dice.chance(*chance) {
                break;
            }
            // Minutes for the first steps, days for the last ones.
            let hours = [0.05, 0.5, 30.0, 40.0, 150.0, 400.0][step];
            at += (dice.exponential(hours) * HOUR as f64) as Time + HOUR / 60;
            if at >= left {
                break;
            }
            funnel.push(at);
        }
        Self {
            rhythm: Rhythm::new(&mut dice),
            segment: SEGMENTS[kind],
            sessions: SESSIONS[kind] * dice.gamma(3.0, 1.0 / 3.0).max(0.05),
            uses: USES[kind].map(|weight| weight * dice.gamma(1.5, 0.7)),
            contentment,
            funnel,
            left,
            need: dice.weighted(&NEEDS[kind]),
            is_team: kind == 1,
            person,
        }
    }

    /// The last step that was reached before a time.
    pub(super) fn step(&self, at: Time) -> &'static str {
        let reached = self.funnel.iter().filter(|step| **step < at).count();
        FUNNEL[reached.saturating_sub(1)]
    }
}
