//! Queries give the same rows and columns whether their model calls are planned or not.

use std::path::Path;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use crate::driver::{Local, rows};
use crate::slt::by_words;

/// Reviews with NULLs and repeats among their texts; customers, some without reviews, with a column `t` of their own.
const TABLES: &str = "
create table r as select value as id, value % 23 as cid, value % 7 as g, value * 37 % 401 as ts,
    case when value % 5 = 0 then null else value % 13 end as n,
    case when value % 11 = 0 then null when value % 3 = 0 then 'good ' || (value % 90)
         when value % 3 = 1 then 'bad ' || (value % 90) else 'book ' || (value % 90) end as t,
    case when value % 2 = 0 then 'good' else 'bad very bad ' || (value % 50) end as u
  from generate_series(1, 400);
create table c as select value as id, value % 4 as city, 'name ' || value as name,
    case when value % 6 = 0 then null else 'bad ' || value end as t
  from generate_series(0, 29);
create table e as select * from r where id < 0;
create table d as select id, g, arrow_cast(t, 'Dictionary(Int32, Utf8)') as t, arrow_cast(u, 'Utf8View') as u from r;
create table \"R R\" as select id as \"Id\", n as \"N\", t as \"Text.x\" from r;
create view v as select id, cid, ts, ai_sentiment(t)['label'] as label, ai_sentiment(t)['score'] as score from r;
create view w as select r.*, c.city, c.name from r join c on r.cid = c.id;
";

/// Queries whose rows have no order.
const UNORDERED: &[&str] = &[
    "select * from r where ai_sentiment(t)['label'] = 'negative' and n > 3 and ts < 300",
    "select id, t from r where n > 3 and ai_sentiment(t)['label'] = 'negative' and ai_sentiment(t)['score'] < -0.1",
    "select id from r where ai_sentiment(t)['label'] = 'negative' or n = 3",
    "select id from r where not (ai_sentiment(t)['label'] = 'negative' or n = 3)",
    "select id from r where (ai_sentiment(t)['label'] = 'negative') is null",
    "select id, ai_sentiment(t)['label'] as t from r where t like '%1%'",
    "select t as id, id as t from r where ai_sentiment(t)['label'] = 'positive' and n is not null",
    "select id, s['label'], s['score'] from (select id, n, ai_sentiment(t) as s from r) where n > 5 and s['label'] <> 'positive'",
    "select * from (select *, ai_sentiment(t)['label'] as label from r) x join c on x.cid = c.id where c.city = 2",
    "select * from r join c on r.cid = c.id where c.city = 1 and ai_sentiment(r.t)['label'] = 'negative'",
    "select * from r join c on r.cid = c.id where ai_sentiment(c.t)['label'] = ai_sentiment(r.t)['label'] and r.g = 1",
    "select r.id, c.id, ai_sentiment(c.t) as s, ai_sentiment(r.t) as s2 from r join c on r.cid = c.id and r.n > c.city",
    "select * from r join c using (id) where ai_sentiment(r.t)['label'] = 'negative' and city > 1",
    "select a.id, b.id, a.s, b.s from (select id, g, ai_sentiment(t)['label'] as s from r where id < 60) a \
     join (select id, g, ai_sentiment(u)['label'] as s from r where id > 350) b on a.g = b.g",
    "select a.id, b.id from (select id, ai_sentiment(t)['label'] as s from r where id < 60) a \
     join (select id, ai_sentiment(u)['label'] as s from r where id > 350) b on a.s = b.s",
    "select r.id, c.id from r join c on r.cid = c.id and ai_similarity(r.t, c.t) > 0.5 and c.city = 1",
    "select r.id, c.id from r, c where ai_similarity(r.t, c.t) > 0.5 and r.id < 20",
    "select c.*, x.label from c left join (select cid, id, ai_sentiment(t)['label'] as label from r) x on x.cid = c.id",
    "select c.id, x.* from c left join (select cid, ai_sentiment(t) as s, coalesce(ai_sentiment(t)['label'], '?') as l \
     from r where g = 2) x on x.cid = c.id where c.city = 3",
    "select c.id, x.id from c left join r x on x.cid = c.id and ai_sentiment(x.t)['label'] = 'negative' and x.g = 1",
    "select c.id, x.id from r x right join c on x.cid = c.id and ai_sentiment(x.t)['label'] = 'negative' and x.g = 1",
    "select c.id, x.l from (select cid, g, coalesce(ai_sentiment(t)['label'], '?') as l from r) x \
     right join c on x.cid = c.id and x.g = 1",
    "select c.id, ai_sentiment(c.t)['label'], r.id from c left join r on r.cid = c.id and ai_sentiment(c.t)['label'] = 'x'",
    "select c.id, s, r.id from (select id, ai_sentiment(t) as s from c) c left join r on r.cid = c.id where r.g is null",
    "select x.id, y.id, x.s, y.s from (select id, ai_sentiment(t)['label'] as s from r) x \
     full join (select id, ai_sentiment(t)['label'] as s from c) y on x.id = y.id and x.s = y.s",
    "select x.id, y.id from (select id from r where ai_sentiment(t)['label'] = 'negative') x \
     full join (select id from c where ai_sentiment(t)['label'] = 'negative') y on x.id = y.id",
    "select * from c where exists (select 1 from r where r.cid = c.id and ai_sentiment(r.t)['label'] = 'negative') \
     and city = 1",
    "select * from c where not exists (select 1 from r where r.cid = c.id and g = 1 and \
     ai_sentiment(r.t)['label'] = 'negative')",
    "select * from c where id in (select cid from r where ai_sentiment(t)['label'] = 'negative' and n = 3)",
    "select * from c where id not in (select cid from r where ai_sentiment(t)['label'] = 'negative' and n = 3)",
    "select * from c where id not in (select n from r where ai_sentiment(t)['label'] = 'negative')",
    "select * from c where city = 9 or exists (select 1 from r where r.cid = c.id and ai_sentiment(r.t)['label'] = 'x')",
    "select id, ai_sentiment(t)['label'] from r where cid in (select id from c where city = 2)",
    "select id, (select max(ai_sentiment(r.t)['score']) from r where r.cid = c.id) from c where city = 2",
    "select id from r where ai_sentiment(t)['score'] > (select max(ai_sentiment(t)['score']) - 0.1 from c)",
    "select id, ai_sentiment(t)['label'] from r where n = 1 union all select id, ai_sentiment(t)['label'] from c",
    "select ai_sentiment(t)['label'] from r union select ai_sentiment(t)['label'] from c",
    "select t from r where ai_sentiment(t)['label'] = 'negative' intersect select t from c",
    "select t from r except select t from c where ai_sentiment(t)['label'] = 'negative'",
    "select distinct t, ai_sentiment(t)['label'] from r",
    "select g, count(*), round(avg(ai_sentiment(t)['score']), 6), count(*) filter (where ai_sentiment(t)['label'] = 'negative') \
     from r group by g having max(ai_sentiment(t)['score']) > 0",
    "select g, round(avg(ai_sentiment(t)['score']) filter (where n > 3), 6), max(ai_sentiment(t)['label']) filter (where n > 3), \
     count(ai_sentiment(t)['label']) filter (where n > 3), count(distinct ai_sentiment(t)['label']) filter (where n = 1), \
     bool_or(ai_sentiment(t)['label'] = 'negative') filter (where n > 3) from r group by g",
    "select count(*) filter (where ai_sentiment(t)['label'] = 'negative' and n > 3 and ts < 200) as a, \
     count(*) filter (where n > 3 and ai_sentiment(t)['label'] = 'positive') as b from r",
    "select ai_sentiment(t)['label'] as label, count(*) from r where n > 2 group by 1",
    "select g, first_value(ai_sentiment(t)['label'] order by ts), last_value(ai_sentiment(t)['score'] order by ts), \
     first_value(coalesce(ai_sentiment(t)['label'], '?') order by ts desc), min(ts), max(ai_sentiment(u)['score']) \
     from r group by g having first_value(ai_sentiment(t)['label'] order by ts) <> 'x'",
    "select cid, first_value(l order by ts), first_value(s order by ts), max(l), array_agg(s order by ts) from \
     (select cid, ts, ai_sentiment(t)['label'] as l, ai_sentiment(u)['score'] as s from r) group by cid",
    "select l, first_value(s order by ts), first_value(l order by ts) ignore nulls, first_value(l order by s, ts) from \
     (select ts, ai_sentiment(t)['label'] as l, ai_sentiment(u)['score'] as s from r) group by l",
    "select first_value(ai_sentiment(t)['label'] order by ts), first_value(coalesce(ai_sentiment(t)['label'], '?')) from e",
    "select g, first_value(ai_sentiment(t)['label'] order by ts) filter (where n > 3) from r group by rollup (g)",
    "select l, g, count(*) from (select ai_sentiment(t)['label'] as l, g from r) group by rollup (l, g)",
    "select id, case when n > 3 then ai_sentiment(t)['label'] when n is null then ai_sentiment(u)['label'] else t end from r",
    "select * from (select id, g, ai_sentiment(t)['label'] as l, row_number() over (partition by g order by ts) as k \
     from r) where k <= 2",
    "select id, s, lag(id) over (partition by s order by ts) from (select id, ts, ai_sentiment(t)['label'] as s from r)",
    "select id, s, sum(n) over (partition by g) from (select id, g, n, ai_sentiment(t)['label'] as s from r) where g < 3",
    "select * from v where score > 0 and ts < 100",
    "select v.*, c.name from v join c on v.cid = c.id where c.city = 0 and v.label = 'negative'",
    "select id, ai_sentiment(t) from w where city = 1 and ai_sentiment(t)['label'] = 'positive'",
    "select x.id, x.label, y.l from v as x join (select id, label as l from v) y on x.id = y.id join c on c.id = x.cid \
     cross join (select label as l from v where id = 3) x2 where c.city = 3 and x.label = y.l and x.label = x2.l",
    "select id, 100 / n2 from (select id, n as n2 from r where n <> 0 and ai_sentiment(t)['label'] = 'negative') x \
     join c using (id)",
    "select c.id, x.q from c join (select id, 1 / (length(t) - 5) as q from r where ai_sentiment(t)['label'] is not null \
     and length(t) > 5) x on x.id = c.id",
    "select e.id, ai_sentiment(e.t), c.id from e right join c on e.cid = c.id",
    "select count(*) from (select id, ai_sentiment(t) from r)",
    "select max(x.id) from (select id, ai_sentiment(t) as s from r) x join c on x.id = c.id",
    "with a as (select id, cid, ai_sentiment(t)['label'] as l from r), b as (select cid, l, count(*) as k from a \
     group by cid, l) select c.id, b.l, b.k from c left join b on b.cid = c.id where b.k > 2 or b.k is null",
    "select id, unnest([l, 'x']) from (select id, n, ai_sentiment(t)['label'] as l from r) where n = 1",
    "select * from r where ai_sentiment(t)['label'] = 'negative' and id in (select cid from r where n = 4)",
    "select * from (select ai_sentiment(t) as s, id as \"Id\", 'a' as \"s s\" from r) x join c on x.\"Id\" = c.id where city = 1",
    "select x.__text_1, c.id, s from (select id, n as __text_1, ai_sentiment(t)['label'] as s from r) x \
     join c on x.id = c.id where city = 1",
    "select r1.id from r r1 join r r2 on r1.id = r2.cid join c on c.id = r2.cid \
     where ai_sentiment(r1.t)['label'] = 'negative' and ai_sentiment(r2.t)['label'] = 'negative' and city = 2",
    "select id from r where ai_sentiment(case when n > 3 then t else u end)['label'] = 'negative' and g = 1",
    "select id, ai_sentiment(t || coalesce(name, ''))['label'] from w where city = 1 and length(name) > 5",
];

/// More of them: what takes other ways through the planner.
const OTHERS: &[&str] = &[
    "select g, array_agg(distinct ai_sentiment(t)['label'] order by ai_sentiment(t)['label']) filter (where n > 3) \
     from r group by g",
    "select g, string_agg(distinct ai_sentiment(t)['label'], ',' order by ai_sentiment(t)['label']) filter (where n > 3) \
     from r group by g",
    "select g, array_agg(ai_sentiment(t)['label'] order by ai_sentiment(t)['score'], ts) filter (where n > 3) \
     from r group by g",
    "select g, round(median(ai_sentiment(t)['score']) filter (where n > (select avg(id) - 10 from c)), 6) from r group by g",
    "select n, max(ai_sentiment(u)['label']) filter (where ai_sentiment(u)['score'] > -0.5 and ai_sentiment(u)['score'] < 3) \
     from (select * from (select u, t, id, n from r) x order by id desc limit 200) y group by n",
    "select g, ai_sentiment(t)['label'], max(ai_sentiment(t)['score']) filter (where n > 3), grouping(g) \
     from r group by cube (g, ai_sentiment(t)['label'])",
    "select g, first_value(ai_sentiment(t)['label'] order by ts) from r group by grouping sets ((g), (g, n))",
    "select c.id, x.l from c cross join lateral (select ai_sentiment(r.t)['label'] as l from r where r.cid = c.id) x \
     where x.l = 'negative' and c.city = 1",
    "select x.id, y.l from (select n, coalesce(ai_sentiment(t)['label'], '?') as l from r) y \
     right join c x on y.n is not distinct from x.id",
    "select x.id, y.l from c x left join (select n, coalesce(ai_sentiment(t)['label'], '?') as l from r) y on y.n > x.id + 9",
    "select y.id, y.l, z.l from (select c.id, q.l from c left join (select cid, coalesce(ai_sentiment(t)['label'], '??') \
     as l from r where g = 3) q on q.cid = c.id) y left join (select id, coalesce(ai_sentiment(t)['label'], '?') as l \
     from r where ai_sentiment(u)['label'] = 'positive') z on z.id = y.id + 390",
    "select * from r left anti join (select cid, g from r where ai_sentiment(u)['label'] = 'positive') b \
     on r.id = b.cid and b.g = 1 where ai_sentiment(r.t)['label'] = 'negative' and r.n = 1",
    "select id from c where id in (select n from r where ai_sentiment(t)['label'] = 'negative') or city = 2",
    "select id, l from (select id, g, ai_sentiment(t)['label'] as l, ts from r) \
     qualify row_number() over (partition by g order by ts) = 1",
    "select id, unnest(ai_sentiment(t)) from r where n > 2",
    "select id, ai_sentiment(t)['label'] from d where g = 1 and ai_sentiment(u)['label'] = 'positive'",
    "select t, ai_sentiment(t)['label'], id from (select distinct on (t) * from d order by t, id)",
    "select x.\"Id\", \"S.s\", city from (select \"Id\", ai_sentiment(\"Text.x\")['label'] as \"S.s\" from \"R R\" where \"N\" > 3) x \
     left join c on c.id = x.\"Id\" and ai_sentiment(c.t)['label'] = 'negative'",
    "select count(*) from r where random() < 2 and ai_sentiment(t)['label'] = 'negative' and n > 3",
    "select id from r where ai_sentiment(t || case when random() < 2 then '' else 'x' end)['label'] = 'negative' and n > 3",
    "with recursive k as (select 1 as i, 'good' as l union all select k.i + 1, ai_sentiment(r.t)['label'] from k \
     join r on r.id = k.i where i < 6 and ai_sentiment(k.l)['label'] is not null) select * from k",
    "with recursive k as (select 1 as i, 'good' as l union all select * from (select k.i + 1, ai_sentiment(r.t)['label'] \
     from k join r on r.id = k.i where i < 6 and ai_sentiment(r.t)['label'] <> 'x' order by r.ts limit 2)) select * from k",
];

/// Queries whose rows have an order.
const ORDERED: &[&str] = &[
    "select ts, ai_sentiment(t) from r order by ts limit 10",
    "select * from (select ts, ai_sentiment(t) s from r) order by ts desc limit 10 offset 5",
    "select * from (select ts, ai_sentiment(t)['score'] as s, ai_sentiment(u)['label'] as l from r) order by s, ts limit 20",
    "select id, ai_sentiment(t)['label'] as t from r order by ts limit 7",
    "select ai_sentiment(t)['label'], ai_sentiment(t)['score'] from r order by ts limit 1000",
    "select ai_sentiment(t)['label'], n + (select min(id) from c) from r order by ts limit 1000",
    "select t from r where ai_sentiment(t)['label'] = 'negative' order by ts limit 10",
    "select t, ts + 1 as later from r where n > 2 and ai_sentiment(t)['label'] = 'negative' order by ts desc limit 10 offset 3",
    "select l, ts from (select ai_sentiment(t)['label'] as l, ts from r) where l <> 'positive' order by ts limit 10",
    "select r.id, l, c.name from (select id, cid, ts, ai_sentiment(t)['label'] as l from r) r join c on r.cid = c.id \
     where c.city > 0 order by r.ts limit 12",
    "select c.id, x.l from c left join (select id, ai_sentiment(t)['label'] as l from r) x on x.id = c.id order by c.id limit 9",
    "select id, ai_sentiment(t)['label'] from r order by ts",
    "select id, l from (select id, ai_sentiment(t)['label'] as l from r order by ts limit 20) where id > 100 order by id",
    "select * from (select id, ai_sentiment(t)['label'] as l from r order by ts limit 20) x join c on c.id = x.id order by x.id",
    "select id, ai_sentiment(t)['label'] from r where g = 1 union all select id, t from c order by 1, 2 limit 12",
    "select * from v order by ts limit 5",
    "select id from v where label = 'negative' order by ts limit 5",
    "select g, max(ai_sentiment(t)['score']) from r group by g order by g limit 3",
    "select id, sum(n) over (order by ts) as total, l from (select id, n, ts, ai_sentiment(t)['label'] as l from r) \
     order by ts limit 10",
    "select distinct on (g) g, ts, ai_sentiment(t)['label'] from r order by g, ts",
    "select distinct on (g) ai_sentiment(t)['label'] as l, ai_sentiment(t)['score'] as s, id from r where n > 2 \
     order by g, ts desc limit 4",
    "select ts from r where ai_sentiment(t)['label'] = 'absent' order by ts limit 10",
    "select ts, ai_sentiment(t)['label'] from r where ts < 100 order by ts limit 1000",
];

/// Queries that may give any so many of their rows.
const LIMITED: &[&str] = &[
    "select id from r where ai_sentiment(t)['label'] = 'negative' limit 10",
    "select id from r where ai_sentiment(t)['label'] = 'negative' limit 10 offset 100",
    "select id, l from (select id, n, ai_sentiment(t)['label'] as l from r) where l = 'negative' and n > 3 limit 10",
    "select r.id, c.id from r join c on r.cid = c.id where ai_sentiment(r.t)['label'] = 'negative' and city = 1 limit 10",
    "select id from r where ai_sentiment(t)['label'] = 'negative' union all select id from c limit 5",
    "select id, unnest([l, 'x']) from (select id, n, ai_sentiment(t)['label'] as l from r) limit 7",
    "select count(*) from (select id from r where ai_sentiment(t)['label'] = 'negative' limit 10)",
    "select * from (select id from r where ai_sentiment(t)['label'] = 'negative' limit 10) x cross join e",
];

/// What a statement gives: its columns, and its rows as text.
struct Given {
    schema: SchemaRef,
    rows: Vec<Vec<String>>,
}

async fn given(session: &Local, sql: &str) -> Result<Given, String> {
    let batches = session.query(sql).await.map_err(|e| e.to_string())?;
    Ok(Given {
        schema: batches.first().map(RecordBatch::schema).expect("a schema"),
        rows: batches.iter().flat_map(rows).collect(),
    })
}

/// Compares queries planned and not, under each of the settings.
fn compare(queries: &[&str], rows: impl Fn(&Given) -> Vec<Vec<String>>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("threads");
    let mut different = Vec::new();
    for settings in SETTINGS {
        runtime.block_on(async {
            let planned = Local::with_stub(by_words()).await.expect("a session");
            let plain = Local::with_stub(by_words()).await.expect("a session");
            plain.query("set tronie.model_planning = false").await.expect("set");
            for session in [&planned, &plain] {
                session.query(settings).await.expect("set");
                session.query(TABLES).await.expect("tables");
            }
            for sql in queries {
                match (given(&planned, sql).await, given(&plain, sql).await) {
                    (Ok(one), Ok(other)) if one.schema == other.schema && rows(&one) == rows(&other) => {}
                    (Ok(one), Ok(other)) => {
                        let pairs = rows(&one).into_iter().zip(rows(&other));
                        let first = pairs.into_iter().find(|(one, other)| one != other);
                        let (many, others) = (one.rows.len(), other.rows.len());
                        let schemas = format!("{}\n{}", one.schema, other.schema);
                        different.push(format!(
                            "{sql}\n{many} and {others} rows, the first: {first:?}\n{schemas}"
                        ));
                    }
                    (Ok(_), Err(e)) => different.push(format!("{sql}\nplain: {e}")),
                    (Err(e), _) => different.push(format!("{sql}\nplanned: {e}")),
                }
            }
        });
    }
    assert!(different.is_empty(), "{}", different.join("\n\n"));
}

const SETTINGS: &[&str] = &[
    "set datafusion.execution.target_partitions = 1",
    "set datafusion.execution.target_partitions = 3; set datafusion.execution.batch_size = 100; \
     set datafusion.optimizer.repartition_file_min_size = 1",
    "set datafusion.execution.target_partitions = 2; set datafusion.optimizer.prefer_hash_join = false; \
     set datafusion.execution.batch_size = 70; set datafusion.optimizer.hash_join_single_partition_threshold = 1",
];

fn sorted(given: &Given) -> Vec<Vec<String>> {
    let mut rows = given.rows.clone();
    rows.sort();
    rows
}

#[test]
fn rows_are_the_same() {
    compare(UNORDERED, sorted);
}

#[test]
fn rows_of_unusual_queries_are_the_same() {
    compare(OTHERS, sorted);
}

/// Each step reads the one below more than once: a planner that looks at every way through them is never done.
#[test]
fn long_chains_are_planned() {
    let chain = |first: &str, step: &str, last: &str| {
        let steps: String = (1..20)
            .map(|k| format!(", c{k} as ({})", step.replace("below", &format!("c{}", k - 1))))
            .collect();
        format!("with c0 as ({first}){steps} {}", last.replace("below", "c19"))
    };
    let chains = [
        chain(
            "select id, ts, ai_sentiment(t)['label'] as a from r",
            "select id, ts, left(a || left(a, 1) || right(a, 1), 20) as a from below",
            "select id, a from below order by ts limit 5",
        ),
        chain(
            "select id, ts, t as a from r",
            "select id, ts, case when a like 'b%' then substr(a, 2) else a || 'b' end as a from below",
            "select id, ai_sentiment(a)['label'], ai_intent(a)['label'] from below order by ts limit 5",
        ),
        chain(
            "select id, ts, t from r where id < 30",
            "select id, ts, t from (select *, row_number() over (partition by l order by ts) as k \
             from (select *, ai_sentiment(t || id)['label'] as l from below)) where k < 20",
            "select id, ts from below order by id",
        ),
    ];
    let chains: Vec<&str> = chains.iter().map(String::as_str).collect();
    compare(&chains, |given| given.rows.clone());
}

#[test]
fn rows_in_order_are_the_same() {
    compare(ORDERED, |given| given.rows.clone());
}

#[test]
fn as_many_rows_as_a_limit_says() {
    compare(LIMITED, |given| vec![Vec::new(); given.rows.len()]);
}

#[test]
fn a_file_is_written_in_order() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("threads");
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("in_order.csv");
    let copy = format!(
        "copy (select ts, ai_sentiment(t)['label'], ai_sentiment(t)['score'] from r order by ts limit 1000) to '{}'",
        file.display()
    );
    runtime.block_on(async {
        let session = Local::with_stub(by_words()).await.expect("a session");
        session.query(SETTINGS[1]).await.expect("set");
        session.query(TABLES).await.expect("tables");
        session.query(&copy).await.expect("copied");
    });
    let text = std::fs::read_to_string(&file).expect("the file");
    let column = |line: &str| line.split(',').next().and_then(|ts| ts.parse::<i64>().ok());
    let written: Vec<i64> = text.lines().filter_map(column).collect();
    assert_eq!(written.len(), 400);
    assert!(written.is_sorted(), "{written:?}");
}
