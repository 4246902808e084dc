//! `p_alive(model, frequency, recency, age)`: how likely it is that a customer is still one.

use std::sync::{Arc, LazyLock};

use arrow::array::{Array, ArrayRef, AsArray, Float64Array};
use arrow::datatypes::{DataType, Float64Type};
use datafusion_common::Result;
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use tronie_udf_kit::{Function, Parameters, UdfEnv};

use crate::clv_model::{ClvModels, MODEL_DOCUMENTATION, customer, model_types};

const PARAMETERS: Parameters = Parameters {
    function: "p_alive",
    required: &["model", "frequency", "recency", "age"],
    options: &[],
};

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::scalar(PAlive {
        signature: PARAMETERS.signature(),
    })
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "The probability, DOUBLE from 0 to 1, that a customer is still there and will buy again, by the BG/NBD model (Fader, \
         Hardie and Lee 2005). A customer who has bought once has 1: in this model one is lost only right after a later \
         purchase. NULL for a NULL, and for an impossible customer (see `clv_fit`).",
        "p_alive(model, frequency, recency, age)",
    )
    .with_argument("model", MODEL_DOCUMENTATION)
    .with_argument("frequency", "How often the customer has bought after the first time.")
    .with_argument("recency", "The time from the first to the last purchase, in the unit in which the model was fitted.")
    .with_argument("age", "The time from the first purchase to now.")
    .with_sql_example(
        "```sql
with model as (select named_struct('r', 0.243, 'alpha', 4.414, 'a', 0.793, 'b', 2.426) as m)
select frequency, recency, age, round(p_alive(m, frequency, recency, age), 4) as p_alive
from model, (values (2, 30.43, 38.86), (1, 1.71, 38.86), (0, 0.0, 38.86)) as t(frequency, recency, age);
```
```text
+-----------+---------+-------+---------+
| frequency | recency | age   | p_alive |
+-----------+---------+-------+---------+
| 2         | 30.43   | 38.86 | 0.7266  |
| 1         | 1.71    | 38.86 | 0.2121  |
| 0         | 0.0     | 38.86 | 1.0     |
+-----------+---------+-------+---------+
```",
    )
    .with_related_udf("clv_fit")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct PAlive {
    signature: Signature,
}

impl ScalarUDFImpl for PAlive {
    fn name(&self) -> &str {
        PARAMETERS.function
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        model_types(&PARAMETERS, types)
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let values = ColumnarValue::values_to_arrays(&args.args)?;
        let models = ClvModels::read(PARAMETERS.function, &values[0])?;
        let columns: Vec<&Float64Array> = values[1..]
            .iter()
            .map(|column| column.as_primitive::<Float64Type>())
            .collect();
        let of_row = |row| models.buying(row)?.p_alive(&customer(&columns, row)?);
        let alive: Float64Array = (0..values[0].len()).map(of_row).collect();
        Ok(ColumnarValue::Array(Arc::new(alive) as ArrayRef))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}
