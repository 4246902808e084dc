//! Shares, and how much there is of everything.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use tronie_datagen::{Industry, Options, tables};

use crate::Data;

#[track_caller]
fn is_within(value: f64, expected: Range<f64>) {
    assert!(expected.contains(&value), "got {value}, expected {expected:?}");
}

#[test]
fn retail_looks_like_a_shop() {
    let data = Data::new(Industry::Retail, 1000, false);
    is_within(data.share("truth_customers", "is_churned", "true"), 0.42..0.6);
    is_within(data.share("truth_customers", "is_alive", "true"), 0.6..0.78);
    is_within(data.share("truth_customers", "language", "zh"), 0.62..0.71);
    is_within(data.share("truth_customers", "has_complained", "true"), 0.18..0.38);
    is_within(data.share("truth_texts", "sentiment", "positive"), 0.38..0.62);
    is_within(data.share("orders", "status", "completed"), 0.85..0.96);
    is_within(data.share("events", "account_id", ""), 0.1..0.35);
    for segment in ["loyal", "big_spender", "bargain_hunter", "occasional", "window_shopper"] {
        is_within(data.share("truth_customers", "segment", segment), 0.05..0.6);
    }
    let orders = data.numbers("truth_customers", "orders_to_date");
    is_within(orders.iter().sum::<f64>() / 1000.0, 4.0..9.0);
}

/// Recency and frequency say something about who leaves, and not everything.
#[test]
fn who_leaves_can_be_guessed() {
    let data = Data::new(Industry::Retail, 1500, false);
    let customer = data.map("truth_accounts", "account_id", "customer_id");
    let mut last: HashMap<&str, (&str, f64)> = HashMap::new();
    for (account, at) in data
        .texts("orders", "account_id")
        .into_iter()
        .zip(data.texts("orders", "ordered_at"))
    {
        let entry = last.entry(customer[account]).or_insert((at, 0.0));
        *entry = (entry.0.max(at), entry.1 + 1.0);
    }
    let churned = data.map("truth_customers", "customer_id", "is_churned");
    let mut by_day: Vec<(&str, bool)> = last
        .iter()
        .map(|(customer, (at, _))| (*at, churned[customer] == "true"))
        .collect();
    by_day.sort_unstable();
    let (mut left, mut pairs, mut stayed) = (0.0, 0.0, 0.0);
    for (_, churned) in by_day {
        if churned {
            left += 1.0;
        } else {
            stayed += 1.0;
            pairs += left;
        }
    }
    is_within(pairs / (left * stayed), 0.7..0.86);
}

#[test]
fn texts_are_long_and_short_and_hardly_ever_the_same() {
    for (industry, table) in [
        (Industry::Retail, "reviews"),
        (Industry::Internet, "feedback"),
        (Industry::Finance, "tickets"),
        (Industry::Healthcare, "surveys"),
        (Industry::Healthcare, "notes"),
    ] {
        let data = Data::new(industry, 400, false);
        let texts = data.texts(table, "text");
        let distinct = texts.iter().collect::<HashSet<_>>().len() as f64 / texts.len() as f64;
        assert!(distinct > 0.95, "{industry}.{table}: {distinct}");
        let lengths: Vec<usize> = texts.iter().map(|text| text.chars().count()).collect();
        assert!(
            lengths.iter().any(|length| *length < 40) && lengths.iter().any(|length| *length > 90),
            "{industry}.{table}"
        );
        assert!(
            lengths.iter().all(|length| (1..1200).contains(length)),
            "{industry}.{table}"
        );
    }
}

#[test]
fn the_other_industries_look_alive() {
    let bank = Data::new(Industry::Finance, 400, false);
    is_within(bank.share("truth_customers", "has_loan", "true"), 0.3..0.5);
    is_within(bank.share("truth_customers", "will_default", "true"), 0.02..0.09);
    is_within(bank.share("truth_customers", "is_churned", "true"), 0.05..0.2);
    is_within(bank.share("transactions", "direction", "in"), 0.05..0.3);
    let service = Data::new(Industry::Internet, 400, false);
    is_within(service.share("truth_customers", "is_churned", "true"), 0.4..0.7);
    is_within(service.share("truth_customers", "plan", "free"), 0.7..0.95);
    is_within(service.share("events", "type", "login"), 0.15..0.4);
    let clinic = Data::new(Industry::Healthcare, 400, false);
    is_within(clinic.share("truth_customers", "hypertension", "true"), 0.28..0.5);
    is_within(clinic.share("truth_customers", "is_adherent", "true"), 0.18..0.4);
    is_within(clinic.share("truth_notes", "status", "negated"), 0.15..0.5);
}

/// Batches are handed over one by one: none grows with the number of customers, and nothing is read ahead.
#[test]
fn batches_stay_small() {
    for industry in Industry::all() {
        // So many customers could not be made up in the time that a test has; the first rows of them can.
        for table in tables(&Options {
            customers: 1 << 40,
            ..Options::new(industry)
        })
        .unwrap()
        {
            for batch in table.batches.take(2) {
                assert!(
                    table.name == "products" || batch.num_rows() >= 8_192,
                    "{industry}.{}",
                    table.name
                );
                assert!(
                    batch.num_rows() < 30_000 && batch.get_array_memory_size() < 8 << 20,
                    "{industry}.{}",
                    table.name
                );
            }
        }
    }
}
