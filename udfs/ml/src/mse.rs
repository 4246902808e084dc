//! `mse(actual, predicted)`: the mean squared error.

use std::sync::LazyLock;

use arrow::datatypes::DataType;
use datafusion_common::Result;
use datafusion_expr::Documentation;
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use tronie_learn::metrics::pairs::SquaredError;
use tronie_udf_kit::{Function, Options, Parameters, RowAggregate, RowFunction, UdfEnv};

use crate::measured::Measured;

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::aggregate(RowAggregate::new(Mse))
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "An aggregate: the mean squared error, the mean of (actual - predicted)². Rows with a NULL, or a number \
         that is not finite, do not count; NULL without any row.",
        "mse(actual, predicted)",
    )
    .with_argument("actual", "The numbers as they are, of any type.")
    .with_argument("predicted", "The numbers as they were predicted.")
    .with_sql_example(
        "```sql
select mse(actual, predicted) as mse
from (values (3.0, 2.5), (0.0, 0.5), (2.0, 2.0), (7.0, 8.0)) as t(actual, predicted);
```
```text
+-------+
| mse   |
+-------+
| 0.375 |
+-------+
```",
    )
    .with_related_udf("rmse")
    .with_related_udf("r2_score")
    .build()
});

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Mse;

impl RowFunction for Mse {
    type State = Measured<SquaredError>;

    const PARAMETERS: Parameters = Parameters {
        function: "mse",
        required: &["actual", "predicted"],
        options: &[],
    };
    const HAS_LIST: bool = false;

    fn return_type(&self) -> DataType {
        DataType::Float64
    }

    fn state(&self, _: &Options<'_>) -> Result<Self::State> {
        Ok(Measured::default())
    }

    fn documentation(&self) -> &Documentation {
        &DOCUMENTATION
    }
}
