//! A shop.

mod catalogue;
mod customer;
mod events;
mod history;
mod purchases;
mod voice;

use crate::SHARED;
use crate::stream::Write;

/// What makes each table.
pub(crate) const TABLES: &[(&str, Write)] = &[
    SHARED[0],
    ("orders", purchases::write_orders),
    ("order_items", purchases::write_items),
    ("products", purchases::write_products),
    ("events", events::write),
    ("reviews", voice::write_reviews),
    ("tickets", voice::write_tickets),
    SHARED[1],
    ("truth_customers", purchases::write_truth),
    ("truth_texts", voice::write_truth),
];
