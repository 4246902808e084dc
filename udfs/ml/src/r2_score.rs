//! `r2_score(actual, predicted)`: the share of the variance that is predicted.

use std::sync::LazyLock;

use arrow::datatypes::DataType;
use datafusion_common::Result;
use datafusion_expr::Documentation;
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use tronie_learn::metrics::pairs::R2;
use tronie_udf_kit::{Function, Options, Parameters, RowAggregate, RowFunction, UdfEnv};

use crate::measured::Measured;

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::aggregate(RowAggregate::new(R2Score))
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "An aggregate: the coefficient of determination: 1 minus the sum of (actual - predicted)² over the sum of \
         (actual - mean of actual)². 1 is perfect, 0 is as good as always saying the mean, and there is no lower limit. \
         Where all actual numbers are the same, 1 if every prediction is right, else 0, as in scikit-learn. Rows with a NULL, \
         or a number that is not finite, do not count; NULL with fewer than two rows.",
        "r2_score(actual, predicted)",
    )
    .with_argument("actual", "The numbers as they are, of any type.")
    .with_argument("predicted", "The numbers as they were predicted.")
    .with_sql_example(
        "```sql
select r2_score(actual, predicted) as r2_score
from (values (3.0, 2.5), (0.0, 0.5), (2.0, 2.0), (7.0, 8.0)) as t(actual, predicted);
```
```text
+--------------------+
| r2_score           |
+--------------------+
| 0.9423076923076923 |
+--------------------+
```",
    )
    .with_related_udf("mse")
    .with_related_udf("linear_regression")
    .build()
});

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct R2Score;

impl RowFunction for R2Score {
    type State = Measured<R2>;

    const PARAMETERS: Parameters = Parameters {
        function: "r2_score",
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
