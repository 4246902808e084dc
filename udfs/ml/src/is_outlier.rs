//! `is_outlier(x [, method, threshold]) OVER (..)`: whether a number is far from the others.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, BooleanArray};
use arrow::datatypes::DataType;
use datafusion_common::Result;
use datafusion_expr::Documentation;
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use tronie_learn::spread::Inside;
use tronie_udf_kit::{Function, Options, Parameters, UdfEnv};

use crate::windows::{OfPartition, WHOLE_PARTITION, WindowOfNumbers};

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::window(OfPartition::new(IsOutlier))
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        format!(
            "A window: whether a number is far from the others. {WHOLE_PARTITION} NULL for NULL and for numbers that are not \
             finite, which do not count. Where all numbers are the same, none is an outlier."
        ),
        "is_outlier(x [, method => 'iqr'] [, threshold => 1.5]) OVER ([PARTITION BY ..])",
    )
    .with_argument("x", "The numbers, of any type.")
    .with_argument(
        "method",
        "'iqr', the default: more than `threshold` times the distance between the quartiles below the first or above the \
         third (Tukey). 'zscore': more than `threshold` standard deviations of the population from the mean. 'mad': a \
         modified z-score above `threshold`: 0.6745 times the distance from the median over the median of these distances \
         (Iglewicz and Hoaglin); where more than half of the numbers are the same, over 1.253314 times the mean of these \
         distances, without the 0.6745.",
    )
    .with_argument("threshold", "0 or more. Default: 1.5 for 'iqr', 3 for 'zscore', 3.5 for 'mad'.")
    .with_sql_example(
        "```sql
select amount, is_outlier(amount) over () as iqr, is_outlier(amount, method => 'zscore', threshold => 2) over () as zscore
from (values (10), (12), (11), (13), (12), (11), (95)) as t(amount)
order by amount desc
limit 2;
```
```text
+--------+-------+--------+
| amount | iqr   | zscore |
+--------+-------+--------+
| 95     | true  | true   |
| 13     | false | false  |
+--------+-------+--------+
```",
    )
    .with_related_udf("robust_scale")
    .build()
});

/// What counts as far.
#[derive(Debug, Clone, Copy)]
enum Method {
    Quartiles,
    Deviations,
    MedianDeviations,
}

const METHODS: [&str; 3] = ["iqr", "zscore", "mad"];

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct IsOutlier;

impl WindowOfNumbers for IsOutlier {
    type Settings = (Method, f64);

    const PARAMETERS: Parameters = Parameters {
        function: "is_outlier",
        required: &["x"],
        options: &["method", "threshold"],
    };

    fn return_type() -> DataType {
        DataType::Boolean
    }

    fn settings(options: &Options<'_>) -> Result<(Method, f64)> {
        let (method, usual) = match options.choice("method", &METHODS)? {
            None | Some(0) => (Method::Quartiles, 1.5),
            Some(1) => (Method::Deviations, 3.0),
            Some(_) => (Method::MedianDeviations, 3.5),
        };
        let threshold = options.number("threshold", 0.0..=1e9)?.unwrap_or(usual);
        Ok((method, threshold))
    }

    fn evaluate((method, threshold): &(Method, f64), rows: &[Option<f64>]) -> ArrayRef {
        let mut numbers: Vec<f64> = rows.iter().copied().flatten().collect();
        if numbers.is_empty() {
            return Arc::new(BooleanArray::new_null(rows.len()));
        }
        let inside = match method {
            Method::Quartiles => Inside::quartiles(&mut numbers, *threshold),
            Method::Deviations => Inside::deviations(&numbers, *threshold),
            Method::MedianDeviations => Inside::median_deviations(&mut numbers, *threshold),
        };
        let is_outlier = |number: Option<f64>| number.map(|number| inside.excludes(number));
        Arc::new(rows.iter().copied().map(is_outlier).collect::<BooleanArray>())
    }

    fn documentation() -> &'static Documentation {
        &DOCUMENTATION
    }
}
