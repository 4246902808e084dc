//! `one_hot(x, categories)`: a label as numbers that are 0 or 1.

use std::sync::{Arc, LazyLock};

use arrow::array::{Array, ArrayRef, Float64Array, ListArray};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion_common::{Result, ScalarValue, exec_err, plan_err};
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{ColumnarValue, Documentation, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use tronie_learn::labels::Labels;
use tronie_udf_kit::{Function, Parameters, UdfEnv, scalar_or_array};

use crate::labels::{LabelReader, NONE, label_type};

const PARAMETERS: Parameters = Parameters {
    function: "one_hot",
    required: &["x", "categories"],
    options: &[],
};

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::scalar(OneHot {
        signature: PARAMETERS.signature(),
    })
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "A list of DOUBLE with one number a category: 1 for the one that the label is, 0 for all others; only zeros for a label \
         that is no category. NULL for NULL. To give it to a model beside other numbers, join the lists: \
         array_concat([age, income], one_hot(plan, ['basic', 'pro'])).",
        "one_hot(x, categories)",
    )
    .with_argument("x", "The label: a text, a whole number or a boolean.")
    .with_argument(
        "categories",
        "The labels that have a place, in order, as a constant list. Leave out one of them for a linear model with an \
         intercept, since the last place follows from the others.",
    )
    .with_sql_example(
        "```sql
select plan, one_hot(plan, ['basic', 'pro', 'team']) as encoded
from (values ('basic'), ('team'), ('other'), (null)) as t(plan);
```
```text
+-------+-----------------+
| plan  | encoded         |
+-------+-----------------+
| basic | [1.0, 0.0, 0.0] |
| team  | [0.0, 0.0, 1.0] |
| other | [0.0, 0.0, 0.0] |
|       |                 |
+-------+-----------------+
```",
    )
    .with_related_udf("label_encode")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct OneHot {
    signature: Signature,
}

fn item() -> FieldRef {
    Arc::new(Field::new_list_field(DataType::Float64, true))
}

/// The categories, whose codes are their places.
fn categories(list: &ScalarValue) -> Result<Labels> {
    let items = match list {
        ScalarValue::List(list) if list.len() == 1 && !list.is_null(0) => list.value(0),
        other => return plan_err!("one_hot needs a list of categories, such as ['a', 'b'], got {other}"),
    };
    let mut labels = Labels::default();
    let codes = LabelReader::new(PARAMETERS.function).codes(&mut labels, items.as_ref())?;
    if codes.is_empty() || codes.contains(&NONE) {
        return plan_err!("one_hot needs a list of categories without NULL, such as ['a', 'b'], got {list}");
    }
    let again = codes.iter().enumerate().find(|(place, code)| *place != **code as usize);
    if let Some((_, code)) = again {
        let label = labels.text(*code).unwrap_or_default();
        return plan_err!("one_hot: the category '{label}' is given twice; leave one out");
    }
    Ok(labels)
}

impl ScalarUDFImpl for OneHot {
    fn name(&self) -> &str {
        PARAMETERS.function
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        PARAMETERS.check_count(types.len())?;
        let x = label_type(PARAMETERS.function, "x", &types[0])?;
        let categories = match &types[1] {
            DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
                label_type(PARAMETERS.function, "categories", item.data_type())?
            }
            other => {
                return plan_err!(
                    "one_hot: `categories` must be a list of labels, such as ['a', 'b'], but it is {other}"
                );
            }
        };
        Ok(vec![
            x,
            DataType::List(Arc::new(Field::new_list_field(categories, true))),
        ])
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::List(item()))
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        // While a query is planned, a list that is written out is still a call that makes it.
        if let Some(Some(list)) = args.scalar_arguments.get(1) {
            categories(list)?;
        }
        Ok(Arc::new(Field::new(PARAMETERS.function, DataType::List(item()), true)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let mut labels = match &args.args[1] {
            ColumnarValue::Scalar(list) => categories(list)?,
            ColumnarValue::Array(_) => {
                return exec_err!("one_hot: `categories` must be a constant, the same for all rows");
            }
        };
        let width = labels.len();
        let column = match &args.args[0] {
            ColumnarValue::Array(column) => Arc::clone(column),
            ColumnarValue::Scalar(label) => label.to_array()?,
        };
        let codes = LabelReader::new(PARAMETERS.function).codes(&mut labels, column.as_ref())?;
        let mut numbers = vec![0.0; codes.len() * width];
        for (row, code) in codes.iter().enumerate() {
            // Labels that are no category have codes behind those of the categories.
            if let Some(place) = usize::try_from(*code).ok().filter(|place| *place < width) {
                numbers[row * width + place] = 1.0;
            }
        }
        let nulls = NullBuffer::from_iter(codes.iter().map(|code| *code != NONE));
        let offsets = OffsetBuffer::from_repeated_length(width, codes.len());
        let lists = ListArray::try_new(item(), offsets, Arc::new(Float64Array::from(numbers)), Some(nulls))?;
        scalar_or_array(&args.args[0], Arc::new(lists) as ArrayRef)
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}
