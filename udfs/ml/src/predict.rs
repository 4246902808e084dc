//! `predict(model, [x1, x2, ..])`: what a fitted model says of a row.

use std::sync::{Arc, LazyLock};

use crate::named::Source;
use arrow::array::{ArrayRef, Float64Array, Int64Array, StringArray};
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion_common::{Result, exec_err};
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{ColumnarValue, Documentation, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use tronie_learn::{kmeans, logistic};
use tronie_udf_kit::{Function, Parameters, UdfEnv};

use crate::fitted::{Call, Fitted, Kind, linear, model_and_features, other_kind};

const PARAMETERS: Parameters = Parameters {
    function: "predict",
    required: &["model", "features"],
    options: &[],
};

/// Makes the function.
pub(crate) fn function(env: &UdfEnv) -> Function {
    Function::scalar(Predict {
        signature: PARAMETERS.signature(),
        source: Source::new(env),
    })
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "What a fitted model says of a row. Of `linear_regression` a DOUBLE, of `logistic_regression` the most probable class \
         as VARCHAR, of `kmeans` the cluster as BIGINT (see `cluster_id`). The kind is recognised by the fields of the model, \
         which may be a constant, the result of a sub-query, or a column, such as one that was joined by group. A coefficient \
         that is NULL counts as 0. NULL where the model, the list or a number in it is NULL, NaN or infinite. A row with \
         another number of features than the model is an error.",
        "predict(model, features)",
    )
    .with_argument("model", "What `linear_regression`, `logistic_regression` or `kmeans` has returned, or the name of a model in the registry that reads numbers, such as 'churn' or 'churn@3'. Its classes come as text.")
    .with_argument("features", "A list of numbers, in the order in which the model was fitted, such as [x1, x2].")
    .with_sql_example(
        "```sql
with customers(name, visits, spent) as (values ('a', 1, 10.0), ('b', 2, 20.0), ('c', 4, 40.0), ('d', 5, 51.0)),
     fitted as (select linear_regression(spent, [visits]) as model from customers)
select name, round(predict(model, [visits]), 2) as expected from customers, fitted order by name;
```
```text
+------+----------+
| name | expected |
+------+----------+
| a    | 9.85     |
| b    | 20.05    |
| c    | 40.45    |
| d    | 50.65    |
+------+----------+
```",
    )
    .with_related_udf("predict_proba")
    .with_related_udf("cluster_id")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct Predict {
    signature: Signature,
    source: Source,
}

impl ScalarUDFImpl for Predict {
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
        exec_err!("the type of predict depends on the model")
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let of = match self.source.kind(&PARAMETERS, &args)? {
            Kind::Linear => DataType::Float64,
            Kind::Logistic => DataType::Utf8,
            Kind::KMeans => DataType::Int64,
        };
        Ok(Arc::new(Field::new(PARAMETERS.function, of, true)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let call = Call::new(&PARAMETERS, &self.source, &args)?;
        let answers: ArrayRef = match args.return_field.data_type() {
            DataType::Float64 => {
                let sums = call.answers(|fitted, row| match fitted {
                    Fitted::Linear {
                        intercept,
                        coefficients,
                    } => linear(*intercept, coefficients, row),
                    _ => Err(other_kind()),
                })?;
                Arc::new(Float64Array::from(sums))
            }
            DataType::Utf8 => {
                let classes = call.answers(|fitted, row| match fitted {
                    Fitted::Logistic {
                        classes,
                        intercepts,
                        coefficients,
                    } => {
                        let scores = logistic::scores(intercepts, coefficients, row)?;
                        // The model goes on after this, so that its text is copied.
                        classes
                            .get(logistic::most_probable(&scores))
                            .cloned()
                            .ok_or_else(other_kind)
                    }
                    _ => Err(other_kind()),
                })?;
                Arc::new(StringArray::from(classes))
            }
            _ => {
                let clusters = call.answers(|fitted, row| match fitted {
                    Fitted::KMeans { centroids } => Ok(kmeans::nearest(centroids, row)?.0 as i64),
                    _ => Err(other_kind()),
                })?;
                Arc::new(Int64Array::from(clusters))
            }
        };
        call.result(answers)
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}
