//! How customers came, and what they are.

use super::activity::{self, NEXT};
use super::plans::{self, PLANS};
use super::user::User;
use super::voice;
use crate::clock::DAY;
use crate::identity::Channel;
use crate::sheet::Sheet;
use crate::world::World;

pub(super) fn write_users(world: &World, customer: u64, sheet: &mut Sheet) {
    let user = User::new(world, customer);
    let mut dice = world.random("came", customer);
    let role = dice.pick(&[
        "analyst", "analyst", "engineer", "engineer", "manager", "student", "founder",
    ]);
    let role = if user.segment == "api_only" { "engineer" } else { role };
    let size = if user.is_team {
        dice.around(80.0, 1.2)
    } else {
        dice.around(15.0, 1.6)
    };
    let size = (role != "student" && dice.chance(0.7)).then_some(size.max(1.0) as i64);
    for account in &user.person.accounts {
        let source = match account.channel {
            Channel::Store | Channel::Service => dice.pick(&["partner", "referral", "partner"]),
            _ => dice.pick(&["organic", "organic", "search_ad", "search_ad", "social", "referral"]),
        };
        sheet.row(|row| {
            row.id("account_id", account.id)
                .time("signup_at", account.created)
                .text("source", source)
                .text("role", role)
                .whole_or_null("company_size", size);
        });
    }
}

pub(super) fn write_truth(world: &World, customer: u64, sheet: &mut Sheet) {
    let user = User::new(world, customer);
    let end = world.as_of + NEXT * DAY;
    let logins = activity::events(world, &user)
        .iter()
        .filter(|event| event.kind == "login" && event.at >= world.as_of && event.at < end)
        .count() as i64;
    let plan = plans::plan(&plans::stretches(world, &user));
    let fit = match plan.cmp(&user.need) {
        std::cmp::Ordering::Less => "under",
        std::cmp::Ordering::Equal => "fit",
        std::cmp::Ordering::Greater => "over",
    };
    let has_complained = voice::has_complained(world, &user);
    sheet.row(|row| {
        row.text("customer_id", &user.person.id)
            .text("segment", user.segment)
            .text("language", user.person.language.name())
            .time("joined_at", user.person.joined)
            .text("funnel_step", user.step(world.as_of))
            .text("plan", PLANS[plan])
            .text("best_plan", PLANS[user.need])
            .text("plan_fit", fit)
            .truth("is_churned", logins == 0)
            .truth("is_alive", user.left > world.as_of)
            .number("weekly_sessions", user.sessions)
            .whole("logins_next_30", logins)
            .truth("has_complained", has_complained);
    });
}
