//! `log_loss(actual, probability [, positive])`: how wrong predicted probabilities are.

use std::sync::LazyLock;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Float64Type};
use datafusion_common::{Result, exec_err};
use datafusion_expr::Documentation;
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use tronie_learn::metrics::pairs::LogLoss;
use tronie_udf_kit::{Function, Options, Parameters, UdfEnv};

use crate::calls::option_types;
use crate::labels::label_type;
use crate::pairs::{PairAggregate, PairFunction, PairReader};
use crate::positive::{POSITIVE, POSITIVE_DOCUMENTATION, Positive};
use crate::scores::score_type;

const PARAMETERS: Parameters = Parameters {
    function: "log_loss",
    required: &["actual", "probability"],
    options: &[POSITIVE],
};

/// What rounding may add to a probability.
const ROUNDING: f64 = 1e-6;

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::aggregate(PairAggregate::new(LogLossOfLabels))
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "An aggregate: the mean of -ln(p), p being the probability that was predicted for what was the case; 0 is perfect, \
         0.69 is what 0.5 for every row comes to. For two classes. Probabilities are cut off at 2.2e-16 and 1 minus that, as \
         in scikit-learn, so that a certain prediction that is wrong costs 36, and not infinity. Rows with a NULL, or a \
         probability that is NaN, do not count; NULL without any row. A number that is no probability is an error.",
        "log_loss(actual, probability [, positive => '1'])",
    )
    .with_argument("actual", "The labels: texts, whole numbers or booleans.")
    .with_argument("probability", "The predicted probability of the positive label, from 0 to 1.")
    .with_argument(POSITIVE, POSITIVE_DOCUMENTATION)
    .with_sql_example(
        "```sql
select log_loss(churned, p) as log_loss
from (values (true, 0.9), (false, 0.2), (true, 0.6), (false, 0.4)) as t(churned, p);
```
```text
+--------------------+
| log_loss           |
+--------------------+
| 0.3375388286260044 |
+--------------------+
```",
    )
    .with_related_udf("roc_auc")
    .build()
});

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct LogLossOfLabels;

impl PairFunction for LogLossOfLabels {
    type Metric = LogLoss;
    type Reader = Reader;

    const PARAMETERS: Parameters = PARAMETERS;

    fn types(types: &[DataType]) -> Result<Vec<DataType>> {
        let mut read = vec![
            label_type(PARAMETERS.function, "actual", &types[0])?,
            score_type(PARAMETERS.function, "probability", &types[1])?,
        ];
        read.extend(option_types(&PARAMETERS, types, &[POSITIVE]));
        Ok(read)
    }

    fn reader(options: &Options<'_>) -> Result<Reader> {
        Ok(Reader(Positive::new(options.text(POSITIVE)?)))
    }

    fn documentation() -> &'static Documentation {
        &DOCUMENTATION
    }
}

/// Reads labels as 1 and 0, beside probabilities.
#[derive(Debug)]
struct Reader(Positive);

impl PairReader for Reader {
    fn read(&self, values: &[ArrayRef]) -> Result<(Vec<f64>, Vec<f64>)> {
        let positive = self.0.rows(PARAMETERS.function, values[0].as_ref())?;
        let probabilities = values[1].as_primitive::<Float64Type>();
        let mut actual = Vec::with_capacity(positive.len());
        for (row, (positive, probability)) in positive.into_iter().zip(probabilities.values()).enumerate() {
            actual.push(match positive {
                Some(positive) if probabilities.is_valid(row) && !probability.is_nan() => {
                    if !(-ROUNDING..=1.0 + ROUNDING).contains(probability) {
                        return exec_err!(
                            "log_loss: {probability} is no probability, expected 0 to 1; make probabilities of scores \
                             first, such as 1 / (1 + exp(-score))"
                        );
                    }
                    f64::from(u8::from(positive))
                }
                _ => f64::NAN,
            });
        }
        Ok((actual, probabilities.values().to_vec()))
    }
}
