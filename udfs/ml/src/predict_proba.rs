//! `predict_proba(model, [x1, x2, ..])`: how probable each class is for a row.

use std::sync::{Arc, LazyLock};

use crate::named::Source;
use arrow::array::{ArrayRef, Float64Builder, ListArray, StringBuilder, StructArray};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::{DataType, Field, FieldRef, Fields};
use datafusion_common::Result;
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{ColumnarValue, Documentation, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use tronie_learn::logistic;
use tronie_udf_kit::{Function, Parameters, UdfEnv};

use crate::fitted::{Call, Fitted, Kind, list_of, model_and_features, other_kind};

const PARAMETERS: Parameters = Parameters {
    function: "predict_proba",
    required: &["model", "features"],
    options: &[],
};

/// Makes the function.
pub(crate) fn function(env: &UdfEnv) -> Function {
    Function::scalar(PredictProba {
        signature: PARAMETERS.signature(),
        source: Source::new(env),
    })
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "How probable each class of a fitted `logistic_regression` is for a row: `LIST<STRUCT{label VARCHAR, probability \
         DOUBLE}>`, in the order of the model's classes; the probabilities add up to 1. NULL and errors as for `predict`.",
        "predict_proba(model, features)",
    )
    .with_argument("model", "What `logistic_regression` has returned: a constant or a column; or the name of a model in the registry.")
    .with_argument("features", "As for `predict`.")
    .with_sql_example(
        "```sql
with customers(name, visits, churned) as (values ('a', 1, true), ('b', 2, true), ('c', 3, false), ('d', 4, true), ('e', 6, false)),
     fitted as (select logistic_regression(churned, [visits], l2 => 1) as model from customers)
select name, predict(model, [visits]) as churns, round(predict_proba(model, [visits])[2]['probability'], 3) as p
from customers, fitted order by name;
```
```text
+------+--------+-------+
| name | churns | p     |
+------+--------+-------+
| a    | true   | 0.867 |
| b    | true   | 0.776 |
| c    | true   | 0.648 |
| d    | false  | 0.494 |
| e    | false  | 0.216 |
+------+--------+-------+
```",
    )
    .with_related_udf("logistic_regression")
    .with_related_udf("predict")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct PredictProba {
    signature: Signature,
    source: Source,
}

fn item_fields() -> Fields {
    Fields::from(vec![
        Field::new("label", DataType::Utf8, true),
        Field::new("probability", DataType::Float64, true),
    ])
}

impl ScalarUDFImpl for PredictProba {
    fn name(&self) -> &str {
        PARAMETERS.function
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        model_and_features(&PARAMETERS, types)
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(list_of(DataType::Struct(item_fields())))
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let kind = self.source.kind(&PARAMETERS, &args)?;
        kind.must_be(Kind::Logistic, "logistic_regression", &PARAMETERS)?;
        Ok(Arc::new(Field::new(PARAMETERS.function, self.return_type(&[])?, true)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let call = Call::new(&PARAMETERS, &self.source, &args)?;
        let rows = call.answers(|fitted, row| match fitted {
            Fitted::Logistic {
                classes,
                intercepts,
                coefficients,
            } => {
                let probabilities = logistic::probabilities(&logistic::scores(intercepts, coefficients, row)?);
                if classes.len() != probabilities.len() {
                    return Err(other_kind());
                }
                Ok(classes.iter().cloned().zip(probabilities).collect::<Vec<_>>())
            }
            _ => Err(other_kind()),
        })?;
        let (mut labels, mut probabilities) = (StringBuilder::new(), Float64Builder::new());
        let mut lengths = Vec::with_capacity(rows.len());
        for row in &rows {
            let classes = row.as_deref().unwrap_or_default();
            lengths.push(classes.len());
            for (label, probability) in classes {
                labels.append_value(label);
                probabilities.append_value(*probability);
            }
        }
        let columns: Vec<ArrayRef> = vec![Arc::new(labels.finish()), Arc::new(probabilities.finish())];
        let items = StructArray::try_new(item_fields(), columns, None)?;
        let field = Arc::new(Field::new_list_field(DataType::Struct(item_fields()), true));
        let nulls = NullBuffer::from_iter(rows.iter().map(Option::is_some));
        let offsets = OffsetBuffer::from_lengths(lengths);
        call.result(Arc::new(ListArray::try_new(
            field,
            offsets,
            Arc::new(items),
            Some(nulls),
        )?))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}
