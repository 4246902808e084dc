//! `tronie report`: a page about what was published, or a reason why there is none.

use super::{run, said, shop};
use crate::harness::Workplace;

/// The shop, with a report of two panels and one about a customer.
fn shop_with_report() -> Workplace {
    let workplace = shop();
    workplace.write(
        "sql/shop/report/10_spent.sql",
        "-- title: What was spent until the last day\n-- chart: bar\n\
         select customer, spent from spending where as_of = $as_of order by customer",
    );
    workplace.write(
        "sql/shop/report/customer/10_history.sql",
        "-- title: Run by run\nselect _version as version, spent from \"spending@all\" where customer = $customer \
         order by _version",
    );
    workplace
}

fn report(workplace: &Workplace, more: &[&str]) -> crate::harness::Ran {
    let mut args = vec!["report", "sql/shop", "--warehouse", "lake", "--out", "page.html"];
    args.extend(more);
    workplace.run(&args)
}

#[test]
fn a_page_shows_what_was_published_and_needs_no_network() {
    let workplace = shop_with_report();
    said(run(&workplace, &[]));
    workplace.write(
        "orders/two.csv",
        "customer,ordered_at,amount\nann,2025-12-02 10:00:00,100.5\nbob,2025-12-02 10:00:00,-3\n",
    );
    said(run(&workplace, &[]));
    report(&workplace, &["--customer", "ann"]).ok();
    let page = std::fs::read_to_string(workplace.path("page.html")).expect("a page");
    for expected in [
        "<!DOCTYPE html>",
        "A small shop",
        "What was spent until the last day",
        "112.5",
        // The customer's two versions.
        "Run by run",
        // The check that warned.
        "amounts",
        "2026-11-01",
        "2 rows, version 1",
    ] {
        assert!(page.contains(expected), "{expected}");
    }
    let scripts = ["<script src", "<link", "url(http", "@import"];
    assert!(scripts.iter().all(|outside| !page.contains(outside)));
    assert!(workplace.leftovers().is_empty());
    // Without --customer there is nobody's page.
    report(&workplace, &[]).ok();
    let page = std::fs::read_to_string(workplace.path("page.html")).expect("a page");
    assert!(!page.contains("Run by run"));
}

#[test]
fn all_versions_of_a_table_can_be_read_side_by_side() {
    let workplace = shop();
    said(run(&workplace, &[]));
    workplace.write(
        "orders/two.csv",
        "customer,ordered_at,amount\nann,2025-12-02 10:00:00,100\n",
    );
    said(run(&workplace, &[]));
    assert_eq!(
        super::lake(
            &workplace,
            "select _version, spent, _published_at > timestamp '2020-01-01' as dated from \"spending@all\" \
             where customer = 'ann' order by 1"
        ),
        "_version,spent,dated\n0,12.0,true\n1,112.0,true\n"
    );
}

#[test]
fn what_cannot_be_reported_is_refused_with_the_next_step() {
    let workplace = shop();
    assert_eq!(
        report(&workplace, &[]).fails(2),
        "error: the pipeline `shop` has no report/ with panels; put one SELECT a file into it, over published tables\n"
    );
    let workplace = shop_with_report();
    assert_eq!(
        report(&workplace, &[]).fails(2),
        "error: nothing of `shop` is published yet; do `tronie run sql/shop` first\n"
    );
    said(run(&workplace, &[]));
    assert_eq!(
        report(&workplace, &["--customer", "zoe"]).fails(2),
        "error: nothing is published about a customer `zoe`; take a `customer_id` of the published tables\n"
    );
    workplace.write("sql/shop/report/20_wrong.sql", "-- chart: pie\nselect 1 as one");
    assert!(report(&workplace, &[]).fails(2).contains("report/20_wrong.sql"));
    workplace.write("sql/shop/report/20_wrong.sql", "select $nobody as one");
    assert!(
        report(&workplace, &[])
            .fails(2)
            .contains("a panel has no parameter `$nobody`")
    );
    workplace.write("sql/shop/report/20_wrong.sql", "select no_such from spending");
    assert!(report(&workplace, &[]).fails(1).contains("report/20_wrong.sql"));
    assert!(!workplace.path("page.html").exists());
}
