//! `ml_onnx_importance(model, actual, columns..)`: how much worse a model from an ONNX file gets without each column.

mod judge;

use std::sync::{Arc, LazyLock};

use arrow::array::{Array, ArrayRef, AsArray, Float64Builder, ListArray, StringBuilder, StructArray};
use arrow::buffer::OffsetBuffer;
use arrow::compute::{concat, filter, is_not_null, take};
use arrow::datatypes::{DataType, Field, FieldRef, Fields, UInt32Type};
use arrow::row::{RowConverter, SortField};
use datafusion_common::{Result, ScalarValue, plan_err};
use datafusion_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion_expr::{Accumulator, AggregateUDFImpl, Documentation, Signature, Volatility};
use tronie_common::QueryScope;
use tronie_udf_kit::{Function, UdfEnv};

use self::judge::{Judge, shuffled};
use crate::calls::constants;
use crate::ml_onnx::{Columns, File, How, read_type};

const FUNCTION: &str = "ml_onnx_importance";

/// How often each column is shuffled.
const REPEATS: u64 = 5;

/// Makes the function.
pub(crate) fn function(env: &UdfEnv) -> Function {
    Function::aggregate(MlOnnxImportance {
        signature: Signature::user_defined(Volatility::Immutable),
        env: env.clone(),
    })
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "An aggregate: the permutation importance (Breiman 2001; Fisher, Rudin and Dominici 2019) of each column for a model \
         from an ONNX file: by how much the accuracy (of classes) or R2 (of numbers) falls when the column's values are \
         shuffled among the rows, on average over five shuffles: `LIST<STRUCT{feature, importance}>`, the most important first. \
         `ml_feature_importance` calls it. The same rows give the same answer in whatever order they come. Columns that tell \
         the same share their importance or hide each other's. All rows are kept in memory, and the model is asked about each \
         of them five times a column: take a sample of many. Rows without an actual value, and those that the model cannot \
         answer, do not count; NULL if none is left.",
        "ml_onnx_importance(model, actual, column, ..)",
    )
    .with_argument("model", "The model, as `risk` or `risk@2`; a constant.")
    .with_argument("actual", "What the model should have predicted.")
    .with_argument(
        "column",
        "The columns that the model reads, in the order in which DESCRIBE MODEL lists them.",
    )
    .with_sql_example(
        "```sql
create or replace model iris options (model_type = 'onnx', path = 'fixtures/onnx/iris.onnx',
    columns = ['sepal_length', 'sepal_width', 'petal_length', 'petal_width']);
select item['feature'] as feature, round(item['importance'], 3) as importance from (
    select unnest(ml_onnx_importance('iris', species, sepal_length, sepal_width, petal_length, petal_width)) as item
    from 'fixtures/onnx/iris.csv');
```
```text
+--------------+------------+
| feature      | importance |
+--------------+------------+
| petal_width  | 0.28       |
| petal_length | 0.2        |
| sepal_length | 0.08       |
| sepal_width  | 0.047      |
+--------------+------------+
```",
    )
    .with_related_udf("ml_onnx")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct MlOnnxImportance {
    signature: Signature,
    env: UdfEnv,
}

fn item_fields() -> Fields {
    Fields::from(vec![
        Field::new("feature", DataType::Utf8, true),
        Field::new("importance", DataType::Float64, true),
    ])
}

fn item() -> FieldRef {
    Arc::new(Field::new_list_field(DataType::Struct(item_fields()), true))
}

fn list_of(of: DataType) -> DataType {
    DataType::List(Arc::new(Field::new_list_field(of, true)))
}

impl AggregateUDFImpl for MlOnnxImportance {
    fn name(&self) -> &str {
        FUNCTION
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let [_, actual, columns @ ..] = types else {
            return plan_err!(
                "{FUNCTION} is called as {FUNCTION}('model', actual, column, ..), got {} arguments",
                types.len()
            );
        };
        let actual = match read_type(FUNCTION, actual)? {
            DataType::Utf8 => DataType::Utf8,
            _ => DataType::Float64,
        };
        let columns = columns.iter().map(|column| read_type(FUNCTION, column));
        [Ok(DataType::Utf8), Ok(actual)].into_iter().chain(columns).collect()
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::List(item()))
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        if args.is_distinct {
            return plan_err!("{FUNCTION} counts every row, `DISTINCT` is not for it; select the distinct rows first");
        }
        let constants = constants(&args);
        let model = constants.first().and_then(Option::as_ref);
        let file = File::find(FUNCTION, &self.env, model, &QueryScope::default())?;
        let types: Vec<DataType> = args
            .expr_fields
            .iter()
            .skip(1)
            .map(|field| field.data_type().clone())
            .collect();
        file.check(FUNCTION, types.get(1..).unwrap_or_default())?;
        if file.model()?.prediction().is_none() {
            return plan_err!("{FUNCTION}: the model has no prediction that can be compared with an actual value");
        }
        Ok(Box::new(Rows {
            file,
            columns: vec![Vec::new(); types.len()],
            types,
        }))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let columns = args.input_fields.iter().skip(1).enumerate();
        let field = |(place, of): (usize, &FieldRef)| {
            let name = format_state_name(args.name, &format!("column{place}"));
            Arc::new(Field::new(name, list_of(of.data_type().clone()), true))
        };
        Ok(columns.map(field).collect())
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}

/// The rows that have come: the actual values, and each column.
#[derive(Debug)]
struct Rows {
    file: File,
    columns: Vec<Vec<ArrayRef>>,
    types: Vec<DataType>,
}

impl Rows {
    /// All rows in an order that does not depend on how they came, those without an actual value left out.
    fn sorted(&self) -> Result<Vec<ArrayRef>> {
        let whole = |(parts, of): (&Vec<ArrayRef>, &DataType)| -> Result<ArrayRef> {
            let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
            match parts.as_slice() {
                [] => Ok(arrow::array::new_empty_array(of)),
                parts => Ok(concat(parts)?),
            }
        };
        let columns = self
            .columns
            .iter()
            .zip(&self.types)
            .map(whole)
            .collect::<Result<Vec<_>>>()?;
        let there = is_not_null(columns[0].as_ref())?;
        let columns: Vec<ArrayRef> = columns
            .iter()
            .map(|column| filter(column.as_ref(), &there))
            .collect::<Result<_, _>>()?;
        let fields = self.types.iter().map(|of| SortField::new(of.clone())).collect();
        let converter = RowConverter::new(fields)?;
        let rows = converter.convert_columns(&columns)?;
        let mut places: Vec<u32> = (0..rows.num_rows() as u32).collect();
        places.sort_by(|&a, &b| rows.row(a as usize).cmp(&rows.row(b as usize)));
        let places = arrow::array::PrimitiveArray::<UInt32Type>::from(places);
        Ok(columns
            .iter()
            .map(|column| take(column.as_ref(), &places, None))
            .collect::<Result<_, _>>()?)
    }
}

impl Accumulator for Rows {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        for (own, given) in self.columns.iter_mut().zip(&values[1..]) {
            own.push(Arc::clone(given));
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let columns = self.columns.iter().zip(&self.types).map(|(parts, of)| {
            let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
            let values = match parts.as_slice() {
                [] => arrow::array::new_empty_array(of),
                parts => concat(parts)?,
            };
            let offsets = OffsetBuffer::from_lengths([values.len()]);
            let field = Arc::new(Field::new_list_field(of.clone(), true));
            Ok(ScalarValue::List(Arc::new(ListArray::try_new(
                field, offsets, values, None,
            )?)))
        });
        columns.collect()
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        for (own, state) in self.columns.iter_mut().zip(states) {
            let lists = state.as_list::<i32>();
            own.extend(
                (0..lists.len())
                    .filter(|&place| lists.is_valid(place))
                    .map(|place| lists.value(place)),
            );
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let columns = self.sorted()?;
        let model = self.file.model()?;
        let columns_read = Columns::read(model, &columns[1..], columns[0].len())?;
        let mut judge = Judge {
            actual: Arc::clone(&columns[0]),
            is_class: model.is_classifier(),
            rows: Vec::new(),
        };
        let how = How::default();
        let answers = self.file.answers(&columns_read, &how)?;
        judge.rows = (0..columns_read.len())
            .filter(|&row| answers.prediction(row).is_some())
            .collect();
        let Some(before) = judge.score(&answers)? else {
            return ScalarValue::try_from(&DataType::List(item()));
        };
        let mut importance = Vec::new();
        for (place, (name, _)) in model.columns().enumerate() {
            let mut lost = 0.0;
            for repeat in 0..REPEATS {
                let moved = columns_read.moved(place, shuffled(&judge.rows, columns_read.len(), repeat));
                let after = judge.score(&self.file.answers(&moved, &how)?)?;
                lost += before - after.unwrap_or(before);
            }
            importance.push((name, lost / REPEATS as f64));
        }
        importance.sort_by(|a, b| b.1.total_cmp(&a.1));
        let mut features = StringBuilder::new();
        let mut numbers = Float64Builder::new();
        for (name, lost) in importance {
            features.append_value(name);
            numbers.append_value(lost);
        }
        let items = StructArray::try_new(
            item_fields(),
            vec![Arc::new(features.finish()), Arc::new(numbers.finish())],
            None,
        )?;
        let offsets = OffsetBuffer::from_lengths([items.len()]);
        let list = ListArray::try_new(item(), offsets, Arc::new(items), None)?;
        Ok(ScalarValue::List(Arc::new(list)))
    }

    fn size(&self) -> usize {
        let arrays = self.columns.iter().flatten();
        size_of_val(self) + arrays.map(|array| array.get_array_memory_size()).sum::<usize>()
    }
}
