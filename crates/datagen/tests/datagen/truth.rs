//! The truth tables agree with the data.

use std::collections::{HashMap, HashSet};

use tronie_datagen::Industry;

use crate::Data;

#[test]
fn every_account_is_one_customers_and_every_text_has_its_truth() {
    for (industry, tables) in [
        (
            Industry::Retail,
            &[("reviews", "review_id"), ("tickets", "ticket_id")][..],
        ),
        (Industry::Finance, &[("tickets", "ticket_id")]),
        (
            Industry::Internet,
            &[("feedback", "feedback_id"), ("tickets", "ticket_id")],
        ),
        (Industry::Healthcare, &[("surveys", "survey_id")]),
    ] {
        let data = Data::new(industry, 250, false);
        let accounts = data.texts("accounts", "account_id");
        assert_eq!(accounts, data.texts("truth_accounts", "account_id"), "{industry}");
        let customers = data.texts("truth_customers", "customer_id");
        let owners: HashSet<&str> = data.texts("truth_accounts", "customer_id").into_iter().collect();
        assert_eq!((customers.len(), owners), (250, customers.into_iter().collect()));
        let customer = data.map("truth_accounts", "account_id", "customer_id");
        let truths: HashMap<(&str, &str), &str> = data
            .texts("truth_texts", "source")
            .into_iter()
            .zip(data.texts("truth_texts", "text_id"))
            .zip(data.texts("truth_texts", "customer_id"))
            .collect();
        let mut texts = 0;
        for (table, key) in tables {
            for (id, account) in data.texts(table, key).into_iter().zip(data.texts(table, "account_id")) {
                assert_eq!(
                    truths.get(&(*table, id)),
                    Some(&customer[account]),
                    "{industry}.{table} {id}"
                );
                texts += 1;
            }
        }
        assert_eq!(texts, truths.len(), "{industry}");
    }
}

#[test]
fn what_belongs_to_an_account_names_one_that_there_was() {
    for (industry, tables) in [
        (
            Industry::Retail,
            &[
                ("orders", "ordered_at"),
                ("events", "ts"),
                ("reviews", "created_at"),
                ("tickets", "created_at"),
            ][..],
        ),
        (
            Industry::Finance,
            &[
                ("transactions", "ts"),
                ("questionnaires", "answered_at"),
                ("tickets", "created_at"),
            ],
        ),
        (
            Industry::Internet,
            &[("events", "ts"), ("feedback", "created_at"), ("tickets", "created_at")],
        ),
        (
            Industry::Healthcare,
            &[
                ("visits", "visited_at"),
                ("notes", "written_at"),
                ("surveys", "created_at"),
            ],
        ),
    ] {
        let data = Data::new(industry, 150, false);
        let created = data.map("accounts", "account_id", "created_at");
        for (table, time) in tables {
            for (account, at) in data.texts(table, "account_id").into_iter().zip(data.texts(table, time)) {
                assert!(
                    account.is_empty() || created[account] <= at,
                    "{industry}.{table}: {account} at {at}"
                );
            }
        }
    }
}

#[test]
fn purchases_add_up() {
    let data = Data::new(Industry::Retail, 300, false);
    let mut totals: HashMap<&str, f64> = HashMap::new();
    let worth = data
        .numbers("order_items", "quantity")
        .into_iter()
        .zip(data.numbers("order_items", "price"));
    for (order, (quantity, price)) in data.texts("order_items", "order_id").into_iter().zip(worth) {
        *totals.entry(order).or_default() += quantity * price;
    }
    let customer = data.map("truth_accounts", "account_id", "customer_id");
    let mut spent: HashMap<&str, (f64, f64)> = HashMap::new();
    let paid = data
        .numbers("orders", "amount")
        .into_iter()
        .zip(data.numbers("orders", "discount"));
    let orders = data
        .texts("orders", "order_id")
        .into_iter()
        .zip(data.texts("orders", "account_id"));
    for ((order, account), (amount, discount)) in orders.zip(paid) {
        assert!((totals[order] - amount - discount).abs() < 0.011, "{order}");
        let entry = spent.entry(customer[account]).or_default();
        *entry = (entry.0 + 1.0, entry.1 + amount);
    }
    let truth = data
        .numbers("truth_customers", "orders_to_date")
        .into_iter()
        .zip(data.numbers("truth_customers", "spent_to_date"));
    for (customer, (count, amount)) in data.texts("truth_customers", "customer_id").into_iter().zip(truth) {
        let (found, sum) = spent.get(customer).copied().unwrap_or_default();
        assert!(found == count && (sum - amount).abs() < 0.01, "{customer}");
    }
}

#[test]
fn who_shares_nothing_is_said_to() {
    let data = Data::new(Industry::Retail, 1500, false);
    let resolvable = data.map("truth_accounts", "account_id", "resolvable");
    let customer = data.map("truth_accounts", "account_id", "customer_id");
    let accounts = data.texts("accounts", "account_id");
    let mut owners: HashMap<(&str, &str), HashSet<&str>> = HashMap::new();
    let mut holders: HashMap<(&str, &str), Vec<&str>> = HashMap::new();
    for column in ["email", "phone", "device_id", "member_no"] {
        for (account, value) in accounts.iter().zip(data.texts("accounts", column)) {
            if !value.is_empty() {
                owners.entry((column, value)).or_default().insert(customer[account]);
                holders.entry((column, value)).or_default().push(account);
            }
        }
    }
    // Personal is what one customer alone has.
    let mut linked: HashSet<&str> = HashSet::new();
    for (value, accounts) in &holders {
        if owners[value].len() == 1 && accounts.len() > 1 {
            linked.extend(accounts);
        }
    }
    let mut per_customer: HashMap<&str, Vec<&str>> = HashMap::new();
    for account in &accounts {
        per_customer.entry(customer[account]).or_default().push(account);
    }
    let (mut later, mut alone) = (0, 0);
    for accounts in per_customer.values() {
        assert!((1..=4).contains(&accounts.len()));
        for account in &accounts[1..] {
            later += 1;
            assert_eq!(resolvable[account] == "true", linked.contains(account), "{account}");
            alone += usize::from(resolvable[account] == "false");
        }
        assert_eq!(resolvable[accounts[0]], "true");
    }
    let share = alone as f64 / later as f64;
    assert!((0.06..0.11).contains(&share), "{share}");
    // Hubs, on purpose.
    let most = |column: &str| {
        holders
            .iter()
            .filter(|((name, _), _)| *name == column)
            .map(|(_, all)| all.len())
            .max()
    };
    assert!(most("phone") > Some(2) && most("email") > Some(8) && most("member_no") > Some(8));
    assert!(
        owners
            .iter()
            .any(|((column, _), all)| *column == "device_id" && all.len() > 1)
    );
}

#[test]
fn subscriptions_follow_the_plans() {
    let data = Data::new(Industry::Internet, 300, false);
    let customer = data.map("truth_accounts", "account_id", "customer_id");
    let mut running: HashMap<&str, &str> = HashMap::new();
    let ended = data.texts("subscriptions", "ended_on");
    for ((account, plan), ended) in data
        .texts("subscriptions", "account_id")
        .into_iter()
        .zip(data.texts("subscriptions", "plan"))
        .zip(ended)
    {
        if ended.is_empty() {
            assert_eq!(running.insert(customer[account], plan), None, "two plans of {account}");
        }
    }
    for (customer, plan) in data.map("truth_customers", "customer_id", "plan") {
        assert_eq!(running.get(customer).copied().unwrap_or("free"), plan, "{customer}");
    }
}

#[test]
fn notes_say_what_patients_have() {
    let data = Data::new(Industry::Healthcare, 300, false);
    let notes: HashSet<&str> = data.texts("notes", "note_id").into_iter().collect();
    let said = data
        .texts("truth_notes", "customer_id")
        .into_iter()
        .zip(data.texts("truth_notes", "condition"));
    for ((customer, condition), (status, note)) in said.zip(
        data.texts("truth_notes", "status")
            .into_iter()
            .zip(data.texts("truth_notes", "note_id")),
    ) {
        let has = data.map("truth_customers", "customer_id", condition)[customer] == "true";
        assert_eq!(has, status == "present", "{note}: {condition}");
        assert!(notes.contains(note));
    }
}
