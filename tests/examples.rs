//! Every example of the function reference, executed with the shipped model and compared.

use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::util::pretty::pretty_format_batches;
use tronie_engine::{EngineSettings, FunctionEntry, own_functions};
use tronie_ort::OnnxRuntime;
use tronie_testing::onnxruntime;

use crate::driver::Local;

#[test]
fn the_examples_of_the_reference_give_what_they_show() {
    let Some(library) = onnxruntime() else { return };
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    let settings = EngineSettings {
        model_folders: vec![models],
        ..EngineSettings::default()
    };
    let backend = Arc::new(OnnxRuntime::new(vec![library]));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("threads");
    let session = runtime
        .block_on(Local::new(settings, Arc::clone(&backend) as _))
        .expect("a session");
    let examples = own_functions(backend);
    assert!(!examples.is_empty());
    for FunctionEntry { name, example, .. } in examples {
        let sql = block(&example, "```sql").unwrap_or_else(|| panic!("{name}: no sql in its example"));
        let shown = block(&example, "```text").unwrap_or_else(|| panic!("{name}: no result in its example"));
        let batches = runtime
            .block_on(session.query(sql))
            .unwrap_or_else(|e| panic!("{name}: {e}"));
        let batches: Vec<RecordBatch> = batches.into_iter().filter(|batch| batch.num_rows() > 0).collect();
        let got = pretty_format_batches(&batches).expect("a table").to_string();
        assert_eq!(got.trim(), shown.trim(), "{name}: the example gives\n{got}");
    }
}

/// The text of the block that starts with `fence`.
fn block<'a>(text: &'a str, fence: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(fence)?;
    Some(rest.split_once("```")?.0.trim())
}
