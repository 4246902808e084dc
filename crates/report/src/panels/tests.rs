use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, NullArray, StringArray, TimestampMillisecondArray};

use super::*;

fn ints(values: &[i64]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

fn floats(values: &[Option<f64>]) -> ArrayRef {
    Arc::new(Float64Array::from(values.to_vec()))
}

fn texts(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true))).unwrap()
}

fn try_draw(head: &str, columns: Vec<(&str, ArrayRef)>) -> Result<(String, Vec<Drawing>), String> {
    let head = Head::parse("a.sql", head).unwrap();
    let mut drawings = Vec::new();
    body(&head, &[batch(columns)], &mut drawings).map(|html| (html, drawings))
}

fn draw(head: &str, columns: Vec<(&str, ArrayRef)>) -> (String, Vec<Drawing>) {
    try_draw(head, columns).unwrap()
}

fn refused(head: &str, columns: Vec<(&str, ArrayRef)>) -> String {
    try_draw(head, columns).unwrap_err()
}

const EVERY: [&str; 14] = [
    "number",
    "bar",
    "column",
    "line",
    "area",
    "doughnut",
    "scatter",
    "histogram",
    "heatmap",
    "keywords",
    "table",
    "facts",
    "timeline",
    "text",
];

#[test]
fn without_rows_every_chart_says_so() {
    for chart in EVERY {
        let head = format!("-- chart: {chart}");
        let (html, drawings) = draw(&head, vec![("a", ints(&[]))]);
        assert_eq!((html.as_str(), drawings.len()), (r#"<p class="empty">no rows</p>"#, 0));
        let head = Head::parse("a.sql", &head).unwrap();
        assert!(body(&head, &[], &mut Vec::new()).unwrap().contains("no rows"));
    }
}

#[test]
fn nothing_but_null_is_drawn_or_refused() {
    for chart in EVERY {
        let columns = || {
            vec![
                ("a", Arc::new(NullArray::new(2)) as ArrayRef),
                ("b", Arc::new(NullArray::new(2))),
            ]
        };
        if let Err(reason) = try_draw(&format!("-- chart: {chart}"), columns()) {
            assert!(reason.contains("column"), "{chart}: {reason}");
        }
    }
}

#[test]
fn what_does_not_fit_is_refused_with_what_is_there() {
    let columns = || vec![("label", texts(&["a"])), ("n", ints(&[1]))];
    assert_eq!(
        refused("-- chart: bar\n-- y: m", columns()),
        "no column `m` (columns: `label`, `n`)"
    );
    assert_eq!(
        refused("-- chart: bar\n-- x: n\n-- y: label", columns()),
        "expected numbers in column `label` (Utf8)"
    );
    assert_eq!(
        refused("-- chart: line", vec![("label", texts(&["a"]))]),
        "expected a column of numbers, got `label` (Utf8)"
    );
    assert_eq!(
        refused("-- chart: timeline", columns()),
        "no column `at` (columns: `label`, `n`)"
    );
    assert!(refused("-- chart: heatmap", columns()).starts_with("expected a column of labels for `y`"));
    assert!(
        refused(
            "-- chart: doughnut\n-- x: label",
            vec![("label", texts(&["a"])), ("n", ints(&[-1]))]
        )
        .contains("below 0")
    );
    let twice = vec![("x", ints(&[1, 1])), ("s", texts(&["a", "a"])), ("y", ints(&[1, 2]))];
    assert_eq!(
        refused("-- chart: line\n-- x: x\n-- series: s", twice),
        "`1` is there twice for `a`; group the query by `x` and `s`"
    );
    let head = Head::parse("a.sql", "").unwrap();
    let batches = [batch(vec![("a", ints(&[1]))]), batch(vec![("a", texts(&["x"]))])];
    let reason = body(&head, &batches, &mut Vec::new()).unwrap_err();
    assert_eq!(
        reason,
        "its batches have different columns; hand over those of one query"
    );
}

#[test]
fn bars_lie_where_labels_are_long() {
    let bars = |label: &str| {
        draw("-- chart: bar", vec![("x", texts(&[label])), ("n", ints(&[3]))])
            .1
            .remove(0)
    };
    assert!(!bars("short").lying);
    assert!(bars("a rather long label").lying);
    assert!(bars("流失风险客户组").lying);
    assert_eq!(bars("short").series[0].ys, [Some(3.0)]);
}

#[test]
fn what_is_too_much_is_cut_and_said() {
    let many: Vec<String> = (0..300).map(|n| n.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let (html, drawings) = draw("-- chart: bar", vec![("x", texts(&many)), ("n", ints(&[1; 300]))]);
    assert_eq!(drawings[0].labels.len(), 200);
    assert!(html.contains("Shows the first 200 rows of 300."));

    let points: Vec<i64> = (0..6000).collect();
    let (html, drawings) = draw("-- chart: scatter", vec![("x", ints(&points)), ("y", ints(&points))]);
    assert_eq!(drawings[0].series[0].ys.len(), 5000);
    assert!(html.contains("Shows the first 5,000 rows of 6,000."));
    assert!(html.contains("The first 200 rows of 5,000."));

    let (_, drawings) = draw(
        "-- chart: doughnut",
        vec![("x", texts(&many[..20])), ("n", ints(&[1; 20]))],
    );
    assert_eq!(drawings[0].labels.len(), 7);
    assert_eq!(drawings[0].labels[6], "14 others");
    assert_eq!(drawings[0].series[0].ys[6], Some(14.0));

    let (html, drawings) = draw(
        "-- chart: line\n-- series: s",
        vec![
            ("x", texts(&["a"; 20])),
            ("s", texts(&many[..20])),
            ("n", ints(&[1; 20])),
        ],
    );
    assert_eq!(drawings[0].series.len(), 7);
    assert!(html.contains("Shows the first 7 of 20 series."));
    let (html, _) = draw("-- chart: facts", vec![("x", ints(&[1, 2]))]);
    assert!(html.contains("Shows the first 1 row of 2."));
}

#[test]
fn rows_of_several_batches_are_one_table() {
    let head = Head::parse("a.sql", "-- chart: bar").unwrap();
    let part = |label: &str| batch(vec![("x", texts(&[label])), ("n", ints(&[1]))]);
    let mut drawings = Vec::new();
    body(&head, &[part("a"), part("b")], &mut drawings).unwrap();
    assert_eq!(drawings[0].labels, ["a", "b"]);
}

#[test]
fn lines_are_in_the_order_of_time() {
    let day = 86_400_000;
    let (html, drawings) = draw(
        "-- chart: line\n-- series: s",
        vec![
            (
                "at",
                Arc::new(TimestampMillisecondArray::from(vec![
                    Some(2 * day),
                    Some(day),
                    Some(2 * day),
                    None,
                ])),
            ),
            ("s", texts(&["a", "a", "b", "b"])),
            ("n", floats(&[Some(2.0), Some(1.0), None, Some(f64::NAN)])),
        ],
    );
    let [a, b] = drawings[0].series.as_slice() else {
        panic!("two series")
    };
    assert_eq!((drawings[0].axis, a.name.as_str(), b.name.as_str()), ("time", "a", "b"));
    assert_eq!(a.xs, [Some(86_400_000.0), Some(172_800_000.0)]);
    assert_eq!(
        (a.ys.as_slice(), b.ys.as_slice()),
        (&[Some(1.0), Some(2.0)][..], &[None, None][..])
    );
    assert!(html.contains("Leaves out 1 without a value of at."));
}

#[test]
fn a_histogram_says_what_it_leaves_out() {
    let (html, drawings) = draw(
        "-- chart: histogram",
        vec![("n", floats(&[Some(1.0), None, Some(f64::INFINITY), Some(2.0)]))],
    );
    assert!(html.contains("Leaves out 2 rows without a number."));
    let counted: f64 = drawings[0].series[0].ys.iter().flatten().sum();
    assert_eq!(counted, 2.0);
    let (html, _) = draw("-- chart: histogram", vec![("n", floats(&[None]))]);
    assert!(html.contains("no numbers"));
}

#[test]
fn a_chart_without_a_value_says_so() {
    let (html, drawings) = draw("-- chart: bar", vec![("x", texts(&["a"])), ("n", floats(&[None]))]);
    assert!(drawings.is_empty());
    assert!(html.starts_with(r#"<p class="empty">no values</p><details>"#));
}

#[test]
fn many_lying_bars_scroll() {
    let labels = ["a rather long label"; 60];
    let (html, _) = draw("-- chart: bar", vec![("x", texts(&labels)), ("n", ints(&[1; 60]))]);
    assert!(html.starts_with(r#"<div class="tall"><div class="plot bar" style="height:1736px">"#));
}

#[test]
fn a_heatmap_sorts_hours_and_leaves_gaps() {
    let (html, _) = draw(
        "-- chart: heatmap",
        vec![
            ("day", texts(&["Mon", "Sun"])),
            ("hour", ints(&[10, 9])),
            ("share", floats(&[Some(0.5), Some(-0.25)])),
        ],
    );
    // Without settings the first two columns are `x` and `y`.
    let cells = r#"<th scope="row">9</th><td class="" style="--v:0.000" title="Mon · 9: –">–</td><td class="below""#;
    assert!(html.contains(cells), "{html}");
    assert!(html.find(r#"scope="row">9<"#) < html.find(r#"scope="row">10<"#));
    let twice = vec![("x", ints(&[1, 1])), ("y", ints(&[2, 2])), ("v", ints(&[3, 4]))];
    assert!(refused("-- chart: heatmap", twice).contains("are there twice; group the query by `x` and `y`"));
}

#[test]
fn words_belong_to_somebody_or_nobody() {
    let (html, _) = draw(
        "-- chart: keywords",
        vec![("word", texts(&["快递", "<b>"])), ("weight", ints(&[1, 3]))],
    );
    assert!(html.find("&lt;b&gt;") < html.find("快递"), "the heaviest first");
    let (html, _) = draw(
        "-- chart: keywords",
        vec![
            ("group", texts(&["g1", "g2"])),
            ("word", texts(&["a", "b"])),
            ("weight", ints(&[1, 3])),
        ],
    );
    assert!(html.contains("<h5>g1</h5>") && html.contains("<h5>g2</h5>"));
}

#[test]
fn a_figure_is_a_single_value() {
    let (html, _) = draw(
        "-- chart: number\n-- format: risk = percent",
        vec![("risk", floats(&[Some(0.5)])), ("name", texts(&["<i>"]))],
    );
    assert!(html.contains("<dt>risk</dt><dd>50.0%</dd>"));
    assert!(html.contains("<dd>&lt;i&gt;</dd>"));
}
