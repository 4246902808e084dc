//! The rules of [`conformance`](crate::conformance), kept for whatever texts there are: made-up columns of made-up texts.
//!
//! Every run makes the same columns, so that a test fails by a change of the code and never by chance. To look further:
//! `PROPTEST_CASES=5000 PROPTEST_RNG_SEED=7 cargo test --workspace whatever`.

use std::env;
use std::fmt::Debug;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, DictionaryArray, Int16Array, StringArray, new_empty_array};
use arrow::compute::{cast, concat};
use arrow::datatypes::{DataType, Float32Type, Float64Type};
use datafusion_common::ScalarValue;
use datafusion_common::config::ConfigOptions;
use datafusion_expr::{AggregateUDF, ColumnarValue, ScalarUDF};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use tronie_common::is_invisible;

use crate::conformance::{Call, call};

/// Pieces that texts are made of beside letters at random: what functions look for, and what has broken text functions.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    // Words of both languages, and what the tiny models know.
    "good", "bad", "not", " ", " ", "，", "。", "!", "好", "差", "很", "物流", "屏幕", "不", "iPhone", "T恤", "the screen",
    "don't",
    // What looks like a person's data, whole and in part.
    "13812345678", "138 1234", "-", "+86", "(010)", "电话", "姓名：", "我叫", "王小明", "Mr. ", "O'Neil", "a@b.co", "@",
    ".com", "http://", "www.", "192.168.1.1", "::1", "11010519491231002X", "6222021001112345672",
    "GB29NWBK60161331926819", "京A12345", "中山路5号", "3楼", "born on 1990-01-02", "生日", "护照", "微信", "QQ",
    // Markup.
    "<", ">", "<p>", "</p>", "<br/>", "<!--", "-->", "<script>", "&", "&amp;", "&#", "&#x0;", "&#xD800;", "&#22909;",
    "\"", "'",
    // Joined, combining, selecting, and what of these stands alone.
    "👨\u{200d}👩\u{200d}👧", "\u{200d}", "\u{200c}", "\u{fe0f}", "\u{fe0e}", "\u{e0100}", "1\u{fe0f}\u{20e3}",
    "\u{20e3}", "👍\u{1f3fd}", "\u{1f3fd}", "🇨", "🇳", "e\u{301}", "\u{301}\u{302}\u{303}", "각", "\u{1100}",
    "\u{1161}", "\u{11a8}", "क\u{94d}ष", "\u{e31}",
    // Right to left, marks of direction, and other scripts.
    "مرحبا", "שלום", "\u{202e}", "\u{2066}", "\u{200f}", "とても", "カメラ", "ｶﾒﾗ", "ไทย", "Ж", "ъ",
    // What changes its length in another case or form.
    "ß", "İ", "ŉ", "ﬁ", "\u{fdfa}", "１３９", "Ａ", "㎏", "½", "Ⅷ", "ǅ", "號", "\u{2f00}", "\u{f900}", "𠮷",
    "\u{3ffff}",
    // What cannot be seen, or ends lines.
    "\u{0}", "\u{1}", "\u{7f}", "\u{85}", "\u{a0}", "\u{ad}", "\u{200b}", "\u{feff}", "\u{3000}", "\u{2028}", "\t", "\r",
    "\n", "\u{b}", "\u{fffd}", "\u{fffe}", "\u{e000}", "\u{10ffff}",
];

/// A text of any kind.
fn text() -> impl Strategy<Value = String> {
    let piece = || select(PIECES).prop_map(str::to_owned);
    let letter = || any::<char>().prop_map(String::from);
    prop_oneof![
        4 => vec(piece(), 0..12).prop_map(|pieces| pieces.concat()),
        2 => vec(prop_oneof![3 => piece(), 1 => letter()], 0..12).prop_map(|pieces| pieces.concat()),
        1 => vec(any::<u8>(), 0..48).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        1 => (select(PIECES), 1..40_usize).prop_map(|(piece, times)| piece.repeat(times)),
    ]
}

/// Texts, and which of them stand in which row; `None` is NULL.
#[derive(Debug, Clone)]
struct Column {
    texts: Vec<String>,
    rows: Vec<Option<Index>>,
    cut: Index,
}

fn column() -> impl Strategy<Value = Column> {
    let row = option::weighted(0.85, any::<Index>());
    (vec(text(), 1..5), vec(row, 0..8), any::<Index>()).prop_map(|(texts, rows, cut)| Column { texts, rows, cut })
}

impl Column {
    fn rows(&self) -> Vec<Option<&str>> {
        let row = |row: &Option<Index>| row.map(|row| self.texts[row.index(self.texts.len())].as_str());
        self.rows.iter().map(row).collect()
    }

    /// A batch border somewhere in the column.
    fn cut(&self) -> usize {
        self.cut.index(self.rows.len() + 1)
    }

    /// The same rows as a dictionary with a value that no row has, and NULLs by key and by value.
    fn dictionary(&self) -> ArrayRef {
        let texts = self.texts.iter().map(|text| Some(text.as_str()));
        let values: StringArray = texts.chain([Some("unused"), None]).collect();
        let null = self.texts.len() + 1;
        let key = |(place, row): (usize, &Option<Index>)| match row {
            Some(row) => Some(row.index(self.texts.len())),
            None => (place % 2 == 0).then_some(null),
        };
        let keys = self.rows.iter().enumerate().map(key);
        let keys: Int16Array = keys
            .map(|key| key.map(|key| i16::try_from(key).expect("few texts")))
            .collect();
        Arc::new(DictionaryArray::new(keys, Arc::new(values)))
    }

    /// The column in every layout, some of them cut out of a longer one.
    fn layouts(&self) -> Vec<ArrayRef> {
        let padded = [Some("good"), None]
            .into_iter()
            .chain(self.rows())
            .chain([Some("很差")]);
        let padded: ArrayRef = Arc::new(padded.collect::<StringArray>());
        let sliced = |layout: &DataType| {
            let whole = cast(&padded, layout).expect("castable");
            whole.slice(2, self.rows.len())
        };
        let layouts = [DataType::Utf8, DataType::LargeUtf8, DataType::Utf8View];
        layouts.iter().map(sliced).chain([self.dictionary()]).collect()
    }
}

fn utf8(rows: &[Option<&str>]) -> ArrayRef {
    Arc::new(rows.iter().copied().collect::<StringArray>())
}

/// Runs `test` on `cases` made-up values, and on fewer and simpler ones when it fails.
fn check<T: Debug>(name: &str, cases: u32, values: &impl Strategy<Value = T>, test: impl Fn(T)) {
    let mut config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    if env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(0);
    }
    let outcome = TestRunner::new(config).run(values, |value| {
        test(value);
        Ok(())
    });
    outcome.unwrap_or_else(|e| panic!("{name}: {e}"));
}

/// How a function is run on made-up texts.
#[derive(Debug, Clone, Copy)]
pub struct Runs<'a> {
    /// The session's options, in several forms that must make no difference, such as other sizes of batches.
    pub options: &'a [ConfigOptions],
    /// By how much numbers may differ between them.
    pub tolerance: f64,
    /// How many columns are made up.
    pub cases: u32,
    /// Whether each of them comes in every layout, which costs four times as much.
    pub in_every_layout: bool,
}

/// Calls `udf(text, samples..)` with made-up columns: one result a row, NULL for nothing to read, and for each row what
/// its text has by itself, whatever stands beside it, in every layout, cut anywhere, under any of the options.
///
/// # Panics
/// When a rule is broken; this is the test.
pub fn any_text_function(udf: &ScalarUDF, samples: &[ScalarValue], runs: Runs<'_>) {
    let name = udf.name();
    check(name, runs.cases, &column(), |column| {
        let alone = Caller::new(udf, samples, &runs.options[0]);
        let rows = column.rows();
        let expected: Vec<ArrayRef> = rows.iter().map(|row| alone.of(utf8(&[*row]))).collect();
        for (row, result) in rows.iter().zip(&expected) {
            let is_blank = row.is_none_or(|text| text.chars().all(|c| c.is_whitespace() || is_invisible(c)));
            assert!(!is_blank || result.is_null(0), "NULL for {row:?}, got {result:?}");
        }
        let expected: Vec<&dyn Array> = expected.iter().map(AsRef::as_ref).collect();
        let expected = match expected[..] {
            [] => new_empty_array(alone.of(utf8(&[])).data_type()),
            _ => concat(&expected).expect("of one type"),
        };
        for options in runs.options {
            let caller = Caller::new(udf, samples, options);
            let layouts = if runs.in_every_layout { usize::MAX } else { 1 };
            for texts in column.layouts().into_iter().take(layouts) {
                let layout = texts.data_type().clone();
                let cut = column.cut();
                let parts = [texts.slice(0, cut), texts.slice(cut, texts.len() - cut)].map(|part| caller.of(part));
                let parts = concat(&[parts[0].as_ref(), parts[1].as_ref()]).expect("of one type");
                for (got, how) in [(caller.of(texts), "together"), (parts, "in two batches")] {
                    let same = is_close(&got, &expected, runs.tolerance);
                    assert!(same, "{layout} {how}: {got:?}, each text by itself: {expected:?}");
                }
            }
        }
    });
}

/// Calls `udf(text, samples..)` with texts of a megabyte, whose neighbours keep their answers.
///
/// # Panics
/// When a rule is broken; this is the test.
pub fn huge_texts(udf: &ScalarUDF, samples: &[ScalarValue], options: &ConfigOptions) {
    const MEGABYTE: usize = 1 << 20;
    let name = udf.name();
    let caller = Caller::new(udf, samples, options);
    let short = caller.of(utf8(&[Some("good 好")]));
    for unit in ["物流很快, good! ", "<", "电话138 "] {
        let huge = unit.repeat(MEGABYTE / unit.len());
        let results = caller.of(utf8(&[Some("good 好"), Some(&huge), None, Some("good 好")]));
        let is_same = |row: usize| results.slice(row, 1).as_ref() == short.as_ref();
        assert!(
            is_same(0) && is_same(3),
            "{name}: a megabyte of {unit} changes its neighbours"
        );
        assert!(
            results.is_null(2),
            "{name}: NULL stays NULL beside a megabyte of {unit}"
        );
    }
}

/// Aggregates made-up columns by `udf(text, samples..)`: the same in every layout, and however the rows are cut into
/// batches and partial states.
///
/// # Panics
/// When a rule is broken; this is the test.
pub fn any_text_aggregate(udf: &AggregateUDF, samples: &[ScalarValue], cases: u32) {
    check(udf.name(), cases, &column(), |column| {
        let texts = utf8(&column.rows());
        let whole = Call::new(udf, samples, &DataType::Utf8).aggregate(&[Arc::clone(&texts)]);
        for texts in column.layouts() {
            let call = Call::new(udf, samples, texts.data_type());
            let cut = column.cut();
            let parts = [texts.slice(0, cut), texts.slice(cut, texts.len() - cut)];
            assert_eq!(call.aggregate(&parts), whole, "in two batches");
            assert_eq!(call.merge(&parts), whole, "in two partial states");
        }
    });
}

/// A function under one form of the options.
struct Caller<'a> {
    udf: ScalarUDF,
    samples: &'a [ScalarValue],
    options: &'a ConfigOptions,
}

impl<'a> Caller<'a> {
    fn new(udf: &ScalarUDF, samples: &'a [ScalarValue], options: &'a ConfigOptions) -> Self {
        Self {
            udf: udf.inner().with_updated_config(options).unwrap_or_else(|| udf.clone()),
            samples,
            options,
        }
    }

    fn of(&self, texts: ArrayRef) -> ArrayRef {
        let rows = texts.len();
        let result = call(&self.udf, ColumnarValue::Array(texts), self.samples, rows, self.options);
        let result = result.into_array(rows).expect("an array");
        assert_eq!(result.len(), rows, "{}: one result a row", self.udf.name());
        result
    }
}

/// Whether two columns are the same but for numbers that differ by no more than `tolerance`.
fn is_close(a: &ArrayRef, b: &ArrayRef, tolerance: f64) -> bool {
    if a == b {
        return true;
    }
    if tolerance == 0.0 || a.data_type() != b.data_type() || a.len() != b.len() {
        return false;
    }
    let near = |a: f64, b: f64| (a - b).abs() <= tolerance;
    let value_is_close = |row: usize| match a.data_type() {
        DataType::Float32 => near(
            a.as_primitive::<Float32Type>().value(row).into(),
            b.as_primitive::<Float32Type>().value(row).into(),
        ),
        DataType::Float64 => near(
            a.as_primitive::<Float64Type>().value(row),
            b.as_primitive::<Float64Type>().value(row),
        ),
        DataType::List(_) => is_close(
            &a.as_list::<i32>().value(row),
            &b.as_list::<i32>().value(row),
            tolerance,
        ),
        DataType::FixedSizeList(..) => is_close(
            &a.as_fixed_size_list().value(row),
            &b.as_fixed_size_list().value(row),
            tolerance,
        ),
        DataType::Struct(_) => {
            let (a, b) = (a.as_struct().columns(), b.as_struct().columns());
            let field = |(a, b): (&ArrayRef, &ArrayRef)| is_close(&a.slice(row, 1), &b.slice(row, 1), tolerance);
            a.iter().zip(b).all(field)
        }
        _ => a.slice(row, 1) == b.slice(row, 1),
    };
    (0..a.len()).all(|row| match (a.is_null(row), b.is_null(row)) {
        (true, true) => true,
        (false, false) => value_is_close(row),
        _ => false,
    })
}
