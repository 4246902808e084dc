//! `clv_predict(model, frequency, recency, age [, monetary], days)`: what a customer will buy.

use std::sync::{Arc, LazyLock};

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Float64Builder, StructArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Float64Type};
use datafusion_common::{Result, plan_err};
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{ColumnarValue, Documentation, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use tronie_udf_kit::{Function, Options, Parameters, UdfEnv};

use crate::clv_model::{ClvModels, DAYS, MODEL_DOCUMENTATION, customer, model_types};

const PARAMETERS: Parameters = Parameters {
    function: "clv_predict",
    required: &["model", "frequency", "recency", "age"],
    options: &["monetary", DAYS],
};

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::scalar(ClvPredict {
        signature: PARAMETERS.signature(),
    })
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "What is expected of a customer in the next days: `STRUCT{purchases DOUBLE, mean_value DOUBLE, value DOUBLE}`. \
         `purchases` by the BG/NBD model (equation 10 of Fader, Hardie and Lee 2005), `mean_value` of each by the Gamma-Gamma \
         model (equation 5 of Fader and Hardie 2013), `value` is one times the other, without a discount. The two are NULL \
         where the model was fitted without money. NULL for a NULL, and for an impossible customer (see `clv_fit`).",
        "clv_predict(model, frequency, recency, age [, monetary], days => ..)",
    )
    .with_argument("model", MODEL_DOCUMENTATION)
    .with_argument("frequency", "How often the customer has bought after the first time.")
    .with_argument("recency", "The time from the first to the last purchase, in the unit in which the model was fitted.")
    .with_argument("age", "The time from the first purchase to now.")
    .with_argument(
        "monetary",
        "The mean value of the purchases after the first one; without it the customer is taken to spend as all do.",
    )
    .with_argument(
        DAYS,
        "For how long: a number above 0, in the unit of the other times, which is days where they are days. Must be given.",
    )
    .with_sql_example(
        "```sql
with model as (select named_struct('r', 0.243, 'alpha', 4.414, 'a', 0.793, 'b', 2.426, 'p', 6.25, 'q', 3.74, 'v', 15.45) as m)
select frequency, round(c['purchases'], 4) as purchases, round(c['mean_value'], 2) as mean_value, round(c['value'], 2) as value
from (select frequency, clv_predict(m, frequency, recency, age, spent, days => 39) as c
      from model, (values (2, 30.43, 38.86, 22.35), (0, 0.0, 38.86, null)) as t(frequency, recency, age, spent));
```
```text
+-----------+-----------+------------+-------+
| frequency | purchases | mean_value | value |
+-----------+-----------+------------+-------+
| 2         | 1.226     | 24.67      | 30.24 |
| 0         | 0.1951    | 35.24      | 6.88  |
+-----------+-----------+------------+-------+
```",
    )
    .with_related_udf("clv_fit")
    .with_related_udf("p_alive")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct ClvPredict {
    signature: Signature,
}

fn fields() -> Fields {
    ["purchases", "mean_value", "value"]
        .into_iter()
        .map(|name| Field::new(name, DataType::Float64, true))
        .collect()
}

fn days(options: &Options<'_>) -> Result<f64> {
    match options.number(DAYS, 0.0..=f64::INFINITY)? {
        Some(days) if days > 0.0 => Ok(days),
        Some(days) => plan_err!("clv_predict: `days =>` must be above 0, got {days}"),
        None => plan_err!("clv_predict needs to know for how long; write days => 90 for the next 90 days"),
    }
}

impl ScalarUDFImpl for ClvPredict {
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
        Ok(DataType::Struct(fields()))
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        days(&Options::planned(&PARAMETERS, &args))?;
        Ok(Arc::new(Field::new(
            PARAMETERS.function,
            DataType::Struct(fields()),
            true,
        )))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let days = days(&Options::called(&PARAMETERS, &args))?;
        let values = ColumnarValue::values_to_arrays(&args.args)?;
        let models = ClvModels::read(PARAMETERS.function, &values[0])?;
        let columns = values[1..]
            .iter()
            .take(4)
            .map(|column| column.as_primitive::<Float64Type>());
        let columns: Vec<&Float64Array> = columns.collect();
        let rows = values[0].len();
        let [mut purchases, mut means, mut worths] = [0; 3].map(|_| Float64Builder::with_capacity(rows));
        let mut is_known = Vec::with_capacity(rows);
        for row in 0..rows {
            let of = customer(&columns, row);
            let expected = of.and_then(|of| models.buying(row)?.purchases(&of, days));
            let mean = of
                .filter(|_| expected.is_some())
                .and_then(|of| models.worth(row)?.mean(&of));
            is_known.push(expected.is_some());
            purchases.append_option(expected);
            means.append_option(mean);
            worths.append_option(expected.zip(mean).map(|(expected, mean)| expected * mean));
        }
        let columns: Vec<ArrayRef> = [purchases, means, worths]
            .map(|mut of| Arc::new(of.finish()) as ArrayRef)
            .to_vec();
        let nulls = Some(NullBuffer::from(is_known));
        Ok(ColumnarValue::Array(Arc::new(StructArray::try_new(
            fields(),
            columns,
            nulls,
        )?)))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}
