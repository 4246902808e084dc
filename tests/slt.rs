//! The corpus: every file in `slt/`, on the driver of this process.

use std::path::Path;

use sqllogictest::Runner;
use tronie_model::stub::Stub;
use tronie_testing::TINY_MULTI_OUTPUTS;

use crate::driver::Local;

/// The ids that `good` and `bad` have in the vocabulary of the model `tiny-multi`.
const GOOD: [i64; 2] = [4, 14];
const BAD: [i64; 2] = [9, 21];

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
    for file in files {
        let mut runner = Runner::new(|| Local::with_stub(by_words()));
        let outcome = runtime.block_on(runner.run_file_async(&file));
        outcome.unwrap_or_else(|e| panic!("{}: {}", file.display(), e.display(false)));
    }
}
