//! A software service.

mod account;
mod activity;
mod plans;
mod user;
mod voice;

use crate::SHARED;
use crate::stream::Write;

/// What makes each table.
pub(crate) const TABLES: &[(&str, Write)] = &[
    SHARED[0],
    ("users", account::write_users),
    ("events", activity::write),
    ("subscriptions", plans::write),
    ("feedback", voice::write_feedback),
    ("tickets", voice::write_tickets),
    SHARED[1],
    ("truth_customers", account::write_truth),
    ("truth_texts", voice::write_truth),
];
