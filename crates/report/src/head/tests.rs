use super::*;

fn parse(sql: &str) -> Head {
    Head::parse("10_top_words.sql", sql).unwrap()
}

fn refused(sql: &str) -> String {
    Head::parse("a.sql", sql).unwrap_err().to_string()
}

#[test]
fn a_head_is_read_up_to_the_statement() {
    let head = parse(
        "-- title: Segments 客户\n-- Some prose: with a colon\n\n-- chart: bar\n-- section: Value\n-- x: segment\n\
         -- y: customers, revenue\n-- width: third\n-- stack: true\n-- format: percent, revenue = compact\n\
         -- unit: revenue = ¥\n-- note: One.\n-- note: Two: more.\nSELECT 1\n-- colour: red\n",
    );
    assert_eq!(head.title, "Segments 客户");
    assert_eq!(head.chart, Chart::Bar);
    assert_eq!(head.section.as_deref(), Some("Value"));
    assert_eq!(head.x.as_deref(), Some("segment"));
    assert_eq!(head.y, ["customers", "revenue"]);
    assert_eq!(head.width, Width::Third);
    assert!(head.stack);
    assert_eq!(head.format("revenue", true), Format::Compact);
    assert_eq!(head.format("customers", false), Format::Percent);
    assert_eq!((head.unit("revenue"), head.unit("customers")), ("¥", ""));
    assert_eq!(head.note, "One. Two: more.");
}

#[test]
fn a_file_without_a_head_is_a_table() {
    let head = parse("SELECT 1");
    assert_eq!((head.title.as_str(), head.chart), ("Top words", Chart::Table));
    assert_eq!(head.width, Width::Full);
    assert_eq!(Head::parse("customer/5.sql", "").unwrap().title, "5");
    assert_eq!(Head::parse("", "").unwrap().title, "");
    assert_eq!(Head::parse("x", "\u{feff}-- title: A\r\n").unwrap().title, "A");
}

#[test]
fn mistakes_are_named_with_what_is_known() {
    assert_eq!(
        refused("-- colour: red\n"),
        "a.sql: line 1: unknown setting `colour` (known: `title`, `chart`, `note`, `section`, `width`, `format`, \
         `unit`, `x`, `y`, `series`, `value`, `stack`, `bins`)"
    );
    assert_eq!(
        refused("\n-- chart: pie\n"),
        "a.sql: line 2: unknown chart `pie` (known: `number`, `bar`, `column`, `line`, `area`, `doughnut`, `scatter`, \
         `histogram`, `heatmap`, `keywords`, `table`, `facts`, `timeline`, `text`)"
    );
    assert_eq!(
        refused("-- width: wide"),
        "a.sql: line 1: unknown width `wide` (known: `third`, `half`, `two-thirds`, `full`)"
    );
    assert!(refused("-- format: a = euro").contains("unknown format `euro` (known: `auto`, "));
    assert!(refused("-- chart: bar\n-- stack: yes").contains("(known: `true`, `false`)"));
    assert_eq!(
        refused("-- chart: histogram\n-- bins: 0"),
        "a.sql: line 2: `bins` is `0`, expected 1 to 200"
    );
    assert_eq!(
        refused("-- x: a\n-- x: b"),
        "a.sql: line 2: `x` is there twice; leave one"
    );
    assert_eq!(
        refused("-- x:"),
        "a.sql: line 1: `x` has no value; write one behind the colon"
    );
    assert!(refused("-- x: a").starts_with("a.sql: line 1: the chart `table` has no use for `x` (known: `title`"));
}

#[test]
fn every_chart_has_its_name() {
    for (name, chart, _) in Chart::ALL {
        let head = parse(&format!("-- chart: {name}"));
        assert_eq!((head.chart, head.chart.name()), (*chart, *name));
    }
    for (name, width) in Width::ALL {
        assert_eq!(width.name(), *name);
    }
}
