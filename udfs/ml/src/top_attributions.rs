//! `top_attributions(attributions, names, k)`: the heaviest of what columns add to an answer.

use std::sync::{Arc, LazyLock};

use arrow::array::{Array, ArrayRef, AsArray, Float64Builder, ListArray, StringBuilder, StructArray};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::{DataType, Field, Fields, Float64Type};
use datafusion_common::{Result, plan_err};
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use tronie_udf_kit::{Function, Options, Parameters, UdfEnv, scalar_or_array};

const PARAMETERS: Parameters = Parameters {
    function: "top_attributions",
    required: &["attributions"],
    options: &["names", "k"],
};

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::scalar(TopAttributions {
        signature: PARAMETERS.signature(),
    })
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "The `k` numbers of a list that are farthest from 0, with their names, the heaviest first, and the sum of the \
         others: `STRUCT{attributions LIST<STRUCT{feature, attribution}>, rest DOUBLE}`. It is what `ml_explain` shows of a \
         row. NULL for NULL; of equals the one that stands first comes first.",
        "top_attributions(attributions, names, k)",
    )
    .with_argument("attributions", "A list of numbers.")
    .with_argument("names", "A constant list of as many names.")
    .with_argument("k", "How many at most; a constant from 1.")
    .with_sql_example(
        "```sql
select top_attributions([0.5, -2.0, 0.25], ['tenure', 'price', 'visits'], 2) as top;
```
```text
+--------------------------------------------------------------------------------------------------------+
| top                                                                                                    |
+--------------------------------------------------------------------------------------------------------+
| {attributions: [{feature: price, attribution: -2.0}, {feature: tenure, attribution: 0.5}], rest: 0.25} |
+--------------------------------------------------------------------------------------------------------+
```",
    )
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct TopAttributions {
    signature: Signature,
}

fn item_fields() -> Fields {
    Fields::from(vec![
        Field::new("feature", DataType::Utf8, true),
        Field::new("attribution", DataType::Float64, true),
    ])
}

fn item() -> Arc<Field> {
    Arc::new(Field::new("item", DataType::Struct(item_fields()), true))
}

fn fields() -> Fields {
    Fields::from(vec![
        Field::new("attributions", DataType::List(item()), true),
        Field::new("rest", DataType::Float64, true),
    ])
}

impl ScalarUDFImpl for TopAttributions {
    fn name(&self) -> &str {
        PARAMETERS.function
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        if types.len() != 3 {
            return plan_err!(
                "top_attributions is called as top_attributions(attributions, names, k), got {} arguments",
                types.len()
            );
        }
        let numbers = DataType::new_list(DataType::Float64, true);
        Ok(vec![numbers, types[1].clone(), DataType::Int64])
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Struct(fields()))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let options = Options::called(&PARAMETERS, &args);
        let names = options.texts("names")?.unwrap_or_default();
        let k = options.count("k", 1..=i64::MAX)?.unwrap_or(i64::MAX);
        let k = usize::try_from(k).unwrap_or(usize::MAX);
        let rows = match &args.args[0] {
            ColumnarValue::Array(array) => Arc::clone(array),
            ColumnarValue::Scalar(value) => value.to_array()?,
        };
        scalar_or_array(&args.args[0], heaviest(rows.as_list::<i32>(), &names, k)?)
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}

fn heaviest(rows: &ListArray, names: &[String], k: usize) -> Result<ArrayRef> {
    let mut features = StringBuilder::new();
    let mut numbers = Float64Builder::new();
    let mut rests = Float64Builder::new();
    let mut lengths = Vec::with_capacity(rows.len());
    for row in 0..rows.len() {
        if rows.is_null(row) {
            lengths.push(0);
            rests.append_null();
            continue;
        }
        let list = rows.value(row);
        let list = list.as_primitive::<Float64Type>();
        if list.len() != names.len() {
            return plan_err!(
                "top_attributions got {} numbers with {} names; give each number one",
                list.len(),
                names.len()
            );
        }
        let mut places: Vec<usize> = (0..list.len()).filter(|&place| list.is_valid(place)).collect();
        places.sort_by(|&a, &b| list.value(b).abs().total_cmp(&list.value(a).abs()));
        let (top, others) = places.split_at(k.min(places.len()));
        for &place in top {
            features.append_value(&names[place]);
            numbers.append_value(list.value(place));
        }
        lengths.push(top.len());
        rests.append_value(others.iter().map(|&place| list.value(place)).sum());
    }
    let items = StructArray::try_new(
        item_fields(),
        vec![Arc::new(features.finish()), Arc::new(numbers.finish())],
        None,
    )?;
    let nulls = NullBuffer::from_iter((0..rows.len()).map(|row| rows.is_valid(row)));
    let lists = ListArray::try_new(
        item(),
        OffsetBuffer::from_lengths(lengths),
        Arc::new(items),
        Some(nulls.clone()),
    )?;
    let columns: Vec<ArrayRef> = vec![Arc::new(lists), Arc::new(rests.finish())];
    Ok(Arc::new(StructArray::try_new(fields(), columns, Some(nulls))?))
}
