//! The corpus: every file in `slt/`, on the driver of this process.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sqllogictest::Runner;
use tronie_model::stub::Stub;
use tronie_model::{Backend, BackendError, Graph, TabularGraph};
use tronie_ort::OnnxRuntime;
use tronie_testing::{TINY_MULTI_OUTPUTS, onnxruntime};

use crate::driver::Local;

/// The ids that `good` and `bad` have in the vocabulary of the model `tiny-multi`.
const GOOD: [i64; 2] = [4, 14];
const BAD: [i64; 2] = [9, 21];

/// The file of the corpus that reads ONNX files over tables, for which there is no stub.
const WITH_FILES: &str = "onnx.slt";

/// The corpus runs with a model that can be worked out by hand: positive for more good words than bad ones, negative for
/// fewer, neutral for as many.
pub fn by_words() -> Stub {
    Stub::new(&TINY_MULTI_OUTPUTS, |ids| {
        let count = |words: [i64; 2]| ids.iter().filter(|id| words.contains(id)).count() as f32;
        let balance = count(GOOD) - count(BAD);
        Ok(vec![-4.0 * balance, 1.0, 4.0 * balance])
    })
    .with_columns(3)
    .with_tokens("token_embedding")
}

/// A stub for text models, and the real library, where there is one, for models over tables.
#[derive(Debug)]
struct Both {
    texts: Stub,
    tables: OnnxRuntime,
}

impl Both {
    fn new(texts: Stub, library: Option<PathBuf>) -> Self {
        Self {
            texts,
            tables: OnnxRuntime::new(library.into_iter().collect()),
        }
    }
}

impl Backend for Both {
    fn load(&self, file: &Path) -> Result<Arc<dyn Graph>, BackendError> {
        self.texts.load(file)
    }

    fn load_tabular(&self, content: &[u8]) -> Result<Arc<dyn TabularGraph>, BackendError> {
        self.tables.load_tabular(content)
    }
}

#[test]
fn the_corpus_gives_what_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("slt");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("the corpus")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "slt"));
    files.sort();
    assert!(!files.is_empty(), "the corpus is in {}", folder.display());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("threads");
    let mut failures = Vec::new();
    for file in files {
        let with_files = file.file_name().is_some_and(|name| name == WITH_FILES);
        let library = match with_files.then(onnxruntime) {
            Some(None) => continue,
            Some(library) => library,
            None => None,
        };
        let mut runner = Runner::new(|| Local::with_backend(Arc::new(Both::new(by_words(), library.clone()))));
        let outcome = runtime.block_on(runner.run_file_async(&file));
        failures.extend(
            outcome
                .err()
                .map(|e| format!("{}: {}", file.display(), e.display(false))),
        );
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
