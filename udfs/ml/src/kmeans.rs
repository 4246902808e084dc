//! `kmeans([x1, x2, ..] [, k, seed])`: clusters of rows that are near to each other.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, Float64Array, Int64Array, StructArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, Fields};
use datafusion_common::{DataFusionError, Result, ScalarValue};
use datafusion_expr::Documentation;
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use tronie_learn::Error;
use tronie_learn::kmeans::{self, MOST_CLUSTERS};
use tronie_udf_kit::{Function, Options, Parameters, RowAggregate, RowFunction, RowState, UdfEnv};

use crate::fitted::{list_of, list_of_lists, one_list, one_list_of_lists};

const PARAMETERS: Parameters = Parameters {
    function: "kmeans",
    required: &["features"],
    options: &["k", "seed"],
};

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::aggregate(RowAggregate::new(KMeans))
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "An aggregate: k-means clusters, the largest first: `STRUCT{centroids LIST<LIST<DOUBLE>>, sizes LIST<BIGINT>, inertia \
         DOUBLE, n BIGINT, skipped BIGINT}`. `inertia` is the sum of squared distances to the centroid of the own cluster. \
         Distances count every feature in its own unit: bring features to like scales first, such as with `standardize`. \
         There are fewer than `k` clusters where a group has fewer different rows. It reads each row once. A group of at most \
         32,768 rows (more for a k above 16) keeps them all, and the result is exact: the best of ten to twenty starts \
         (k-means++), each moved on until no row changes its cluster, and the order of rows makes no difference. Of larger groups it keeps small cells of rows, with \
         their number, mean and spread, in memory that hardly grows with the rows (about 4 MB for 8 features); `sizes` and \
         `inertia` are then estimates, good to about 2 %, and the order and split of the rows changes results a little. Rows \
         with a NULL, NaN or infinite number are left out, and counted in `skipped`; NULL for a group without any other row. \
         Over a window that moves, each result reads all rows of its window.",
        "kmeans(features [, k => 5] [, seed => 0])",
    )
    .with_argument("features", "A list of numbers, such as [x1, x2]; all lists of one length.")
    .with_argument("k", "How many clusters at most: 1 to 1000. Default: 5.")
    .with_argument(
        "seed",
        "A whole number from 0 that chooses the starts; the same one gives the same result for the same rows. Default: 0.",
    )
    .with_sql_example(
        "```sql
select kmeans([visits, spent], k => 2) as m
from (values (1, 10.0), (2, 12.0), (1, 11.0), (9, 80.0), (8, 84.0)) as t(visits, spent);
```
```text
+----------------------------------------------------------------------------------------------------------------------+
| m                                                                                                                    |
+----------------------------------------------------------------------------------------------------------------------+
| {centroids: [[1.3333333333333333, 11.0], [8.5, 82.0]], sizes: [3, 2], inertia: 11.166666666666668, n: 5, skipped: 0} |
+----------------------------------------------------------------------------------------------------------------------+
```",
    )
    .with_related_udf("cluster_id")
    .with_related_udf("silhouette_score")
    .build()
});

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct KMeans;

/// Rows on the way to clusters.
#[derive(Debug, Clone)]
struct State(kmeans::State);

fn fields() -> Fields {
    Fields::from(vec![
        Field::new("centroids", list_of_lists(DataType::Float64), true),
        Field::new("sizes", list_of(DataType::Int64), true),
        Field::new("inertia", DataType::Float64, true),
        Field::new("n", DataType::Int64, true),
        Field::new("skipped", DataType::Int64, true),
    ])
}

impl RowFunction for KMeans {
    type State = State;

    const PARAMETERS: Parameters = PARAMETERS;

    fn return_type(&self) -> DataType {
        DataType::Struct(fields())
    }

    fn state(&self, options: &Options<'_>) -> Result<State> {
        let k = options.count("k", 1..=MOST_CLUSTERS as i64)?.unwrap_or(5);
        let seed = options.count("seed", 0..=i64::MAX)?.unwrap_or(0);
        let state = kmeans::State::new(usize::try_from(k).unwrap_or(1), seed.unsigned_abs());
        Ok(State(state.map_err(failed)?))
    }

    fn documentation(&self) -> &Documentation {
        &DOCUMENTATION
    }
}

impl RowState for State {
    fn update(&mut self, rows: &[f64], width: usize) -> Result<()> {
        self.0.update(rows, width).map_err(failed)
    }

    fn skip(&mut self, rows: u64) {
        self.0.skip(rows);
    }

    fn merge(&mut self, written: &[u8]) -> Result<()> {
        let other = kmeans::State::read(written).map_err(failed)?;
        self.0.merge(&other).map_err(failed)
    }

    fn write(&self) -> Vec<u8> {
        self.0.write()
    }

    fn finish(&self) -> Result<ScalarValue> {
        let Some(fit) = self.0.finish().map_err(failed)? else {
            return Ok(ScalarValue::Struct(Arc::new(StructArray::new_null(fields(), 1))));
        };
        let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let centroids = fit.centroids.iter().map(|centroid| centroid.iter().copied().map(Some));
        let sizes: Int64Array = fit.sizes.iter().map(|size| count(*size)).collect();
        let columns: Vec<ArrayRef> = vec![
            one_list_of_lists(centroids)?,
            one_list(Arc::new(sizes))?,
            Arc::new(Float64Array::from(vec![fit.inertia])),
            Arc::new(Int64Array::from(vec![count(fit.n)])),
            Arc::new(Int64Array::from(vec![count(fit.skipped)])),
        ];
        let one = StructArray::try_new(fields(), columns, None::<NullBuffer>)?;
        Ok(ScalarValue::Struct(Arc::new(one)))
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.0.size()
    }
}

fn failed(error: Error) -> DataFusionError {
    DataFusionError::Execution(format!("{}: {error}", PARAMETERS.function))
}
