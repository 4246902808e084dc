//! `tronie erase`: nothing of a person is left in what a pipeline has published and kept.

use std::fs;
use std::path::Path;

use super::{lake, run, said, shop};

/// All files below a folder whose bytes hold a text.
fn files_with(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).expect("a file");
            if bytes.windows(text.len()).any(|part| part == text.as_bytes()) {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

#[test]
fn a_person_is_gone_from_tables_versions_and_records() {
    let workplace = shop();
    workplace.write(
        "orders/annabella.csv",
        "customer,ordered_at,amount\nannabella,2026-01-07 10:00:00,-3\nzoe,2026-01-08 10:00:00,4\n",
    );
    said(run(&workplace, &[]));
    said(run(&workplace, &["--full-refresh"]));
    let lake_folder = workplace.path("lake");
    // In statistics of the log, and in what a check has found.
    assert!(!files_with(&lake_folder, "annabella").is_empty());

    let erase = [
        "erase",
        "sql/shop",
        "--warehouse",
        "lake",
        "--column",
        "customer",
        "--customer",
    ];
    let erased = workplace.run(&[&erase[..], &["annabella"]].concat()).ok();
    assert!(
        erased.contains("spending: 1 rows erased; version 2 alone is left"),
        "{erased}"
    );
    assert!(
        erased.contains("without a column `customer`, and as before: months"),
        "{erased}"
    );
    assert!(
        erased.contains("2 records of runs no longer cite the person"),
        "{erased}"
    );

    assert_eq!(files_with(&lake_folder, "annabella"), Vec::<String>::new());
    assert_eq!(
        lake(&workplace, "select customer from spending order by 1"),
        "customer\nann\nbob\nzoe\n"
    );
    // The versions before are gone, and so are their files: every file that is left is the newest version's.
    let old = workplace.run(&["sql", "--warehouse", "lake", "-c", "select * from \"spending@0\""]);
    assert_eq!(old.code, 1, "{}", old.err);
    let everything = "select count(*) as n from 'lake/spending/*.parquet' where customer = 'annabella'";
    assert_eq!(lake(&workplace, everything), "n\n0\n");

    // Again, it finds nothing, and the pipeline goes on from there.
    let again = workplace.run(&[&erase[..], &["annabella"]].concat()).ok();
    assert!(
        again.contains("spending: 0 rows erased; version 2 alone is left"),
        "{again}"
    );
    fs::remove_file(workplace.path("orders/annabella.csv")).expect("removed");
    assert!(said(run(&workplace, &[])).contains("spending version 3: 2 rows"));
}

#[test]
fn a_column_that_no_table_has_is_refused() {
    let workplace = shop();
    said(run(&workplace, &[]));
    let refused = workplace.run(&["erase", "sql/shop", "--warehouse", "lake", "--customer", "ann"]);
    assert_eq!(refused.code, 2);
    assert!(
        refused
            .err
            .contains("no published table of `shop` has a column `customer_id`"),
        "{}",
        refused.err
    );
}
