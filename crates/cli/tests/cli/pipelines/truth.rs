//! The four pipelines over made-up customers, measured against the truth about them.

use super::{lake, said};
use crate::harness::Workplace;

/// The folder of all pipelines, in the repository.
const PIPELINES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sql");

/// The shipped model, since what it says is part of a profile.
const SETTINGS: &str = concat!(
    "models = [\"",
    env!("CARGO_MANIFEST_DIR"),
    "/../../models\"]\n[options]\n\"tronie.model\" = \"default\"\n"
);

/// How the pipeline of healthcare calls the account of the sources.
const PSEUDONYM: &str = "left(encode(digest('for tests' || ' account ' || t.account_id, 'sha256'), 'hex'), 20)";

/// A run over so many customers of an industry; `None`, loudly, where there is no ONNX Runtime.
fn published(industry: &str, customers: &str, more: &[&str]) -> Option<Workplace> {
    let workplace = Workplace::with_models()?;
    workplace.write("tronie.toml", SETTINGS);
    workplace
        .run(&["datagen", industry, "--customers", customers, "--out", "data"])
        .ok();
    let pipeline = format!("{PIPELINES}/{industry}");
    let mut args = vec![
        "run",
        &pipeline,
        "--param",
        "data=data",
        "--warehouse",
        "lake",
        "--log",
        "text",
    ];
    args.extend(more);
    let log = said(workplace.run(&args));
    assert!(!log.contains("check failed") && !log.contains("warning"), "{log}");
    // Every panel of the report is a query that runs.
    let id = format!("select max(customer_id) as id from {industry}_texts");
    let id = lake(&workplace, &id);
    let id = id.lines().nth(1).expect("a customer");
    let page = [
        "report",
        &pipeline,
        "--warehouse",
        "lake",
        "--out",
        "page.html",
        "--customer",
        id,
    ];
    workplace.run(&page).ok();
    Some(workplace)
}

/// A row of numbers.
fn figures(workplace: &Workplace, sql: &str) -> Vec<f64> {
    let out = lake(workplace, sql);
    let row = out.lines().nth(1).expect("a row");
    row.split(',').map(|figure| figure.parse().expect("a number")).collect()
}

/// Of pairs of accounts that were found to be one customer's the share that are, and of pairs that can be told to be the share
/// that were found.
fn identity(workplace: &Workplace, industry: &str, account: &str) -> (f64, f64) {
    let sql = format!(
        "with a as (select i.customer_id as found, t.customer_id as truth, t.account_id, t.resolvable \
                    from {industry}_identities as i join 'data/truth_accounts' as t on i.account_id = {account}), \
         pairs as (select a.found = b.found as found, a.truth = b.truth as truth, a.resolvable and b.resolvable as can \
                   from a join a as b on a.account_id < b.account_id and (a.found = b.found or a.truth = b.truth)) \
         select count(*) filter (where found and truth) * 1.0 / count(*) filter (where found) as precision, \
                count(*) filter (where found and truth and can) * 1.0 / count(*) filter (where truth and can) as recall from pairs"
    );
    let found = figures(workplace, &sql);
    (found[0], found[1])
}

/// The share of texts whose sentiment is right.
fn sentiment(workplace: &Workplace, industry: &str) -> f64 {
    let sql = format!(
        "select avg(cast(x.sentiment = t.sentiment as int)) as share \
         from {industry}_texts as x join 'data/truth_texts' as t on t.text_id = x.text_id and t.source = x.source || 's' \
            or t.text_id = x.text_id and t.source = x.source"
    );
    figures(workplace, &sql)[0]
}

/// All rows of a published table.
fn lake_json(workplace: &Workplace, table: &str) -> String {
    let sql = format!("select * from healthcare_{table}");
    let args = ["sql", "--warehouse", "lake", "--format", "ndjson", "-c", &sql];
    workplace.run(&args).ok()
}

/// What is known of a customer of the profile.
fn of_truth(industry: &str, account: &str) -> String {
    format!(
        "from {industry}_profiles as p join 'data/truth_accounts' as t on p.customer_id = {account} \
         join 'data/truth_customers' as c on c.customer_id = t.customer_id"
    )
}

#[test]
fn a_shop_is_known_as_it_is() {
    let Some(workplace) = published("retail", "600", &[]) else {
        return;
    };
    let (precision, recall) = identity(&workplace, "retail", "t.account_id");
    assert!(precision > 0.99 && recall > 0.93, "identity: {precision}, {recall}");
    let share = sentiment(&workplace, "retail");
    assert!(share > 0.72, "sentiment: {share}");
    let of_truth = of_truth("retail", "t.account_id");
    let sql = format!(
        "select roc_auc(c.is_churned, p.churn_probability) as auc {of_truth} where p.churn_probability is not null"
    );
    let auc = figures(&workplace, &sql)[0];
    assert!(auc > 0.77, "churn: {auc}");
    // Nobody's purchases are lost and none counts twice: the same shop without dirt has as many.
    let clean = ["datagen", "retail", "--customers", "600", "--out", "clean", "--clean"];
    workplace.run(&clean).ok();
    let sql = "select abs(p.orders * 1.0 / c.orders - 1) as of_orders, abs(p.spent / c.spent - 1) as of_money from \
               (select sum(orders) as orders, sum(spent) as spent from retail_profiles) as p cross join \
               (select count(*) as orders, sum(amount) as spent from 'clean/orders' \
                where status in ('completed', 'shipped')) as c";
    let off = figures(&workplace, sql);
    assert!(off[0] < 0.02 && off[1] < 0.02, "orders and money are off by {off:?}");
}

#[test]
fn a_bank_is_known_as_it_is() {
    let Some(workplace) = published("finance", "500", &[]) else {
        return;
    };
    let (precision, recall) = identity(&workplace, "finance", "t.account_id");
    assert!(precision > 0.99 && recall > 0.93, "identity: {precision}, {recall}");
    let of_truth = of_truth("finance", "t.account_id");
    let sql = format!(
        "select roc_auc(c.is_churned, p.churn_probability) as churn, corr(p.salary_month, c.income) as income, \
         avg(cast(p.risk_appetite = c.risk_appetite as int)) filter (where p.has_answered) as appetite {of_truth}"
    );
    let found = figures(&workplace, &sql);
    assert!(found[0] > 0.9 && found[1] > 0.5 && found[2] > 0.55, "{found:?}");
}

#[test]
fn a_software_service_is_known_as_it_is() {
    let Some(workplace) = published("internet", "500", &[]) else {
        return;
    };
    let (precision, recall) = identity(&workplace, "internet", "t.account_id");
    assert!(precision > 0.99 && recall > 0.93, "identity: {precision}, {recall}");
    let of_truth = of_truth("internet", "t.account_id");
    let sql = format!(
        "select roc_auc(c.is_churned, p.churn_probability) as churn, avg(cast(p.plan = c.plan as int)) as plan, \
         avg(cast(p.funnel_step = c.funnel_step as int)) as step {of_truth}"
    );
    let found = figures(&workplace, &sql);
    assert!(found[0] > 0.92 && found[1] > 0.96 && found[2] > 0.98, "{found:?}");
}

#[test]
fn patients_are_known_as_they_are_and_by_nobody() {
    let secret = ["--param", "secret=for tests"];
    let Some(workplace) = published("healthcare", "500", &secret) else {
        return;
    };
    let (precision, recall) = identity(&workplace, "healthcare", PSEUDONYM);
    assert!(precision > 0.99 && recall > 0.95, "identity: {precision}, {recall}");
    let of_truth = of_truth("healthcare", PSEUDONYM);
    for condition in ["hypertension", "diabetes", "asthma", "hyperlipidemia"] {
        let sql = format!(
            "select avg(cast(c.{condition} as int)) filter (where p.has_{condition}) as precision, \
             avg(cast(p.has_{condition} as int)) filter (where c.{condition}) as recall {of_truth}"
        );
        let found = figures(&workplace, &sql);
        assert!(found[0] > 0.95 && found[1] > 0.9, "{condition}: {found:?}");
    }
    let sql = format!(
        "select avg(cast(p.is_adherent = c.is_adherent as int)) as right, roc_auc(not c.is_adherent, p.lapse_probability) as auc \
         {of_truth} where p.adherence is not null and c.adherence is not null and p.lapse_probability is not null"
    );
    let found = figures(&workplace, &sql);
    assert!(found[0] > 0.82 && found[1] > 0.85, "adherence: {found:?}");

    // Whatever is published holds no name, number or id of the sources.
    let mut published = String::new();
    for table in ["profiles", "texts", "identities", "indications", "groups_described"] {
        published += &lake_json(&workplace, table);
    }
    let secrets = workplace
        .csv(
            "select distinct secret from (select trim(name) as secret from 'data/accounts' union all \
             select trim(email) from 'data/accounts' union all select trim(phone) from 'data/accounts' union all \
             select national_id from 'data/accounts' union all select account_id from 'data/accounts') \
             where length(secret) >= 3",
        )
        .ok();
    let found: Vec<&str> = secrets
        .lines()
        .skip(1)
        .filter(|secret| published.contains(secret))
        .collect();
    assert!(secrets.lines().count() > 1500 && found.is_empty(), "{found:?}");
    let records = workplace
        .run(&["runs", "healthcare", "--warehouse", "lake", "--json"])
        .ok();
    assert!(
        !records.contains("for tests") && records.contains("secret "),
        "{records}"
    );
}
