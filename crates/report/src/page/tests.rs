use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};

use super::*;

const HOSTILE: &str = "</script><script>alert(1)</script>";

fn panel(head: &str) -> Panel {
    let texts: ArrayRef = Arc::new(StringArray::from(vec![HOSTILE, "{{data}}"]));
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
    Panel {
        head: Head::parse("a.sql", head).unwrap(),
        batches: vec![RecordBatch::try_from_iter([(HOSTILE, texts), ("n", numbers)]).unwrap()],
    }
}

fn hostile() -> Report {
    let charts = ["bar", "line", "doughnut", "keywords", "table", "facts", "text"];
    let panels = || {
        charts
            .iter()
            .map(|chart| {
                panel(&format!(
                    "-- chart: {chart}\n-- title: {HOSTILE}\n-- note: {HOSTILE}\n-- unit: {HOSTILE}"
                ))
            })
            .collect::<Vec<_>>()
    };
    Report {
        title: HOSTILE.into(),
        subtitle: HOSTILE.into(),
        facts: vec![(HOSTILE.into(), HOSTILE.into())],
        panels: panels(),
        checks: vec![CheckRow {
            name: HOSTILE.into(),
            outcome: CheckOutcome::Warning,
            found: 1,
            about: HOSTILE.into(),
        }],
        steps: vec![StepRow {
            name: HOSTILE.into(),
            kind: HOSTILE.into(),
            rows: None,
            seconds: f64::NAN,
            about: HOSTILE.into(),
        }],
        customer: Some(CustomerPage {
            id: HOSTILE.into(),
            name: String::new(),
            facts: vec![(HOSTILE.into(), String::new())],
            panels: panels(),
        }),
    }
}

#[test]
fn hostile_text_never_becomes_code() {
    let page = render(&hostile()).unwrap();
    assert!(!page.contains("<script>alert"));
    assert!(page.contains(r"\u003c/script>\u003cscript>alert(1)"));
    assert!(page.contains("&lt;/script&gt;&lt;script&gt;alert(1)"));
    // Those of the page itself: data, library, script.
    assert_eq!(page.matches("<script").count(), 3);
    assert_eq!(page.matches("</script").count(), 3);
}

#[test]
fn nothing_is_loaded_and_the_same_report_is_the_same_page() {
    let page = render(&hostile()).unwrap();
    assert!(page.contains(
        "content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\""
    ));
    for loads in [
        "<link",
        "<img",
        "<iframe",
        " src=",
        "@import",
        "url(",
        "sourceMappingURL",
    ] {
        let ours = page.replace(without_map(CHARTS), "");
        assert!(!ours.contains(loads), "{loads}");
    }
    assert_eq!(page, render(&hostile()).unwrap());
}

#[test]
fn the_data_are_json() {
    let page = render(&hostile()).unwrap();
    let (_, data) = page.split_once(r#"id="drawings">"#).unwrap();
    let (data, _) = data.split_once("</script>").unwrap();
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    assert_eq!(data[0]["labels"], serde_json::json!([HOSTILE, "{{data}}"]));
}

#[test]
fn sections_are_passed_on_and_gathered() {
    let report = Report {
        panels: vec![
            panel("-- title: a"),
            panel("-- title: b\n-- section: Value"),
            panel("-- title: c"),
            panel("-- title: d\n-- section: Overview"),
        ],
        ..Report::default()
    };
    let page = render(&report).unwrap();
    let nav = r##"<a href="#s1">Overview</a><a href="#s2">Value</a></nav>"##;
    assert!(page.contains(nav));
    let place = |title: &str| page.find(&format!("<h3>{title}</h3>")).unwrap();
    assert!(place("a") < place("d") && place("d") < place("b") && place("b") < place("c"));
}

#[test]
fn a_customer_may_be_alone() {
    let report = Report {
        title: "Retail".into(),
        customer: Some(CustomerPage {
            id: "c-1".into(),
            name: "王小明".into(),
            facts: Vec::new(),
            panels: vec![panel("-- chart: facts")],
        }),
        ..Report::default()
    };
    let page = render(&report).unwrap();
    assert!(page.contains(r#"<h2 id="customer">王小明</h2><p class="subtitle">c-1</p>"#));
    assert!(!page.contains("Chart.js"), "no chart, no library");
    assert!(page.contains("<h3>Profile</h3>"));
}

#[test]
fn an_error_names_the_panel() {
    let report = Report {
        panels: vec![panel("-- chart: bar\n-- x: m")],
        ..Report::default()
    };
    assert_eq!(
        render(&report).unwrap_err().to_string(),
        "panel a.sql: no column `m` (columns: `</script><script>alert(1)</script>`, `n`)"
    );
}

#[test]
fn the_library_is_the_one_that_is_written_down() {
    assert!(CHARTS.starts_with("/*!\n * Chart.js v4.6.1\n"));
    assert!(!CHARTS.contains("</script"));
    assert!(!SCRIPT.contains("</script") && !NAV.contains("</script") && !LOOKS.contains("</style"));
}
