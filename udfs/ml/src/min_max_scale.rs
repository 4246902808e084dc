//! `min_max_scale(x) OVER (..)`: numbers from 0 to 1.

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
    Function::window(OfPartition::new(MinMaxScale))
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        format!(
            "A window: (x - smallest) / (largest - smallest), from 0 to 1; 0 where all numbers are the same. As scikit-learn's \
             MinMaxScaler. {WHOLE_PARTITION} NULL for NULL and for numbers that are not finite, which do not count."
        ),
        "min_max_scale(x) OVER ([PARTITION BY ..])",
    )
    .with_argument("x", "The numbers, of any type.")
    .with_sql_example(
        "```sql
select x, min_max_scale(x) over () as scaled
from (values (1), (2), (3), (4), (10)) as t(x)
order by x;
```
```text
+----+--------------------+
| x  | scaled             |
+----+--------------------+
| 1  | 0.0                |
| 2  | 0.1111111111111111 |
| 3  | 0.2222222222222222 |
| 4  | 0.3333333333333333 |
| 10 | 1.0                |
+----+--------------------+
```",
    )
    .with_related_udf("standardize")
    .with_related_udf("robust_scale")
    .build()
});

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct MinMaxScale;

impl WindowOfNumbers for MinMaxScale {
    type Settings = ();

    const PARAMETERS: Parameters = Parameters {
        function: "min_max_scale",
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
        let scaled: Float64Array = scaled(rows, |numbers| Scale::min_max(numbers));
        Arc::new(scaled)
    }

    fn documentation() -> &'static Documentation {
        &DOCUMENTATION
    }
}
