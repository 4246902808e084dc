//! The pipeline `sql/retail` over a small shop whose truth is known.

use super::{lake, said};
use crate::harness::Workplace;

/// The shop's sources.
const SHOP: &str = include_str!("retail.sql");

/// The folder of the pipeline, in the repository.
const PIPELINE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sql/retail");

/// The shipped model, since what it says is part of a profile.
const SETTINGS: &str = concat!(
    "models = [\"",
    env!("CARGO_MANIFEST_DIR"),
    "/../../models\"]\n[options]\n\"tronie.model\" = \"default\"\n"
);

#[test]
fn profiles_of_a_small_shop_are_right() {
    let Some(workplace) = Workplace::with_models() else {
        return;
    };
    workplace.write("tronie.toml", SETTINGS);
    workplace.write("shop.sql", SHOP);
    workplace.run(&["sql", "-f", "shop.sql"]).ok();
    let run = |more: &[&str]| {
        let mut args = vec![
            "run",
            PIPELINE,
            "--param",
            "data=data",
            "--warehouse",
            "lake",
            "--log",
            "text",
        ];
        args.extend(more);
        said(workplace.run(&args))
    };
    let first = run(&[]);
    assert!(first.contains("retail_profiles version 0: 250 rows"), "{first}");
    assert!(!first.contains("check failed") && !first.contains("warning"), "{first}");

    // One id for both accounts, and none for those that have but the shop's telephone in common.
    let ids = "select count(*) as accounts, count(distinct customer_id) as customers, \
               max(customer_id) filter (where account_id = 'B0003') as of_b3 from retail_identities";
    assert_eq!(lake(&workplace, ids), "accounts,customers,of_b3\n330,250,A0003\n");

    // Nothing counts twice, comes from the future or is a thousand times too much.
    let sums = "select sum(orders) as orders, sum(spent) as spent, \
                max(spent) filter (where customer_id = 'A0001') as without_amount, \
                max(spent) filter (where customer_id = 'A0002') as too_much from retail_profiles";
    let truth = "select count(*) as orders, sum(2 * price) as spent, \
                 sum(2 * price) filter (where order_id like 'O1\\_%') as without_amount, \
                 sum(2 * price) filter (where order_id like 'O2\\_%') as too_much from 'data/order_items'";
    assert_eq!(lake(&workplace, sums), lake(&workplace, truth));

    // What was done before a log-in is the customer's as well.
    let sessions = "select sessions, active_days, app_share, days_between_sessions is not null as comes_back \
                    from retail_profiles where customer_id = 'A0002'";
    assert_eq!(
        lake(&workplace, sessions),
        "sessions,active_days,app_share,comes_back\n3,3,1.0,true\n"
    );

    // Who stopped is more likely to stay away than who did not, and worth less.
    let value = "select avg(churn_probability) filter (where days_since_order >= 100) \
                 > 2 * avg(churn_probability) filter (where days_since_order < 50) as leaves, \
                 avg(p_alive) filter (where days_since_order >= 100 and orders > 2) \
                 < avg(p_alive) filter (where days_since_order < 50 and orders > 2) as is_gone, \
                 count(*) filter (where rfm_segment is null and orders > 0) as nameless from retail_profiles";
    assert_eq!(lake(&workplace, value), "leaves,is_gone,nameless\ntrue,true,0\n");

    // What customers say, without their telephone numbers.
    let voice = "select max(sentiment) filter (where customer_id = 'A0020') > 0.5 as likes, \
                 min(sentiment) filter (where customer_id = 'A0011') < -0.5 as hates, \
                 max(complaints) as complaints, max(last_complaint) filter (where customer_id = 'A0004') as complaint from retail_profiles";
    assert_eq!(
        lake(&workplace, voice),
        "likes,hates,complaints,complaint\ntrue,true,2,\"我要投诉!客服态度恶劣,请打我电话[PHONE]\"\n"
    );
    let groups = "select sum(customers) as customers, count(*) > 1 as several, \
                  count(*) filter (where name = '') as nameless from retail_groups_described";
    assert_eq!(lake(&workplace, groups), "customers,several,nameless\n240,true,0\n");

    // Everything that was inferred is remembered by the next run.
    assert!(run(&["--full-refresh"]).contains(" 0 of them inferred"));
    assert!(run(&[]).contains("nothing new"));
}
