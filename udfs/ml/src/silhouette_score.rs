//! `silhouette_score([x1, x2, ..], cluster [, sample, seed])`: how well rows fit their clusters.

use std::sync::{Arc, LazyLock};

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, ListArray, StringArray, UInt64Array};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, FieldRef, Float64Type, UInt64Type};
use datafusion_common::{DataFusionError, Result, ScalarValue, exec_datafusion_err, plan_err};
use datafusion_expr::function::{AccumulatorArgs, AggregateFunctionSimplification, StateFieldsArgs};
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion_expr::{Accumulator, AggregateUDFImpl, Documentation, Signature};
use tronie_learn::labels::Labels;
use tronie_learn::metrics::silhouette::{Row, Silhouette};
use tronie_udf_kit::{Function, Options, Parameters, UdfEnv};

use crate::calls::{checking, moving_window, option_types, with_planned};
use crate::labels::{LabelReader, NONE, label_type};
use crate::scores::score_type;

const PARAMETERS: Parameters = Parameters {
    function: "silhouette_score",
    required: &["features", "cluster"],
    options: &["sample", "seed"],
};

/// So many different rows are compared with each other unless a call says otherwise.
const SAMPLE: i64 = 10_000;

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::aggregate(SilhouetteScore {
        signature: PARAMETERS.signature(),
    })
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "An aggregate: the mean silhouette coefficient of a clustering (Rousseeuw 1987), from -1 to 1. For each row it is \
         (b - a) / max(a, b), where a is its mean Euclidean distance from the other rows of its cluster, and b from the rows \
         of the nearest other cluster; 0 for the only row of a cluster. Every row is compared with every other one, so it is \
         exact for up to `sample` different rows, and of more a sample is taken: by a hash of the row, so it is the same \
         whatever the order of the rows. A sample of 10,000 is off by less than 0.01 as a rule. Rows with a NULL, or a number \
         that is not finite, do not count; NULL unless there are two clusters, one of them with two rows.",
        "silhouette_score([x1, x2, ..], cluster [, sample => 10000] [, seed => 0])",
    )
    .with_argument("features", "The numbers of a row, as a list.")
    .with_argument("cluster", "The row's cluster: a whole number, a text or a boolean.")
    .with_argument(
        "sample",
        "How many different rows are compared at most: 2 to 100000. Twice as many take four times as long.",
    )
    .with_argument("seed", "Another number gives another sample: 0 and above.")
    .with_sql_example(
        "```sql
select round(silhouette_score([x, y], cluster), 4) as silhouette
from (values (1, 1, 'a'), (1, 2, 'a'), (8, 8, 'b'), (9, 8, 'b'), (8, 9, 'b')) as t(x, y, cluster);
```
```text
+------------+
| silhouette |
+------------+
| 0.8923     |
+------------+
```",
    )
    .with_related_udf("kmeans")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct SilhouetteScore {
    signature: Signature,
}

fn list_of(item: DataType) -> DataType {
    DataType::List(Arc::new(Field::new_list_field(item, true)))
}

/// How large the sample is, and its seed.
fn settings(options: &Options<'_>) -> Result<(usize, u64)> {
    let sample = options.count("sample", 2..=100_000)?.unwrap_or(SAMPLE);
    let seed = options.count("seed", 0..=i64::MAX)?.unwrap_or_default();
    Ok((
        usize::try_from(sample).unwrap_or_default(),
        u64::try_from(seed).unwrap_or_default(),
    ))
}

impl AggregateUDFImpl for SilhouetteScore {
    fn name(&self) -> &str {
        PARAMETERS.function
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        PARAMETERS.check_count(types.len())?;
        let function = PARAMETERS.function;
        match &types[0] {
            DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
                score_type(function, "features", item.data_type())?;
            }
            DataType::Null => {}
            other => {
                return plan_err!(
                    "{function}: `features` must be a list of numbers, such as [x1, x2], but it is {other}"
                );
            }
        }
        let mut read = vec![list_of(DataType::Float64), label_type(function, "cluster", &types[1])?];
        read.extend(option_types(&PARAMETERS, types, &[]));
        Ok(read)
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn simplify(&self) -> Option<AggregateFunctionSimplification> {
        checking(PARAMETERS, |options| settings(options).map(|_| ()))
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let (sample, seed) = with_planned(&PARAMETERS, &args, settings)?;
        Ok(Box::new(OfGroup {
            labels: Labels::default(),
            reader: LabelReader::new(PARAMETERS.function),
            state: Silhouette::new(sample, seed),
        }))
    }

    fn create_sliding_accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        moving_window(&PARAMETERS)
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let field = |name, of| Arc::new(Field::new(format_state_name(args.name, name), list_of(of), true));
        Ok(vec![
            field("clusters", DataType::Utf8),
            field("rows", DataType::UInt64),
            field("numbers", DataType::Float64),
        ])
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}

/// Glue between batches and the state.
#[derive(Debug)]
struct OfGroup {
    labels: Labels,
    reader: LabelReader,
    state: Silhouette,
}

fn refused(error: tronie_learn::Error) -> DataFusionError {
    exec_datafusion_err!("{}: {error}", PARAMETERS.function)
}

impl Accumulator for OfGroup {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let lists = values[0].as_list::<i32>();
        let codes = self.reader.codes(&mut self.labels, values[1].as_ref())?;
        for (row, code) in codes.into_iter().enumerate() {
            if code == NONE || lists.is_null(row) {
                continue;
            }
            let numbers = lists.value(row);
            let numbers = numbers.as_primitive::<Float64Type>();
            if numbers.null_count() == 0 && numbers.values().iter().all(|number| number.is_finite()) {
                let label = self.labels.text(code).unwrap_or_default();
                self.state.update(numbers.values(), code, label).map_err(refused)?;
            }
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [clusters, rows, numbers] = [0, 1, 2].map(|place| states[place].as_list::<i32>());
        for state in (0..clusters.len()).filter(|&state| clusters.is_valid(state)) {
            let clusters = clusters.value(state);
            let clusters: &StringArray = clusters.as_string();
            let codes = self.labels.merge(clusters.iter().map(Option::unwrap_or_default));
            let (rows, numbers) = (rows.value(state), numbers.value(state));
            let (rows, _) = rows.as_primitive::<UInt64Type>().values().as_chunks::<3>();
            let numbers = numbers.as_primitive::<Float64Type>().values();
            let Some(width) = numbers.len().checked_div(rows.len()) else {
                continue;
            };
            for (place, &[hash, cluster, count]) in rows.iter().enumerate() {
                let cluster = usize::try_from(cluster).ok().and_then(|place| codes.get(place));
                let row = Row {
                    hash,
                    cluster: cluster.copied().unwrap_or_default(),
                    count,
                };
                let numbers = &numbers[place * width..][..width];
                self.state.add(numbers, row).map_err(refused)?;
            }
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let (mut numbers, mut rows) = (Vec::new(), Vec::new());
        for (own, Row { hash, cluster, count }) in self.state.sample() {
            numbers.extend_from_slice(own);
            rows.extend([hash, u64::from(cluster), count]);
        }
        let clusters: StringArray = self.labels.texts().map(Some).collect();
        Ok(vec![
            one_list(Arc::new(clusters))?,
            one_list(Arc::new(UInt64Array::from(rows)))?,
            one_list(Arc::new(Float64Array::from(numbers)))?,
        ])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Float64(self.state.finish()))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.labels.size() + self.reader.size() + self.state.size()
    }
}

fn one_list(items: ArrayRef) -> Result<ScalarValue> {
    let field = Arc::new(Field::new_list_field(items.data_type().clone(), true));
    let offsets = OffsetBuffer::from_lengths([items.len()]);
    let list = ListArray::try_new(field, offsets, items, None)?;
    Ok(ScalarValue::List(Arc::new(list)))
}
