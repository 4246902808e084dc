//! `label_encode(x) OVER (..)`: labels as numbers from 0.

use std::sync::{Arc, LazyLock};

use arrow::array::{Array, ArrayRef, Int64Array};
use arrow::compute::{cast, partition, sort_to_indices, take};
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion_common::{Result, plan_err};
use datafusion_expr::expr::WindowFunction;
use datafusion_expr::function::{PartitionEvaluatorArgs, WindowFunctionSimplification, WindowUDFFieldArgs};
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{Documentation, Expr, PartitionEvaluator, ReversedUDWF, Signature, WindowUDFImpl};
use tronie_udf_kit::{Function, Parameters, UdfEnv};

use crate::windows::{WHOLE_PARTITION, check_window};

const PARAMETERS: Parameters = Parameters {
    function: "label_encode",
    required: &["x"],
    options: &[],
};

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::window(LabelEncode {
        signature: PARAMETERS.signature(),
    })
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        format!(
            "A window: a number for each different value, BIGINT from 0, in the order of the values: texts by their bytes, false \
             before true. The codes depend on which values there are, so rows that come later may change them: keep them in a \
             table if they are to last. {WHOLE_PARTITION} NULL for NULL. As scikit-learn's LabelEncoder."
        ),
        "label_encode(x) OVER ([PARTITION BY ..])",
    )
    .with_argument("x", "Texts, whole numbers, decimals, booleans, dates or times.")
    .with_sql_example(
        "```sql
select city, label_encode(city) over () as code
from (values ('Paris'), ('Lima'), (null), ('Paris'), ('Oslo')) as t(city)
order by city;
```
```text
+-------+------+
| city  | code |
+-------+------+
| Lima  | 0    |
| Oslo  | 1    |
| Paris | 2    |
| Paris | 2    |
|       |      |
+-------+------+
```",
    )
    .with_related_udf("one_hot")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct LabelEncode {
    signature: Signature,
}

/// The type in which values are read: a dictionary as what is in it, everything else as it is.
fn value_type(got: &DataType) -> Result<DataType> {
    match got {
        DataType::Dictionary(_, value) => value_type(value),
        DataType::Null => Ok(DataType::Utf8),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Boolean => Ok(got.clone()),
        number if number.is_integer() || number.is_decimal() => Ok(got.clone()),
        time if time.is_temporal() && !matches!(time, DataType::Interval(_)) => Ok(got.clone()),
        other => plan_err!(
            "label_encode codes texts, whole numbers, booleans and dates, but `x` is {other}; convert it first: cast(.. as \
             varchar)"
        ),
    }
}

impl WindowUDFImpl for LabelEncode {
    fn name(&self) -> &str {
        PARAMETERS.function
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        PARAMETERS.check_count(types.len())?;
        Ok(vec![value_type(&types[0])?])
    }

    fn field(&self, args: WindowUDFFieldArgs) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(args.name(), DataType::Int64, true)))
    }

    fn simplify(&self) -> Option<WindowFunctionSimplification> {
        Some(Box::new(|call: WindowFunction, _| {
            check_window(&PARAMETERS, &call)?;
            Ok(Expr::from(call))
        }))
    }

    fn partition_evaluator(&self, _: PartitionEvaluatorArgs) -> Result<Box<dyn PartitionEvaluator>> {
        Ok(Box::new(Codes))
    }

    fn reverse_expr(&self) -> ReversedUDWF {
        ReversedUDWF::Identical
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}

#[derive(Debug)]
struct Codes;

impl PartitionEvaluator for Codes {
    fn evaluate_all(&mut self, values: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
        let column = match values[0].data_type() {
            DataType::Dictionary(_, value) => cast(&values[0], value)?,
            _ => Arc::clone(&values[0]),
        };
        // NULLs come first, and are the first range.
        let order = sort_to_indices(&column, None, None)?;
        let sorted = take(&column, &order, None)?;
        let mut codes = vec![None; rows];
        let mut next = 0;
        for range in partition(&[Arc::clone(&sorted)])?.ranges() {
            if sorted.is_null(range.start) {
                continue;
            }
            for place in &order.values()[range] {
                codes[*place as usize] = Some(next);
            }
            next += 1;
        }
        Ok(Arc::new(Int64Array::from(codes)))
    }
}
