//! A bank.

mod client;
mod ledger;
mod loans;
mod products;
mod transactions;
mod voice;

use crate::SHARED;
use crate::stream::Write;

/// What makes each table.
pub(crate) const TABLES: &[(&str, Write)] = &[
    SHARED[0],
    ("cards", products::write_cards),
    ("balances", ledger::write),
    ("transactions", transactions::write),
    ("loans", loans::write_loans),
    ("repayments", loans::write_repayments),
    ("questionnaires", products::write_questionnaires),
    ("tickets", voice::write_tickets),
    SHARED[1],
    ("truth_customers", products::write_truth),
    ("truth_texts", voice::write_truth),
];
