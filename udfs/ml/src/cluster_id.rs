//! `cluster_id(model, [x1, x2, ..])`: the cluster that a row belongs to.

use std::sync::{Arc, LazyLock};

use crate::named::Source;
use arrow::array::Int64Array;
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion_common::Result;
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{ColumnarValue, Documentation, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use tronie_learn::kmeans;
use tronie_udf_kit::{Function, Parameters, UdfEnv};

use crate::fitted::{Call, Fitted, Kind, model_and_features, other_kind};

const PARAMETERS: Parameters = Parameters {
    function: "cluster_id",
    required: &["model", "features"],
    options: &[],
};

/// Makes the function.
pub(crate) fn function(env: &UdfEnv) -> Function {
    Function::scalar(ClusterId {
        signature: PARAMETERS.signature(),
        source: Source::new(env),
    })
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "The cluster of a row: the place of the nearest centroid of a fitted `kmeans`, as BIGINT, counted from 0 (as scikit-learn \
         counts), so that its size is `model['sizes'][cluster_id(model, ..) + 1]`; of equally near ones the first. 0 is the \
         largest cluster. NULL and errors as for `predict`.",
        "cluster_id(model, features)",
    )
    .with_argument("model", "What `kmeans` has returned: a constant or a column; or the name of a model in the registry.")
    .with_argument("features", "As for `predict`.")
    .with_sql_example(
        "```sql
with customers(name, visits) as (values ('a', 1), ('b', 2), ('c', 9), ('d', 10), ('e', 3)),
     fitted as (select kmeans([visits], k => 2) as model from customers)
select name, cluster_id(model, [visits]) as cluster from customers, fitted order by name;
```
```text
+------+---------+
| name | cluster |
+------+---------+
| a    | 0       |
| b    | 0       |
| c    | 1       |
| d    | 1       |
| e    | 0       |
+------+---------+
```",
    )
    .with_related_udf("kmeans")
    .with_related_udf("cluster_distance")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct ClusterId {
    signature: Signature,
    source: Source,
}

impl ScalarUDFImpl for ClusterId {
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
        Ok(DataType::Int64)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let kind = self.source.kind(&PARAMETERS, &args)?;
        kind.must_be(Kind::KMeans, "kmeans", &PARAMETERS)?;
        Ok(Arc::new(Field::new(PARAMETERS.function, DataType::Int64, true)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let call = Call::new(&PARAMETERS, &self.source, &args)?;
        let clusters = call.answers(|fitted, row| match fitted {
            Fitted::KMeans { centroids } => Ok(kmeans::nearest(centroids, row)?.0 as i64),
            _ => Err(other_kind()),
        })?;
        call.result(Arc::new(Int64Array::from(clusters)))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}
