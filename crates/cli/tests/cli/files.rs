//! Files as tables.

use crate::harness::{Workplace, gzip};

const LABELS: &str = "select comment, ai_sentiment(comment)['label'] as sentiment from ";
const LABELLED: &str = "comment,sentiment\n这家餐厅很棒！,positive\nbad service,negative\n";

#[test]
fn csv_json_and_parquet_files_give_the_same_answers() {
    let Some(workplace) = Workplace::with_models() else {
        return;
    };
    workplace.write("c.csv", "id,comment\n1,这家餐厅很棒！\n2,bad service\n");
    workplace.write("c.tsv", "id\tcomment\n1\t这家餐厅很棒！\n2\tbad service\n");
    workplace.write(
        "c.ndjson",
        "{\"comment\":\"这家餐厅很棒！\"}\n{\"comment\":\"bad service\"}\n",
    );
    workplace.write(
        "c.json",
        "[\n {\"comment\":\"这家餐厅很棒！\"},\n {\"comment\":\"bad service\"}\n]\n",
    );
    workplace
        .run(&["sql", "-c", "select * from 'c.csv'", "-o", "c.parquet"])
        .ok();
    workplace
        .csv("copy (select * from 'c.csv') to 'z.csv.zst' stored as csv options ('format.compression' 'zstd')")
        .ok();
    gzip(&workplace.path("c.csv"));
    gzip(&workplace.path("c.ndjson"));
    for file in [
        "c.csv",
        "c.tsv",
        "c.ndjson",
        "c.json",
        "c.parquet",
        "c.csv.gz",
        "c.ndjson.gz",
        "z.csv.zst",
    ] {
        assert_eq!(workplace.csv(&format!("{LABELS} '{file}'")).ok(), LABELLED, "{file}");
    }
}

#[test]
fn folders_and_globs_are_tables() {
    let workplace = Workplace::new();
    workplace.write("d/a.csv", "x\n1\n");
    workplace.write("d/b.csv", "x\n2\n");
    workplace.write("d/_SUCCESS", "");
    workplace.write("d/notes.txt", "not data");
    workplace.write("评论 目录/数据 1.csv", "x\n5\n");
    let sum = |place: &str| workplace.csv(&format!("select sum(x) as s from '{place}'")).ok();
    for place in ["d", "d/", "./d", "d/*.csv", "d/[ab].csv"] {
        assert_eq!(sum(place), "s\n3\n", "{place}");
    }
    assert_eq!(sum("d/a*.csv"), "s\n1\n");
    assert_eq!(sum("评论 目录/数据 1.csv"), "s\n5\n");
    assert_eq!(sum("评论 目录"), "s\n5\n");
}

#[test]
fn folders_that_name_a_column_give_the_column() {
    let workplace = Workplace::new();
    workplace.write("d/year=2025/a.csv", "x\n1\n");
    workplace.write("d/year=2026/a.csv", "x\n2\n");
    assert_eq!(
        workplace.csv("select year, x from 'd' order by year").ok(),
        "year,x\n2025,1\n2026,2\n"
    );
}

#[test]
fn a_quoted_field_may_hold_line_breaks_wherever_the_file_is_cut() {
    let workplace = Workplace::new();
    let rows: String = (0..120_000)
        .map(|n| format!("{n},\"line one of {n},\nline \"\"two\"\" of the long comment number {n}\"\n"))
        .collect();
    workplace.write("long.csv", format!("id,comment\n{rows}"));
    let sql = "select count(*) as n, count(distinct id) as ids, min(length(comment)) > 40 as whole from 'long.csv'";
    assert_eq!(workplace.csv(sql).ok(), "n,ids,whole\n120000,120000,true\n");
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_column() {
    let workplace = Workplace::new();
    workplace.write("bom.csv", "\u{feff}comment,id\ngood,1\n");
    assert_eq!(workplace.csv("select comment from 'bom.csv'").ok(), "comment\ngood\n");
}

#[test]
fn odd_texts_do_no_harm_and_no_text_is_null() {
    let Some(workplace) = Workplace::with_models() else {
        return;
    };
    let long = "good ".repeat(200_000);
    let rows = ["good", "", "   ", "🤬🤬🤬", "\u{1}\u{2}", "\u{200b}", &long]
        .map(|text| format!("{{\"t\":{}}}\n", json(text)));
    workplace.write("odd.ndjson", rows.concat() + "{\"t\":null}\n{}\n");
    let out = workplace
        .csv("select ai_sentiment(t)['label'] is null as n, length(t) as l from 'odd.ndjson'")
        .ok();
    let expected = "n,l\nfalse,4\ntrue,0\ntrue,3\nfalse,3\ntrue,2\ntrue,1\nfalse,1000000\ntrue,\ntrue,\n";
    assert_eq!(out, expected);
}

fn json(text: &str) -> String {
    let escaped = text.chars().map(|c| {
        if c.is_control() {
            format!("\\u{:04x}", c as u32)
        } else {
            c.to_string()
        }
    });
    format!("\"{}\"", escaped.collect::<String>())
}

#[test]
fn csv_files_of_one_table_share_their_header() {
    let workplace = Workplace::new();
    workplace.write("order/a.csv", "city,comment\nParis,good\n");
    workplace.write("order/b.csv", "comment,city\nbad,Rome\n");
    let message = workplace.csv("select city from 'order'").fails(1);
    assert!(
        message.contains("the columns of `a.csv` are city, comment, those of `b.csv` are comment, city"),
        "{message}"
    );
    workplace.write("twice.csv", "id,comment,comment,\n1,a,b,c\n");
    assert_eq!(
        workplace.csv("select * from 'twice.csv'").ok(),
        "id,comment,comment_2,column_4\n1,a,b,c\n"
    );
}

#[test]
fn json_files_of_one_table_are_of_one_kind() {
    let workplace = Workplace::new();
    workplace.write("j/a.json", "[{\"a\":1},{\"a\":2}]");
    workplace.write("j/b.json", "{\"a\":3}\n");
    let message = workplace.csv("select * from 'j'").fails(1);
    assert!(
        message.contains("of `a.json` and `b.json` one is a json array and one is not"),
        "{message}"
    );
    gzip(&workplace.path("j/a.json"));
    assert_eq!(workplace.csv("select sum(a) as s from 'j/a.json.gz'").ok(), "s\n3\n");
}

#[test]
fn names_are_taken_as_they_are() {
    let workplace = Workplace::new();
    workplace.write("p/sale 50%20off.csv", "x\n1\n");
    workplace.write("p/sale 50 off.csv", "x\n100\n");
    workplace.write("up/a.csv", "x\n1\n");
    workplace.write("up/B.CSV", "x\n2\n");
    workplace.write("blobs/abc123", "x\n7\n");
    std::os::unix::fs::symlink("blobs/abc123", workplace.path("link.csv")).expect("linked");
    let sum = |place: &str| workplace.csv(&format!("select sum(x) as s from '{place}'")).ok();
    assert_eq!(sum("p/*off.csv"), "s\n101\n");
    assert_eq!(sum("p"), "s\n101\n");
    assert_eq!(sum("up"), "s\n3\n");
    assert_eq!(sum("link.csv"), "s\n7\n");
}

#[test]
fn a_plain_name_is_the_warehouses_before_it_is_a_folders() {
    let workplace = Workplace::new();
    workplace.write("orders/a.csv", "w\nhere\n");
    workplace.write("lake/orders.csv", "w\nlake\n");
    workplace.write("lake/people/1.csv", "w\nfolder\n");
    let ask = |sql: &str| {
        workplace
            .run(&["sql", "--format", "csv", "--warehouse", "lake", "-c", sql])
            .ok()
    };
    assert_eq!(ask("select w from orders"), "w\nlake\n");
    assert_eq!(ask("select w from people"), "w\nfolder\n");
    assert_eq!(ask("select w from './orders'"), "w\nhere\n");
    assert_eq!(workplace.csv("select w from orders").ok(), "w\nhere\n");
}

#[test]
fn a_large_file_of_long_texts_is_read() {
    let workplace = Workplace::new();
    let text = "这是一段很长的评论，".repeat(100);
    let rows: String = (0..8_000).map(|n| format!("{n},\"{text}\"\n")).collect();
    workplace.write("large.csv", format!("id,comment\n{rows}"));
    assert!(std::fs::metadata(workplace.path("large.csv")).expect("written").len() > 20_000_000);
    let sql = "select count(*) as n, max(id) as last, min(length(comment)) as shortest from 'large.csv'";
    assert_eq!(workplace.csv(sql).ok(), "n,last,shortest\n8000,7999,1000\n");
}
