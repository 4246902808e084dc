//! `standardize(x) OVER (..)`: numbers in standard deviations from their mean.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, Float64Array};
use arrow::datatypes::DataType;
use datafusion_common::Result;
use datafusion_expr::Documentation;
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use tronie_learn::spread::Scale;
use tronie_udf_kit::{Function, Options, Parameters, UdfEnv};

use crate::windows::{OfPartition, WHOLE_PARTITION, WindowOfNumbers, scaled};

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::window(OfPartition::new(Standardize))
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        format!(
            "A window: (x - mean) / standard deviation, which is that of the population; 0 where all numbers are the same. As \
             scikit-learn's StandardScaler. {WHOLE_PARTITION} NULL for NULL and for numbers that are not finite, which do not count."
        ),
        "standardize(x) OVER ([PARTITION BY ..])",
    )
    .with_argument("x", "The numbers, of any type.")
    .with_sql_example(
        "```sql
select x, round(standardize(x) over (), 4) as scaled
from (values (1), (2), (3), (4), (10)) as t(x)
order by x;
```
```text
+----+---------+
| x  | scaled  |
+----+---------+
| 1  | -0.9487 |
| 2  | -0.6325 |
| 3  | -0.3162 |
| 4  | 0.0     |
| 10 | 1.8974  |
+----+---------+
```",
    )
    .with_related_udf("min_max_scale")
    .with_related_udf("robust_scale")
    .build()
});

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Standardize;

impl WindowOfNumbers for Standardize {
    type Settings = ();

    const PARAMETERS: Parameters = Parameters {
        function: "standardize",
        required: &["x"],
        options: &[],
    };

    fn return_type() -> DataType {
        DataType::Float64
    }

    fn settings(_: &Options<'_>) -> Result<()> {
        Ok(())
    }

    fn evaluate(_: &(), rows: &[Option<f64>]) -> ArrayRef {
        let scaled: Float64Array = scaled(rows, |numbers| Scale::standard(numbers));
        Arc::new(scaled)
    }

    fn documentation() -> &'static Documentation {
        &DOCUMENTATION
    }
}
