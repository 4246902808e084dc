//! Writes a report of every kind of panel, from made-up rows, to look at in a browser: `target/sample.html`, and
//! `target/sample-customer.html` with the customer's page alone.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Float64Builder, Int64Array, ListBuilder, RecordBatch,
    StringArray, StringBuilder, StructArray, StructBuilder, TimestampMillisecondArray,
};
use arrow::datatypes::{DataType, Field, Fields};
use tronie_report::{CheckOutcome, CheckRow, CustomerPage, Head, Panel, Report, StepRow, render};

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Fallible<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
    let mut report = report()?;
    std::fs::write(folder.join("sample.html"), render(&report)?)?;
    report.panels.clear();
    report.checks.clear();
    report.steps.clear();
    std::fs::write(folder.join("sample-customer.html"), render(&report)?)?;
    Ok(())
}

fn report() -> Fallible<Report> {
    let fact = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Ok(Report {
        title: "Retail · 客户画像".into(),
        subtitle: "Customers of a shop: who they are, what they buy, what they say, who will leave".into(),
        facts: vec![
            fact("run", "20261101T020000Z-1f3a"),
            fact("as of", "2026-11-01"),
            fact("customers", "10,000"),
            fact("owner", "data@example.com"),
        ],
        panels: panels()?,
        checks: checks(),
        steps: steps(),
        customer: Some(customer()?),
    })
}

fn panels() -> Fallible<Vec<Panel>> {
    let segments = [
        "champions",
        "loyal customers",
        "potential loyalists",
        "new customers",
        "need attention",
        "at risk",
        "cannot lose them",
        "hibernating",
        "lost",
    ];
    let sizes = [812, 1490, 1710, 640, 980, 1320, 260, 1544, 1244];
    let spent = [9.2e5, 8.1e5, 4.4e5, 0.9e5, 2.7e5, 3.9e5, 1.8e5, 1.6e5, 0.7e5];
    let days: Vec<i64> = (0..180).map(|n| DAY0 + n * DAY).collect();
    let day = || times(&days);
    let wave = |phase: f64, mean: f64| {
        float((0..180).map(|n| {
            let n = f64::from(n);
            (n != 90.0).then(|| mean + 0.12 * (n / 14.0 + phase).sin() + 0.05 * ((n * 1.7 + phase).sin()))
        }))
    };
    let noise = noise(4000);
    let money = float(
        noise
            .iter()
            .map(|x| (*x > 0.01).then(|| (-(1.0 - x).ln()).powi(2) * 180.0)),
    );
    let groups = ["bargain hunters", "app natives", "weekend families"];
    let grouped = texts((0..600).map(|n| groups[n % 3]));
    let pieces = float((0..600).map(|n| Some(1.0 + (n % 3) as f64 * 2.0 + noise[n] * 3.0)));
    let basket = float((0..600).map(|n| Some(40.0 + (n % 3) as f64 * 60.0 + noise[n + 600] * 120.0)));
    let hours = (0..7 * 24).map(|n| n % 24);
    let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let active = (0..7 * 24).map(|n| {
        let hour = f64::from(n % 24);
        let late = if n / 24 >= 5 { 1.6 } else { 1.0 };
        Some(late * ((-((hour - 20.5) / 3.0).powi(2)).exp() + 0.4 * (-((hour - 12.0) / 2.5).powi(2)).exp()) * 0.02)
    });
    let words = [
        ("快递", 9.1),
        ("质量", 8.4),
        ("refund", 7.2),
        ("便宜", 6.6),
        ("delivery", 6.1),
        ("客服", 5.9),
        ("包装", 4.6),
        ("size", 4.2),
        ("退货", 4.0),
        ("颜色", 3.4),
        ("coupon", 3.2),
        ("fast", 2.9),
        ("破损", 2.2),
        ("很好", 2.0),
        ("warm", 1.4),
    ];
    Ok(vec![
        panel(
            "01_key.sql",
            "-- title: At a glance\n-- chart: number\n-- section: Customers\n-- format: churn_risk = percent, lifetime_value = compact\n-- unit: lifetime_value = ¥",
            vec![
                ("customers", int([10_000])),
                ("active_30_days", int([4_312])),
                ("lifetime_value", float([Some(3_412_345.0)])),
                ("churn_risk", float([Some(0.234)])),
                ("typical_segment", texts(["potential loyalists"])),
            ],
        )?,
        panel(
            "02_segments.sql",
            "-- title: Segments\n-- chart: bar\n-- x: segment\n-- y: customers\n-- note: By quintiles of recency, frequency and money.",
            vec![
                ("segment", texts(segments)),
                ("customers", int(sizes)),
                ("spent", float(spent.map(Some))),
            ],
        )?,
        panel(
            "03_lifecycle.sql",
            "-- title: Where customers are\n-- chart: doughnut\n-- note: The first tag of the lifecycle layer that fits.",
            vec![
                (
                    "tag",
                    texts([
                        "活跃",
                        "新客",
                        "沉睡",
                        "流失风险",
                        "已流失",
                        "回流",
                        "no purchase",
                        "unknown",
                    ]),
                ),
                ("customers", int([3900, 1200, 1800, 1100, 900, 600, 400, 100])),
            ],
        )?,
        panel(
            "04_spent.sql",
            "-- title: What customers spent\n-- chart: histogram\n-- x: spent\n-- unit: ¥\n-- section: Value\n-- width: two-thirds",
            vec![("spent", money)],
        )?,
        panel(
            "05_channels.sql",
            "-- title: Orders by channel\n-- chart: column\n-- width: third\n-- stack: true",
            vec![
                ("quarter", texts(["Q1", "Q2", "Q3", "Q4"])),
                ("app", int([1200, 1500, 1900, 2400])),
                ("web", int([900, 860, 800, 700])),
                ("store", int([400, 420, 390, 410])),
            ],
        )?,
        panel(
            "06_groups.sql",
            "-- title: Groups\n-- chart: scatter\n-- x: pieces\n-- y: basket_value\n-- series: group\n-- unit: basket_value = ¥",
            vec![("group", grouped), ("pieces", pieces), ("basket_value", basket)],
        )?,
        panel(
            "07_revenue.sql",
            "-- title: Revenue by category\n-- chart: area\n-- stack: true\n-- series: category\n-- x: month\n-- y: revenue\n-- format: compact\n-- unit: ¥",
            vec![
                (
                    "month",
                    times(&(0..36).map(|n| DAY0 + (n / 3) * 31 * DAY).collect::<Vec<_>>()),
                ),
                ("category", texts((0..36).map(|n| ["家居", "服饰", "food"][n % 3]))),
                (
                    "revenue",
                    float((0..36).map(|n| Some(2e5 + f64::from(n % 3) * 8e4 + f64::from(n) * 4e3))),
                ),
            ],
        )?,
        panel(
            "08_sentiment.sql",
            "-- title: Sentiment over time\n-- chart: line\n-- section: Voice\n-- width: full\n-- y: price, delivery, quality\n-- note: Mean score of the texts of a day, from −1 to 1. A day without texts is a gap.",
            vec![
                ("day", day()),
                ("price", wave(0.0, -0.1)),
                ("delivery", wave(2.0, 0.1)),
                ("quality", wave(4.0, 0.35)),
            ],
        )?,
        panel(
            "09_words.sql",
            "-- title: What they speak of\n-- chart: keywords",
            vec![
                ("keyword", texts(words.map(|(word, _)| word))),
                ("weight", float(words.map(|(_, w)| Some(w)))),
            ],
        )?,
        panel(
            "10_group_words.sql",
            "-- title: Words typical of a group\n-- chart: keywords",
            vec![
                ("group", texts(groups)),
                (
                    "words",
                    lists("keyword", "weight", &[&words[..6], &words[4..10], &words[9..]])?,
                ),
            ],
        )?,
        panel(
            "11_hours.sql",
            "-- title: When they are here\n-- chart: heatmap\n-- x: hour\n-- y: weekday\n-- value: share\n-- format: percent\n-- section: Habits",
            vec![
                ("weekday", texts((0..7 * 24).map(|n| weekdays[n / 24]))),
                ("hour", int(hours)),
                ("share", float(active)),
            ],
        )?,
        panel(
            "12_aspects.sql",
            "-- title: Sentiment by aspect and channel\n-- chart: heatmap\n-- x: channel\n-- y: aspect\n-- value: score",
            vec![
                (
                    "aspect",
                    texts((0..12).map(|n| ["价格", "delivery", "quality", "service"][n / 3])),
                ),
                ("channel", texts((0..12).map(|n| ["app", "web", "store"][n % 3]))),
                (
                    "score",
                    float((0..12).map(|n| (n != 5).then(|| f64::from(n * 5 % 12) / 6.0 - 0.9))),
                ),
            ],
        )?,
        panel(
            "13_model.sql",
            "-- title: Churn model, on customers that it has not seen\n-- section: Models\n-- width: half",
            vec![
                ("metric", texts(["roc auc", "log loss", "accuracy", "f1"])),
                ("value", float([Some(0.842), Some(0.401), Some(0.812), None])),
                (
                    "better_than_chance",
                    Arc::new(BooleanArray::from(vec![true, true, true, false])),
                ),
            ],
        )?,
        panel(
            "14_empty.sql",
            "-- title: Merged by mistake\n-- chart: bar\n-- width: half",
            vec![("x", int([]))],
        )?,
        panel(
            "15_long.sql",
            "-- title: Newest orders\n-- format: amount = 0.00",
            vec![
                ("order_id", texts((0..260).map(|_| "A-1042"))),
                ("ordered_on", Arc::new(Date32Array::from_iter_values(20_000..20_260))),
                (
                    "amount",
                    float((0..260).map(|n| (n % 17 != 0).then(|| f64::from(n) * 13.37))),
                ),
                ("note", texts((0..260).map(|_| "</script><script>alert(1)</script>"))),
            ],
        )?,
    ])
}

fn customer() -> Fallible<CustomerPage> {
    let fact = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let hours = float((0..24).map(|n| Some(f64::from(n * n % 17) / 170.0)));
    let hours = {
        let mut list = ListBuilder::new(Float64Builder::new());
        let values = hours.as_any().downcast_ref::<Float64Array>().ok_or("no numbers")?;
        list.append_value(values.iter());
        Arc::new(list.finish()) as ArrayRef
    };
    let intents = lists(
        "value",
        "share",
        &[&[("refund_return", 0.5), ("praise", 0.3), ("inquiry", 0.2)]],
    )?;
    let tags = StructArray::from(vec![
        (
            Arc::new(Field::new("lifecycle", DataType::Utf8, true)),
            texts(["流失风险"]),
        ),
        (Arc::new(Field::new("value", DataType::Utf8, true)), texts(["high"])),
    ]);
    let explained: [&[(&str, f64)]; 2] = [
        &[
            ("质量", 0.31),
            ("很", 0.12),
            ("好", 0.44),
            ("但是", -0.2),
            ("快递", -0.05),
            ("太", -0.38),
            ("慢", -0.61),
            ("了", 0.0),
        ],
        &[
            ("great", 0.82),
            ("price", 0.1),
            ("terrible", -0.9),
            ("service", -0.12),
            ("refund", -0.3),
        ],
    ];
    Ok(CustomerPage {
        id: "c-000042".into(),
        name: "王小明".into(),
        facts: vec![
            fact("city", "上海"),
            fact("joined", "2021-03-14"),
            fact("accounts", "3"),
        ],
        panels: vec![
            panel(
                "customer/1_profile.sql",
                "-- title: Profile\n-- chart: facts\n-- width: full\n-- format: churn_probability = percent\n-- unit: spent = ¥",
                vec![
                    ("rfm_segment", texts(["at risk"])),
                    ("spent", float([Some(12_412.5)])),
                    ("orders", int([38])),
                    ("churn_probability", float([Some(0.71)])),
                    ("next_order_on", Arc::new(Date32Array::from(vec![None]))),
                    ("hours", hours),
                    ("intents", intents),
                    ("tags", Arc::new(tags)),
                ],
            )?,
            panel(
                "customer/2_texts.sql",
                "-- title: Which texts said what, and why\n-- chart: text\n-- section: Voice\n-- width: two-thirds",
                vec![
                    ("at", times(&[DAY0, DAY0 + 40 * DAY])),
                    ("label", texts(["negative", "negative"])),
                    ("score", float([Some(-0.31), Some(-0.62)])),
                    (
                        "text",
                        texts([
                            "质量很好，但是快递太慢了。",
                            "Great price, <b>terrible</b> service! I want a refund.",
                        ]),
                    ),
                    ("why", lists("token", "attribution", &explained)?),
                ],
            )?,
            panel(
                "customer/3_history.sql",
                "-- title: History\n-- chart: timeline\n-- width: third",
                vec![
                    (
                        "at",
                        times(&[DAY0, DAY0 + 3_600_000 * 30, DAY0 + 40 * DAY + 61_000 * 600]),
                    ),
                    ("kind", texts(["order", "review", "complaint"])),
                    (
                        "text",
                        texts(["3 pieces, 家居", "质量很好，但是快递太慢了。", "I want a refund."]),
                    ),
                    ("amount", float([Some(219.0), None, None])),
                ],
            )?,
        ],
    })
}

fn checks() -> Vec<CheckRow> {
    let check = |name: &str, outcome, found, about: &str| CheckRow {
        name: name.into(),
        outcome,
        found,
        about: about.into(),
    };
    vec![
        check("key of retail_profiles", CheckOutcome::Passed, 0, "unique and not null"),
        check(
            "amounts",
            CheckOutcome::Warning,
            12,
            "orders without a plausible amount",
        ),
        check(
            "unknown_accounts",
            CheckOutcome::Failed,
            1_204,
            "orders of unknown accounts",
        ),
    ]
}

fn steps() -> Vec<StepRow> {
    let step = |name: &str, kind: &str, rows, seconds, about: &str| StepRow {
        name: name.into(),
        kind: kind.into(),
        rows,
        seconds,
        about: about.into(),
    };
    vec![
        step("orders_clean", "table", Some(251_034), 1.25, ""),
        step("texts", "view", None, 0.01, ""),
        step("retail_churn", "model", None, 3.4, "retail_churn@3"),
        step("retail_profiles", "table", Some(10_000), 5.8, ""),
    ]
}

const DAY: i64 = 86_400_000;
const DAY0: i64 = 1_777_593_600_000;

fn panel(file: &str, head: &str, columns: Vec<(&str, ArrayRef)>) -> Fallible<Panel> {
    Ok(Panel {
        head: Head::parse(file, head)?,
        batches: vec![RecordBatch::try_from_iter_with_nullable(
            columns.into_iter().map(|(name, array)| (name, array, true)),
        )?],
    })
}

fn int(values: impl IntoIterator<Item = i64>) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(values))
}

fn float(values: impl IntoIterator<Item = Option<f64>>) -> ArrayRef {
    Arc::new(Float64Array::from_iter(values))
}

fn texts<'a>(values: impl IntoIterator<Item = &'a str>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

fn times(values: &[i64]) -> ArrayRef {
    Arc::new(TimestampMillisecondArray::from(values.to_vec()))
}

/// A list of words with numbers for each row.
fn lists(word: &str, number: &str, rows: &[&[(&str, f64)]]) -> Fallible<ArrayRef> {
    let fields = Fields::from(vec![
        Field::new(word, DataType::Utf8, true),
        Field::new(number, DataType::Float64, true),
    ]);
    let mut list = ListBuilder::new(StructBuilder::from_fields(fields, 0));
    for row in rows {
        for (text, weight) in *row {
            let entry = list.values();
            entry
                .field_builder::<StringBuilder>(0)
                .ok_or("no texts")?
                .append_value(text);
            entry
                .field_builder::<Float64Builder>(1)
                .ok_or("no numbers")?
                .append_value(*weight);
            entry.append(true);
        }
        list.append(true);
    }
    Ok(Arc::new(list.finish()))
}

/// Numbers from 0 to 1 that look like chance and are the same each time.
fn noise(n: u32) -> Vec<f64> {
    let mut state = 1u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1u32 << 24)
    };
    (0..n).map(next).collect()
}
