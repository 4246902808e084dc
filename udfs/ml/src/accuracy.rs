//! `accuracy(actual, predicted)`: the share of predictions that are right.

use std::sync::LazyLock;

use arrow::array::{Array, ArrayRef};
use arrow::compute::kernels::cmp::eq;
use arrow::datatypes::DataType;
use datafusion_common::Result;
use datafusion_expr::Documentation;
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use tronie_learn::labels::Labels;
use tronie_learn::metrics::pairs::Accuracy;
use tronie_udf_kit::{Function, Options, Parameters, UdfEnv};

use crate::labels::{LabelReader, NONE, label_types};
use crate::pairs::{PairAggregate, PairFunction, PairReader};

const PARAMETERS: Parameters = Parameters {
    function: "accuracy",
    required: &["actual", "predicted"],
    options: &[],
};

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::aggregate(PairAggregate::new(AccuracyOfLabels))
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "An aggregate: the share of rows whose predicted label is the actual one, from 0 to 1. Labels are texts, whole \
         numbers or booleans, and are compared as texts: 1 is '1', and true is 'true', but 1 beside a number. Rows with a \
         NULL on either side do not count; NULL without any row.",
        "accuracy(actual, predicted)",
    )
    .with_argument("actual", "The labels as they are.")
    .with_argument("predicted", "The labels as they were predicted.")
    .with_sql_example(
        "```sql
select accuracy(actual, predicted) as accuracy
from (values ('spam', 'spam'), ('ham', 'spam'), ('ham', 'ham'), ('spam', null)) as t(actual, predicted);
```
```text
+--------------------+
| accuracy           |
+--------------------+
| 0.6666666666666666 |
+--------------------+
```",
    )
    .with_related_udf("f1_score")
    .with_related_udf("confusion_matrix")
    .build()
});

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct AccuracyOfLabels;

impl PairFunction for AccuracyOfLabels {
    type Metric = Accuracy;
    type Reader = Reader;

    const PARAMETERS: Parameters = PARAMETERS;

    fn types(types: &[DataType]) -> Result<Vec<DataType>> {
        let types = label_types(PARAMETERS.function, ["actual", "predicted"], [&types[0], &types[1]])?;
        Ok(types.to_vec())
    }

    fn reader(_: &Options<'_>) -> Result<Reader> {
        Ok(Reader)
    }

    fn documentation() -> &'static Documentation {
        &DOCUMENTATION
    }
}

/// Reads two columns of labels as equal or different numbers.
#[derive(Debug)]
struct Reader;

impl PairReader for Reader {
    fn read(&self, values: &[ArrayRef]) -> Result<(Vec<f64>, Vec<f64>)> {
        let [actual, predicted] = [&values[0], &values[1]];
        if actual.data_type() == predicted.data_type() && *actual.data_type() != DataType::Float64 {
            // 1 and 1 for the same label, 1 and 0 for different ones.
            let same = eq(actual, predicted)?;
            let actual = (0..same.len()).map(|row| if same.is_null(row) { f64::NAN } else { 1.0 });
            let predicted = same.values().iter().map(|same| f64::from(u8::from(same)));
            return Ok((actual.collect(), predicted.collect()));
        }
        // A dictionary for each batch: labels may be as many as rows.
        let (mut labels, mut reader) = (Labels::default(), LabelReader::new(PARAMETERS.function));
        let actual = reader.codes(&mut labels, actual)?;
        let predicted = reader.codes(&mut labels, predicted)?;
        let number = |code: u32| if code == NONE { f64::NAN } else { f64::from(code) };
        let pairs = actual.into_iter().zip(predicted);
        let pair = |(actual, predicted)| match (number(actual), number(predicted)) {
            (_, predicted) if predicted.is_nan() => (f64::NAN, predicted),
            pair => pair,
        };
        Ok(pairs.map(pair).unzip())
    }
}
