//! `rfm_score(x [, ascending, bins]) OVER (..)`: how a customer ranks among all, from 1 to 5.

use std::sync::{Arc, LazyLock};

use arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Float64Type};
use datafusion_common::Result;
use datafusion_expr::function::{PartitionEvaluatorArgs, WindowFunctionSimplification, WindowUDFFieldArgs};
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{Documentation, PartitionEvaluator, ReversedUDWF, Signature, WindowUDFImpl};
use tronie_udf_kit::{Function, Parameters, UdfEnv};

use crate::constants::{Constants, checking_window, option_types};
use crate::numbers::number_type;

const PARAMETERS: Parameters = Parameters {
    function: "rfm_score",
    required: &["x"],
    options: &["ascending", "bins"],
};

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::window(RfmScore {
        signature: PARAMETERS.signature(),
    })
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "A window: in which fifth of the partition a value is, BIGINT from 1 to 5, where 5 is best: the score of an RFM \
         analysis. It is 1 + floor(5 b / n), where b of the n rows with a value are worse. Without ties it cuts as ntile(5) \
         does, except for where the rows over go if 5 does not divide n. Equal values get equal scores, the lowest of those \
         that ntile, which cuts through them, would give: nobody is better than somebody else for nothing, and where most \
         customers have bought once, all of those score 1. It looks at all rows of the partition, whatever the order; a frame \
         that leaves rows out is refused. NULL for NULL and NaN.",
        "rfm_score(x [, ascending => true] [, bins => 5]) OVER ([PARTITION BY ..])",
    )
    .with_argument("x", "Numbers, dates or timestamps: the last order's date, the number of orders, the money.")
    .with_argument(
        "ascending",
        "Whether scores go up with values. false where small is good, as for the days since the last order. Default: true.",
    )
    .with_argument("bins", "How many scores there are: 2 to 100. Default: 5.")
    .with_sql_example(
        "```sql
select customer, rfm_score(days_ago, ascending => false) over () as r, rfm_score(orders) over () as f
from (values ('a', 3, 1), ('b', 40, 1), ('c', 12, 1), ('d', 90, 4), ('e', 200, 9)) as t(customer, days_ago, orders)
order by customer;
```
```text
+----------+---+---+
| customer | r | f |
+----------+---+---+
| a        | 5 | 1 |
| b        | 3 | 1 |
| c        | 4 | 1 |
| d        | 2 | 4 |
| e        | 1 | 5 |
+----------+---+---+
```",
    )
    .with_related_udf("rfm_segment")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct RfmScore {
    signature: Signature,
}

/// What the options say.
#[derive(Debug, Clone, Copy)]
struct Scores {
    ascending: bool,
    bins: u64,
}

impl Scores {
    fn of(constants: &Constants) -> Result<Self> {
        constants.options(&PARAMETERS, |options| {
            Ok(Self {
                ascending: options.flag("ascending")?.unwrap_or(true),
                bins: options.count("bins", 2..=100)?.unwrap_or(5).unsigned_abs(),
            })
        })
    }

    /// The score of each row that has a value.
    fn scores(self, rows: &[Option<f64>]) -> Vec<Option<i64>> {
        // Zeros are equal, whatever their sign.
        let values = rows
            .iter()
            .enumerate()
            .filter_map(|(row, x)| Some((x.filter(|x| !x.is_nan())? + 0.0, row)));
        let mut sorted: Vec<(f64, usize)> = values.collect();
        sorted.sort_unstable_by(|(a, _), (b, _)| if self.ascending { a.total_cmp(b) } else { b.total_cmp(a) });
        let n = sorted.len() as u64;
        let mut scores = vec![None; rows.len()];
        let mut worse = 0;
        for (place, &(x, row)) in sorted.iter().enumerate() {
            if place > 0 && sorted[place - 1].0 != x {
                worse = place as u64;
            }
            let score = 1 + u128::from(self.bins) * u128::from(worse) / u128::from(n);
            scores[row] = Some(score as i64);
        }
        scores
    }
}

impl WindowUDFImpl for RfmScore {
    fn name(&self) -> &str {
        PARAMETERS.function
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        PARAMETERS.check_count(types.len())?;
        let mut read = vec![match &types[0] {
            DataType::Timestamp(..) | DataType::Date32 | DataType::Date64 => types[0].clone(),
            other => number_type(PARAMETERS.function, "x", other)?,
        }];
        read.extend(option_types(&PARAMETERS, types));
        Ok(read)
    }

    fn field(&self, args: WindowUDFFieldArgs) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(args.name(), DataType::Int64, true)))
    }

    fn simplify(&self) -> Option<WindowFunctionSimplification> {
        checking_window(PARAMETERS, |call| {
            Scores::of(&Constants::of_call(&call.params.args)).map(|_| ())
        })
    }

    fn partition_evaluator(&self, args: PartitionEvaluatorArgs) -> Result<Box<dyn PartitionEvaluator>> {
        Ok(Box::new(Evaluator {
            scores: Scores::of(&Constants::of_window(&args))?,
        }))
    }

    fn reverse_expr(&self) -> ReversedUDWF {
        ReversedUDWF::Identical
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}

#[derive(Debug)]
struct Evaluator {
    scores: Scores,
}

impl PartitionEvaluator for Evaluator {
    fn evaluate_all(&mut self, values: &[ArrayRef], _: usize) -> Result<ArrayRef> {
        let numbers = match values[0].data_type() {
            DataType::Float64 => Arc::clone(&values[0]),
            DataType::Date32 => cast(&cast(&values[0], &DataType::Int32)?, &DataType::Float64)?,
            _ => cast(&cast(&values[0], &DataType::Int64)?, &DataType::Float64)?,
        };
        let rows: Vec<Option<f64>> = numbers.as_primitive::<Float64Type>().iter().collect();
        Ok(Arc::new(Int64Array::from(self.scores.scores(&rows))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifths_are_even_and_ties_are_kept() {
        let scores = |ascending, rows: &[f64]| {
            let rows: Vec<Option<f64>> = rows.iter().copied().map(Some).collect();
            let scores = Scores { ascending, bins: 5 }.scores(&rows);
            scores.into_iter().flatten().collect::<Vec<i64>>()
        };
        let ten: Vec<f64> = (0..10).map(f64::from).collect();
        assert_eq!(scores(true, &ten), [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
        assert_eq!(scores(false, &ten), [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]);
        assert_eq!(scores(true, &[1.0, 1.0, 1.0, 2.0, 3.0]), [1, 1, 1, 4, 5]);
        assert_eq!(scores(false, &[1.0, 1.0, 1.0, 2.0, 3.0]), [3, 3, 3, 2, 1]);
        assert_eq!(scores(true, &[0.0, -0.0, 7.0]), [1, 1, 4]);
        let with_gaps = Scores {
            ascending: true,
            bins: 2,
        }
        .scores(&[None, Some(f64::NAN), Some(1.0), Some(2.0)]);
        assert_eq!(with_gaps, [None, None, Some(1), Some(2)]);
    }
}
