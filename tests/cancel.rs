//! A query that nobody wants any more stops its models.

use std::thread::sleep;
use std::time::{Duration, Instant};

use futures::StreamExt;
use tronie_engine::{Ask, Kind, QueryScope};
use tronie_model::stub::Stub;
use tronie_testing::TINY_MULTI_OUTPUTS;

use crate::driver::Local;

const TEXTS: &str = "select ai_sentiment('good ' || value)['label'] from generate_series(1, 100000)";

/// A model that takes a millisecond a text, and a session with it.
fn slow(runtime: &tokio::runtime::Runtime) -> (Stub, Local) {
    let stub = Stub::new(&TINY_MULTI_OUTPUTS, |_| {
        sleep(Duration::from_millis(1));
        Ok(vec![0.0, 0.0, 1.0])
    });
    let session = runtime.block_on(Local::with_stub(stub.clone())).expect("a session");
    (stub, session)
}

fn assert_stopped(stub: &Stub) {
    // The batches under way may end.
    sleep(Duration::from_millis(500));
    let texts = stub.texts();
    assert!(
        (1..100_000).contains(&texts),
        "it stopped early, not after {texts} texts"
    );
    sleep(Duration::from_millis(500));
    assert_eq!(stub.texts(), texts, "nothing runs any more");
}

fn await_that(condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(60), "it does not come about");
        sleep(Duration::from_millis(10));
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .expect("threads")
}

#[test]
fn a_cancelled_scope_ends_the_query_with_that_reason() {
    let runtime = runtime();
    let (stub, session) = slow(&runtime);
    let scope = QueryScope::default();
    let ask = Ask {
        scope: scope.clone(),
        ..Ask::default()
    };
    let mut query = runtime.block_on(session.start(TEXTS, ask)).expect("it starts");
    let canceller = std::thread::spawn(move || {
        await_that(|| scope.counts().inferred > 0);
        scope.cancel();
    });
    let outcome = runtime.block_on(query.next()).expect("an end");
    assert_eq!(outcome.expect_err("no rows").kind(), Kind::Cancelled);
    canceller.join().expect("the scope counted while the query ran");
    assert_stopped(&stub);
}

#[test]
fn a_dropped_query_stops_its_models() {
    let runtime = runtime();
    let (stub, session) = slow(&runtime);
    let mut query = runtime
        .block_on(session.start(TEXTS, Ask::default()))
        .expect("it starts");
    let reader = runtime.spawn(async move { query.next().await.is_some() });
    await_that(|| stub.texts() > 0);
    reader.abort();
    assert_stopped(&stub);
}

#[test]
fn prepared_statements_and_new_tables_have_the_scope_of_their_query() {
    let runtime = runtime();
    let (stub, session) = slow(&runtime);
    runtime
        .block_on(session.query(&format!("prepare p as {TEXTS}")))
        .expect("prepared");
    let query = runtime
        .block_on(session.start(
            "execute p",
            Ask {
                limit: Some(1),
                ..Ask::default()
            },
        ))
        .expect("it starts");
    let rows: usize = runtime
        .block_on(query.map(|batch| batch.expect("rows").num_rows()).collect::<Vec<_>>())
        .iter()
        .sum();
    assert_eq!(rows, 1);
    assert!(
        stub.texts() < 10_000,
        "the limit reached the model: {} texts",
        stub.texts()
    );

    let scope = QueryScope::default();
    let ask = Ask {
        scope: scope.clone(),
        ..Ask::default()
    };
    let canceller = std::thread::spawn(move || {
        await_that(|| scope.counts().inferred > 0);
        scope.cancel();
    });
    let error = runtime
        .block_on(session.start(&format!("create table t as {TEXTS}"), ask))
        .expect_err("cancelled");
    assert_eq!(error.kind(), Kind::Cancelled);
    canceller.join().expect("the scope counted while the table was made");
}
