//! The tables are those of SCHEMA.md.

use std::collections::HashSet;

use arrow::datatypes::{DataType, TimeUnit};
use tronie_datagen::{Industry, Options, tables};

use crate::Data;

const PAGE: &str = include_str!("../../SCHEMA.md");

/// The lines of a table's columns, cell by cell.
fn described(table: &str) -> Vec<Vec<&'static str>> {
    let heading = format!("### {table}");
    let lines = PAGE
        .lines()
        .skip_while(|line| *line != heading)
        .skip_while(|line| !line.starts_with("| ---"));
    lines
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect()
}

#[test]
fn tables_have_the_columns_that_are_described() {
    for industry in Industry::all() {
        let prefix = format!("### {industry}.");
        let expected: Vec<&str> = PAGE.lines().filter_map(|line| line.strip_prefix(&prefix)).collect();
        let tables = tables(&Options::new(industry)).unwrap();
        assert_eq!(tables.iter().map(|table| table.name).collect::<Vec<_>>(), expected);
        for table in tables {
            let rows = described(&format!("{industry}.{}", table.name));
            assert_eq!(rows.len(), table.schema.fields().len(), "{industry}.{}", table.name);
            assert!(PAGE.contains(table.description) && !table.description.is_empty());
            for (row, field) in rows.iter().zip(table.schema.fields()) {
                let kind = match field.data_type() {
                    DataType::Timestamp(TimeUnit::Microsecond, None) => "Timestamp".to_owned(),
                    other => other.to_string(),
                };
                assert_eq!([row[1], row[2]], [field.name().as_str(), &kind]);
                assert_eq!(
                    field.is_nullable(),
                    row[3] == "yes" || row[5].contains("null"),
                    "{}",
                    field.name()
                );
                assert_eq!(field.metadata()["comment"], row[4].replace('`', ""));
            }
        }
    }
}

#[test]
fn clean_rows_keep_what_is_described() {
    for industry in Industry::all() {
        let data = Data::new(industry, 250, false);
        for (name, columns) in &data.0 {
            let rows = described(&format!("{industry}.{name}"));
            for row in &rows {
                let (column, kind, meaning) = (row[1], row[2], row[4]);
                let values = &columns[column];
                assert!(!values.is_empty(), "{name}.{column}");
                let nulls = values.iter().filter(|value| value.is_none()).count();
                assert!(row[3] == "yes" || nulls == 0, "{name}.{column} has NULLs");
                assert!(
                    row[3] == "no" || nulls > 0 || column == "device_id",
                    "{name}.{column} has no NULLs"
                );
                let is_late = |value: &&str| matches!(kind, "Timestamp" | "Date32") && *value >= "2026-11-01";
                assert_eq!(
                    values.iter().flatten().map(String::as_str).find(is_late),
                    None,
                    "{name}.{column}"
                );
                // A key stands once.
                if meaning == "key" {
                    assert_eq!(
                        values.iter().collect::<HashSet<_>>().len(),
                        values.len(),
                        "{name}.{column}"
                    );
                }
                // Where words are listed, there are no others.
                let words: HashSet<&str> = meaning.split('`').skip(1).step_by(2).collect();
                if kind == "Utf8" && words.len() > 1 {
                    let found: HashSet<&str> = values.iter().flatten().map(String::as_str).collect();
                    assert!(found.is_subset(&words), "{name}.{column}: {found:?}");
                }
            }
        }
    }
}

#[test]
fn dirt_is_as_frequent_as_described() {
    let (clean, dirty) = (
        Data::new(Industry::Retail, 500, false),
        Data::new(Industry::Retail, 500, true),
    );
    let rows = |data: &Data, table: &str, column: &str| data.column(table, column).len() as f64;
    for (table, key, share) in [
        ("events", "event_id", 6.0),
        ("order_items", "order_id", 4.0),
        ("orders", "order_id", 5.0),
    ] {
        let clean = rows(&clean, table, key);
        let more = (rows(&dirty, table, key) - clean) / clean * 1000.0;
        assert!((more - share).abs() < 3.0, "{table}: {more} per mille come twice");
    }
    let future = dirty
        .texts("events", "ts")
        .iter()
        .filter(|at| **at >= "2026-11-01")
        .count() as f64;
    let share = future / rows(&dirty, "events", "ts") * 1000.0;
    assert!((1.0..3.2).contains(&share), "{share}");
    let known: HashSet<&str> = dirty.texts("accounts", "account_id").into_iter().collect();
    let unknown = |account: &&&str| !account.is_empty() && !known.contains(**account);
    let orders = dirty.texts("orders", "account_id");
    let share = orders.iter().filter(unknown).count() as f64 / orders.len() as f64 * 1000.0;
    assert!((1.5..8.0).contains(&share), "{share}");
    let broken = dirty
        .texts("reviews", "text")
        .iter()
        .filter(|text| text.contains(['\u{fffd}', '<', 'ï', 'ä']))
        .count();
    assert!(broken > 5, "{broken}");
    // What is not stained is as it is without dirt.
    let texts: HashSet<&str> = clean.texts("reviews", "text").into_iter().collect();
    let same = dirty
        .texts("reviews", "text")
        .iter()
        .filter(|text| texts.contains(**text))
        .count() as f64;
    assert!(same / rows(&dirty, "reviews", "text") > 0.95);
}
