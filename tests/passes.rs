//! One pass of the model for all that a query asks about a text: counted at the model.

use tronie_model::stub::Stub;
use tronie_testing::TINY_MULTI_OUTPUTS;

use crate::driver::Local;

/// How many texts the model is given by `sql` over the thousand distinct texts of the view `r`.
fn texts(sql: &str) -> usize {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("threads");
    let stub = Stub::new(&TINY_MULTI_OUTPUTS, |ids| Ok(vec![0.5, 1.0, ids.len() as f32])).with_columns(3);
    runtime.block_on(async {
        let session = Local::with_stub(stub.clone()).await.expect("a session");
        let view = "create view r as select value as id, value % 7 as g, 'good ' || value as t \
                    from generate_series(1, 1000)";
        session.query(view).await.expect("a view");
        session.query(sql).await.expect("rows");
    });
    stub.texts()
}

#[test]
fn several_functions_over_one_text_cost_one_pass() {
    let four = "select ai_sentiment(t)['label'], ai_intent(t), ai_embed(t), ai_analyze_sentiment(t) from r";
    assert_eq!(texts(four), 1000);
}

#[test]
fn a_function_that_asks_no_model_takes_no_part() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("threads");
    let plan = |sql: &str| {
        let stub = Stub::new(&TINY_MULTI_OUTPUTS, |_| Ok(vec![0.5, 1.0, 2.0])).with_columns(3);
        let batches = runtime.block_on(async {
            let session = Local::with_stub(stub).await.expect("a session");
            session
                .query("create view r as select 'good' as t from generate_series(1, 9)")
                .await
                .expect("a view");
            session.query(sql).await.expect("a plan")
        });
        arrow::util::pretty::pretty_format_batches(&batches)
            .expect("text")
            .to_string()
    };
    let shared = plan("explain select ai_sentiment(t), ai_keywords(t, method => 'embedding') from r");
    assert!(
        shared.contains("keywords") && shared.contains("Utf8(\"sentiment\")"),
        "{shared}"
    );
    let apart = plan("explain select ai_sentiment(t), ai_keywords(t, method => 'tfidf') from r");
    assert!(!apart.contains("Utf8(\"sentiment\")"), "{apart}");
}

#[test]
fn a_filter_shares_its_pass_with_the_columns_above_it() {
    let filtered =
        "select id, ai_intent(t) from r where ai_sentiment(t)['label'] <> 'x' and ai_sentiment(t)['score'] < 2";
    assert_eq!(texts(filtered), 1000);
}

#[test]
fn sub_queries_and_aliases_share_a_pass() {
    let nested = "select a, ai_embed(u) from (select t as u, ai_sentiment(t)['label'] as a from r) x";
    assert_eq!(texts(nested), 1000);
    let twice = "select ai_intent(t)['label'] from r union all select ai_analyze_sentiment(t) from r";
    assert_eq!(texts(twice), 1000);
}

#[test]
fn aggregates_share_a_pass() {
    let grouped = "select ai_sentiment(t)['label'], count(*) filter (where ai_intent(t)['label'] = 'other') from r \
                   group by 1 having max(ai_sentiment(t)['score']) < 2";
    assert_eq!(texts(grouped), 1000);
}

#[test]
fn a_struct_read_by_several_fields_is_computed_once() {
    let fields = "select ai_sentiment(t)['label'], ai_sentiment(t)['score'], ai_sentiment(t)['confidence'] from r \
                  where ai_sentiment(t)['label'] <> 'x'";
    assert_eq!(texts(fields), 1000);
}

#[test]
fn a_field_that_is_read_below_a_union_shares_its_pass() {
    let both = "with both_kinds as (select id, trim(t) as t from r where g < 3 union all select id, trim(t) from r where g >= 3) \
                select id, ai_sentiment(t)['label'], ai_sentiment(t)['score'], ai_intent(t)['label'], ai_embed(t), t \
                from both_kinds";
    assert_eq!(texts(both), 1000);
}

#[test]
fn texts_of_different_columns_are_different_texts() {
    assert_eq!(texts("select ai_sentiment(t), ai_intent(t || '!') from r"), 2000);
}
