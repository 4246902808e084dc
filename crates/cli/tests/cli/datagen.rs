//! `tronie datagen`.

use crate::harness::Workplace;

/// The rows of a query.
fn rows(workplace: &Workplace, sql: &str) -> String {
    workplace.csv(sql).ok()
}

#[test]
fn customers_and_the_truth_about_them_are_written_as_parquet() {
    let workplace = Workplace::new();
    let said = workplace
        .run(&["datagen", "retail", "--customers", "40", "--out", "shop"])
        .ok();
    assert!(said.contains(" rows of 40 customers in "), "{said}");

    let of_truth = "select count(*) as customers, count(distinct t.customer_id) as of_accounts \
                    from 'shop/truth_customers' as c left join (select distinct customer_id from 'shop/truth_accounts') as t \
                    on t.customer_id = c.customer_id";
    assert_eq!(rows(&workplace, of_truth), "customers,of_accounts\n40,40\n");

    // Dirt is what the option says.
    let late = "select count(*) > 0 as late from 'clean/events' where ts >= timestamp '2026-11-01'";
    workplace
        .run(&["datagen", "retail", "--customers", "40", "--out", "clean", "--clean"])
        .ok();
    assert_eq!(rows(&workplace, late), "late\nfalse\n");
}

#[test]
fn a_folder_that_has_something_is_left_alone() {
    let workplace = Workplace::new();
    let args = ["datagen", "internet", "--customers", "5", "--out", "data"];
    workplace.run(&args).ok();
    let before = rows(&workplace, "select count(*) as n from 'data/events'");
    assert_eq!(
        workplace.run(&args).fails(2),
        "error: there is something in data/accounts already; remove it, or name another folder by --out\n"
    );
    assert_eq!(rows(&workplace, "select count(*) as n from 'data/events'"), before);
}

#[test]
fn what_cannot_be_made_up_is_refused_with_the_next_step() {
    let workplace = Workplace::new();
    for (args, expected) in [
        (
            &["datagen", "toys", "--out", "data"][..],
            "error: there is no industry `toys`; take retail, finance, internet or healthcare\n",
        ),
        (
            &["datagen", "retail", "--customers", "9999999999999", "--out", "data"],
            "error: 9999999999999 customers are too many; make up at most 1099511627776\n",
        ),
    ] {
        assert_eq!(workplace.run(args).fails(2), expected);
        assert!(!workplace.path("data").exists());
    }
}
