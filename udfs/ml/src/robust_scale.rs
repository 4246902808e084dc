//! `robust_scale(x) OVER (..)`: numbers in quartile distances from their median.

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
    Function::window(OfPartition::new(RobustScale))
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        format!(
            "A window: (x - median) / (third quartile - first quartile), which a few extreme numbers hardly change; x - median where \
             both quartiles are the same. As scikit-learn's RobustScaler. {WHOLE_PARTITION} NULL for NULL and for numbers that are not finite, which do not count."
        ),
        "robust_scale(x) OVER ([PARTITION BY ..])",
    )
    .with_argument("x", "The numbers, of any type.")
    .with_sql_example(
        "```sql
select x, robust_scale(x) over () as scaled
from (values (1), (2), (3), (4), (10)) as t(x)
order by x;
```
```text
+----+--------+
| x  | scaled |
+----+--------+
| 1  | -1.0   |
| 2  | -0.5   |
| 3  | 0.0    |
| 4  | 0.5    |
| 10 | 3.5    |
+----+--------+
```",
    )
    .with_related_udf("standardize")
    .with_related_udf("is_outlier")
    .build()
});

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct RobustScale;

impl WindowOfNumbers for RobustScale {
    type Settings = ();

    const PARAMETERS: Parameters = Parameters {
        function: "robust_scale",
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
        let scaled: Float64Array = scaled(rows, Scale::robust);
        Arc::new(scaled)
    }

    fn documentation() -> &'static Documentation {
        &DOCUMENTATION
    }
}
