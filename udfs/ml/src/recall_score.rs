//! `recall_score(actual, predicted [, average, positive])`: how many of the actual ones are found.

use std::sync::LazyLock;

use arrow::datatypes::DataType;
use datafusion_common::{Result, ScalarValue};
use datafusion_expr::Documentation;
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use tronie_learn::labels::Labels;
use tronie_learn::metrics::confusion::{Cells, Measure};
use tronie_udf_kit::{Function, Options, Parameters, UdfEnv};

use crate::averages::{AVERAGE, AVERAGE_DOCUMENTATION, LEFT_OUT, Over, parameters};
use crate::confusion::{ConfusionAggregate, ConfusionFunction};
use crate::positive::{POSITIVE, POSITIVE_DOCUMENTATION};

const PARAMETERS: Parameters = parameters("recall_score");

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::aggregate(ConfusionAggregate::new(RecallScore))
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        format!("An aggregate: recall, the share of the rows with a label for which it was predicted. {LEFT_OUT}"),
        "recall_score(actual, predicted [, average => 'binary'] [, positive => '1'])",
    )
    .with_argument("actual", "The labels as they are: texts, whole numbers or booleans.")
    .with_argument("predicted", "The labels as they were predicted.")
    .with_argument(AVERAGE, AVERAGE_DOCUMENTATION)
    .with_argument(POSITIVE, POSITIVE_DOCUMENTATION)
    .with_sql_example(
        "```sql
select recall_score(actual, predicted, positive => 'spam') as of_spam,
       recall_score(actual, predicted, average => 'macro') as of_both
from (values ('spam', 'spam'), ('ham', 'spam'), ('ham', 'ham'), ('ham', 'ham')) as t(actual, predicted);
```
```text
+---------+--------------------+
| of_spam | of_both            |
+---------+--------------------+
| 1.0     | 0.8333333333333333 |
+---------+--------------------+
```",
    )
    .with_related_udf("precision_score")
    .with_related_udf("f1_score")
    .build()
});

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct RecallScore;

impl ConfusionFunction for RecallScore {
    type Settings = Over;

    const PARAMETERS: Parameters = PARAMETERS;

    fn return_type() -> DataType {
        DataType::Float64
    }

    fn settings(options: &Options<'_>) -> Result<Over> {
        Over::new(&PARAMETERS, options)
    }

    fn finish(over: &Over, labels: &Labels, cells: &Cells) -> Result<ScalarValue> {
        over.finish(&PARAMETERS, Measure::Recall, labels, cells)
    }

    fn documentation() -> &'static Documentation {
        &DOCUMENTATION
    }
}
