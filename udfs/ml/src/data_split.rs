//! `data_split(key, weights [, seed])`: rows for training, validation and test.

use std::fmt::Write;
use std::sync::{Arc, LazyLock};

use arrow::array::{Array, ArrayRef, AsArray, StringArray};
use arrow::datatypes::{DataType, Field, Float64Type, Int64Type, UInt64Type};
use datafusion_common::{Result, ScalarValue, exec_err, plan_err};
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{ColumnarValue, Documentation, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use tronie_learn::hash::Hash;
use tronie_udf_kit::{Function, Options, Parameters, UdfEnv, scalar_or_array, text_rows};

const PARAMETERS: Parameters = Parameters {
    function: "data_split",
    required: &["key", "weights"],
    options: &["seed"],
};

/// How far from 1 the sum of the weights may be.
const TOLERANCE: f64 = 1e-9;

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::scalar(DataSplit {
        signature: PARAMETERS.signature(),
    })
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "'train', 'validation' or 'test', by a hash of a key, so that a row stays where it is: whatever the order of the rows, \
         whatever other rows there are, and in every later version. 42, as any whole number type, and '42' are the same key. \
         Rows with the same key, such as all orders of a customer, stay together. The hash is FNV-1a (64 bits) of the key's \
         UTF-8 text, xor mix(seed), through mix, the finaliser of splitmix64; its upper 53 bits are a number from 0 to 1, and \
         the first split up to whose weight, added to those before it, it does not reach is the row's. So [0.8, 0.2] and \
         [0.8, 0.1, 0.1] train on the same rows. NULL for a NULL key.",
        "data_split(key, weights [, seed => 0])",
    )
    .with_argument("key", "What identifies a row, or the rows that belong together: a text or a whole number.")
    .with_argument(
        "weights",
        "The shares of train and test, such as [0.8, 0.2], or of train, validation and test, such as [0.8, 0.1, 0.1]: above 0, \
         and 1 together.",
    )
    .with_argument("seed", "Another number gives another split: 0 and above.")
    .with_sql_example(
        "```sql
select data_split(value, [0.8, 0.1, 0.1]) as split, count(*) as rows
from generate_series(1, 1000)
group by split
order by rows desc, split;
```
```text
+------------+------+
| split      | rows |
+------------+------+
| train      | 801  |
| validation | 105  |
| test       | 94   |
+------------+------+
```",
    )
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct DataSplit {
    signature: Signature,
}

/// The names of splits with as many weights.
const TWO: [&str; 2] = ["train", "test"];
const THREE: [&str; 3] = ["train", "validation", "test"];

/// Where each split ends, as a share of all keys, and its name.
fn splits(weights: &ScalarValue) -> Result<Vec<(f64, &'static str)>> {
    let refused = || {
        let got = weights;
        plan_err!(
            "data_split needs two or three weights above 0 that sum to 1, such as [0.8, 0.1, 0.1] for train, validation and \
             test, got {got}"
        )
    };
    let list = match weights {
        ScalarValue::List(list) if list.len() == 1 && !list.is_null(0) => list.value(0),
        _ => return refused(),
    };
    let Some(weights) = list
        .as_primitive_opt::<Float64Type>()
        .filter(|list| list.null_count() == 0)
    else {
        return refused();
    };
    let weights = weights.values();
    let names: &[&str] = match weights.len() {
        2 => &TWO,
        3 => &THREE,
        _ => return refused(),
    };
    let total: f64 = weights.iter().sum();
    if (total - 1.0).abs() > TOLERANCE || !weights.iter().all(|weight| *weight > 0.0) {
        return refused();
    }
    let mut end = 0.0;
    let mut splits: Vec<_> = weights
        .iter()
        .zip(names)
        .map(|(weight, name)| {
            end += weight;
            (end, *name)
        })
        .collect();
    // The last one takes what rounding leaves.
    if let Some(last) = splits.last_mut() {
        last.0 = f64::INFINITY;
    }
    Ok(splits)
}

fn seed(options: &Options<'_>) -> Result<u64> {
    let seed = options.count("seed", 0..=i64::MAX)?.unwrap_or_default();
    Ok(u64::try_from(seed).unwrap_or_default())
}

impl ScalarUDFImpl for DataSplit {
    fn name(&self) -> &str {
        PARAMETERS.function
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        PARAMETERS.check_count(types.len())?;
        let key = match &types[0] {
            DataType::Dictionary(_, value) if value.is_integer() => DataType::Int64,
            DataType::UInt64 => DataType::UInt64,
            whole if whole.is_integer() => DataType::Int64,
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..) => {
                PARAMETERS.text_type("key", &types[0])?
            }
            DataType::Null => DataType::Utf8,
            other => {
                return plan_err!(
                    "data_split hashes texts and whole numbers, but `key` is {other}; convert it first: cast(.. as varchar)"
                );
            }
        };
        let weights = match &types[1] {
            DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _)
                if item.data_type().is_numeric() || item.data_type().is_null() =>
            {
                DataType::List(Arc::new(Field::new_list_field(DataType::Float64, true)))
            }
            other => {
                return plan_err!(
                    "data_split: `weights` must be a list of numbers, such as [0.8, 0.2], but it is {other}"
                );
            }
        };
        let mut read = vec![key, weights];
        read.extend_from_slice(&types[2..]);
        Ok(read)
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<Arc<Field>> {
        seed(&Options::planned(&PARAMETERS, &args))?;
        // While a query is planned, a list that is written out is still a call that makes it.
        if let Some(Some(weights)) = args.scalar_arguments.get(1) {
            splits(weights)?;
        }
        Ok(Arc::new(Field::new(PARAMETERS.function, DataType::Utf8, true)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let seed = seed(&Options::called(&PARAMETERS, &args))?;
        let splits = match &args.args[1] {
            ColumnarValue::Scalar(weights) => splits(weights)?,
            ColumnarValue::Array(_) => {
                return exec_err!("data_split: `weights` must be a constant, the same for all rows");
            }
        };
        let split = |hash: Hash| {
            let share = hash.fraction();
            splits
                .iter()
                .find(|(end, _)| share < *end)
                .map_or("test", |(_, name)| *name)
        };
        let keys = match &args.args[0] {
            ColumnarValue::Array(keys) => Arc::clone(keys),
            ColumnarValue::Scalar(key) => key.to_array()?,
        };
        let of_key = |key: Option<&str>| {
            key.map(|key| {
                let mut hash = Hash::new(seed);
                hash.add(key.as_bytes());
                split(hash)
            })
        };
        // A number is hashed as its digits; one buffer for all of them.
        let mut digits = String::new();
        let mut of_number = |key: Option<i128>| {
            digits.clear();
            let written = key.map(|key| write!(digits, "{key}").is_ok());
            of_key(written.map(|_| digits.as_str()))
        };
        let names: StringArray = match keys.data_type() {
            DataType::Int64 => {
                let keys = keys.as_primitive::<Int64Type>().iter();
                keys.map(|key| of_number(key.map(i128::from))).collect()
            }
            DataType::UInt64 => {
                let keys = keys.as_primitive::<UInt64Type>().iter();
                keys.map(|key| of_number(key.map(i128::from))).collect()
            }
            _ => text_rows(keys.as_ref())?.into_iter().map(of_key).collect(),
        };
        scalar_or_array(&args.args[0], Arc::new(names) as ArrayRef)
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}
