//! `confusion_matrix(actual, predicted)`: how often which label was predicted for which.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, Int64Array, ListArray, StringArray, StructArray};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, FieldRef, Fields};
use datafusion_common::{Result, ScalarValue};
use datafusion_expr::Documentation;
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use tronie_learn::labels::Labels;
use tronie_learn::metrics::confusion::Cells;
use tronie_udf_kit::{Function, Options, Parameters, UdfEnv};

use crate::confusion::{ConfusionAggregate, ConfusionFunction};

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::aggregate(ConfusionAggregate::new(ConfusionMatrix))
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "An aggregate: how often which label was predicted for which, `LIST<STRUCT{actual, predicted, count}>`, one entry a \
         pair that occurs, in the order of the actual and then the predicted labels: by number if all labels are whole \
         numbers, else by text. Labels are given as texts. Rows with a NULL on either side do not count; NULL without any \
         row.",
        "confusion_matrix(actual, predicted)",
    )
    .with_argument("actual", "The labels as they are: texts, whole numbers or booleans.")
    .with_argument("predicted", "The labels as they were predicted.")
    .with_sql_example(
        "```sql
select c['actual'] as actual, c['predicted'] as predicted, c['count'] as count
from (select unnest(confusion_matrix(actual, predicted)) as c
      from (values ('spam', 'spam'), ('ham', 'spam'), ('ham', 'ham'), ('ham', 'ham')) as t(actual, predicted));
```
```text
+--------+-----------+-------+
| actual | predicted | count |
+--------+-----------+-------+
| ham    | ham       | 2     |
| ham    | spam      | 1     |
| spam   | spam      | 1     |
+--------+-----------+-------+
```",
    )
    .with_related_udf("accuracy")
    .with_related_udf("f1_score")
    .build()
});

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct ConfusionMatrix;

impl ConfusionFunction for ConfusionMatrix {
    type Settings = ();

    const PARAMETERS: Parameters = Parameters {
        function: "confusion_matrix",
        required: &["actual", "predicted"],
        options: &[],
    };

    fn return_type() -> DataType {
        DataType::List(item())
    }

    fn settings(_: &Options<'_>) -> Result<()> {
        Ok(())
    }

    fn finish(_: &(), labels: &Labels, cells: &Cells) -> Result<ScalarValue> {
        let mut ranks = vec![0; labels.len()];
        for (rank, code) in labels.order().into_iter().enumerate() {
            ranks[code as usize] = rank;
        }
        let rank = |code: u32| ranks.get(code as usize).copied().unwrap_or(usize::MAX);
        let mut cells: Vec<_> = cells.cells().collect();
        if cells.is_empty() {
            return ScalarValue::try_from(Self::return_type());
        }
        cells.sort_unstable_by_key(|(actual, predicted, _)| (rank(*actual), rank(*predicted)));
        let texts = |code: fn(&(u32, u32, u64)) -> u32| {
            let text = |cell| labels.text(code(cell));
            Arc::new(cells.iter().map(text).collect::<StringArray>()) as ArrayRef
        };
        let counts = cells.iter().map(|(_, _, rows)| i64::try_from(*rows).ok());
        let columns = vec![
            texts(|cell| cell.0),
            texts(|cell| cell.1),
            Arc::new(counts.collect::<Int64Array>()) as ArrayRef,
        ];
        let entries = StructArray::try_new(fields(), columns, None)?;
        let offsets = OffsetBuffer::from_lengths([cells.len()]);
        let list = ListArray::try_new(item(), offsets, Arc::new(entries), None)?;
        Ok(ScalarValue::List(Arc::new(list)))
    }

    fn documentation() -> &'static Documentation {
        &DOCUMENTATION
    }
}

fn item() -> FieldRef {
    Arc::new(Field::new_list_field(DataType::Struct(fields()), true))
}

fn fields() -> Fields {
    let field = |name: &str, of| Field::new(name, of, true);
    Fields::from(vec![
        field("actual", DataType::Utf8),
        field("predicted", DataType::Utf8),
        field("count", DataType::Int64),
    ])
}
