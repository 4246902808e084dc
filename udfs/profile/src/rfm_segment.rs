//! `rfm_segment(r, f, m)`: the usual name for a customer with these scores.

use std::sync::{Arc, LazyLock};

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, StringArray};
use arrow::datatypes::{DataType, Int64Type};
use datafusion_common::{Result, plan_err};
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use tronie_udf_kit::{Function, Parameters, UdfEnv};

const PARAMETERS: Parameters = Parameters {
    function: "rfm_segment",
    required: &["r", "f", "m"],
    options: &[],
};

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::scalar(RfmSegment {
        signature: PARAMETERS.signature(),
    })
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "The name of a customer's segment, VARCHAR, by the scores of recency, frequency and money, each 1 to 5 with 5 best. The \
         table is the grid that marketing tools share (Putler's eleven segments, on the grid of recency against the mean of \
         frequency and money, a half rounded up): r 5: new (fm 1), potential_loyalist (2, 3), champions (4, 5); r 4: promising \
         (1), potential_loyalist (2, 3), loyal (4, 5); r 3: about_to_sleep (1, 2), need_attention (3), loyal (4, 5); r 2: \
         hibernating (1, 2), at_risk (3, 4), cannot_lose (5); r 1: lost (1), hibernating (2), at_risk (3, 4), cannot_lose (5). \
         Putler's ranges overlap; the grid gives each pair of scores one name. NULL where a score is NULL or not 1 to 5.",
        "rfm_segment(r, f, m)",
    )
    .with_argument("r", "The score of recency: a whole number from 1 to 5, such as `rfm_score` gives.")
    .with_argument("f", "The score of frequency.")
    .with_argument("m", "The score of money.")
    .with_sql_example(
        "```sql
select r, f, m, rfm_segment(r, f, m) as segment
from (values (5, 5, 4), (5, 1, 1), (3, 3, 2), (1, 5, 5), (1, 1, 1)) as t(r, f, m);
```
```text
+---+---+---+----------------+
| r | f | m | segment        |
+---+---+---+----------------+
| 5 | 5 | 4 | champions      |
| 5 | 1 | 1 | new            |
| 3 | 3 | 2 | need_attention |
| 1 | 5 | 5 | cannot_lose    |
| 1 | 1 | 1 | lost           |
+---+---+---+----------------+
```",
    )
    .with_related_udf("rfm_score")
    .build()
});

/// The segments: a row for each score of recency from 1, a name for each rounded mean of frequency and money from 1.
const SEGMENTS: [[&str; 5]; 5] = [
    ["lost", "hibernating", "at_risk", "at_risk", "cannot_lose"],
    ["hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose"],
    ["about_to_sleep", "about_to_sleep", "need_attention", "loyal", "loyal"],
    [
        "promising",
        "potential_loyalist",
        "potential_loyalist",
        "loyal",
        "loyal",
    ],
    [
        "new",
        "potential_loyalist",
        "potential_loyalist",
        "champions",
        "champions",
    ],
];

fn segment(r: i64, f: i64, m: i64) -> Option<&'static str> {
    let scores = 1..=5;
    if ![r, f, m].iter().all(|score| scores.contains(score)) {
        return None;
    }
    let worth = (f + m + 1) / 2;
    Some(SEGMENTS[r as usize - 1][worth as usize - 1])
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct RfmSegment {
    signature: Signature,
}

impl ScalarUDFImpl for RfmSegment {
    fn name(&self) -> &str {
        PARAMETERS.function
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        PARAMETERS.check_count(types.len())?;
        for (given, argument) in types.iter().zip(PARAMETERS.required) {
            if !given.is_integer() && !given.is_null() {
                return plan_err!(
                    "rfm_segment reads whole numbers from 1 to 5, but `{argument}` is {given}; use rfm_score"
                );
            }
        }
        Ok(vec![DataType::Int64; types.len()])
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let is_constant = args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let columns = ColumnarValue::values_to_arrays(&args.args)?;
        let [r, f, m] = [0, 1, 2].map(|place: usize| columns[place].as_primitive::<Int64Type>());
        let score = |scores: &Int64Array, row: usize| scores.is_valid(row).then(|| scores.value(row));
        let of_row = |row| segment(score(r, row)?, score(f, row)?, score(m, row)?);
        let segments: ArrayRef = Arc::new((0..r.len()).map(of_row).collect::<StringArray>());
        match is_constant {
            true => Ok(ColumnarValue::Scalar(datafusion_common::ScalarValue::try_from_array(
                &segments, 0,
            )?)),
            false => Ok(ColumnarValue::Array(segments)),
        }
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_scores_has_a_name() {
        assert_eq!(segment(5, 4, 4), Some("champions"));
        assert_eq!(segment(4, 1, 1), Some("promising"));
        assert_eq!(segment(2, 4, 5), Some("cannot_lose"));
        assert_eq!((segment(0, 1, 1), segment(1, 6, 1)), (None, None));
        let all: std::collections::BTreeSet<&str> = SEGMENTS.iter().flatten().copied().collect();
        assert_eq!(all.len(), 11);
    }
}
