//! `cluster_distance(model, [x1, x2, ..])`: how far a row is from its cluster.

use std::sync::{Arc, LazyLock};

use crate::named::Source;
use arrow::array::Float64Array;
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion_common::Result;
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{ColumnarValue, Documentation, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use tronie_learn::kmeans;
use tronie_udf_kit::{Function, Parameters, UdfEnv};

use crate::fitted::{Call, Fitted, Kind, model_and_features, other_kind};

const PARAMETERS: Parameters = Parameters {
    function: "cluster_distance",
    required: &["model", "features"],
    options: &[],
};

/// Makes the function.
pub(crate) fn function(env: &UdfEnv) -> Function {
    Function::scalar(ClusterDistance {
        signature: PARAMETERS.signature(),
        source: Source::new(env),
    })
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "The Euclidean distance of a row to the nearest centroid of a fitted `kmeans`, as DOUBLE, in the units of the features: \
         large for a row that is like none of the clusters. NULL and errors as for `predict`.",
        "cluster_distance(model, features)",
    )
    .with_argument("model", "What `kmeans` has returned: a constant or a column; or the name of a model in the registry, whose distance is between standardized columns unless it was made without.")
    .with_argument("features", "As for `predict`.")
    .with_sql_example(
        "```sql
with customers(name, visits) as (values ('a', 1), ('b', 2), ('c', 9), ('d', 10), ('e', 3)),
     fitted as (select kmeans([visits], k => 2) as model from customers)
select name, cluster_distance(model, [visits]) as distance from customers, fitted order by name;
```
```text
+------+----------+
| name | distance |
+------+----------+
| a    | 1.0      |
| b    | 0.0      |
| c    | 0.5      |
| d    | 0.5      |
| e    | 1.0      |
+------+----------+
```",
    )
    .with_related_udf("kmeans")
    .with_related_udf("cluster_id")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct ClusterDistance {
    signature: Signature,
    source: Source,
}

impl ScalarUDFImpl for ClusterDistance {
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
        Ok(DataType::Float64)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let kind = self.source.kind(&PARAMETERS, &args)?;
        kind.must_be(Kind::KMeans, "kmeans", &PARAMETERS)?;
        Ok(Arc::new(Field::new(PARAMETERS.function, DataType::Float64, true)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let call = Call::new(&PARAMETERS, &self.source, &args)?;
        let distances = call.answers(|fitted, row| match fitted {
            Fitted::KMeans { centroids } => Ok(kmeans::nearest(centroids, row)?.1),
            _ => Err(other_kind()),
        })?;
        call.result(Arc::new(Float64Array::from(distances)))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}
