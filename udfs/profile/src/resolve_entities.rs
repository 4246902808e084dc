//! `resolve_entities(a, b [, max_size, max_degree]) OVER ()`: one id for all records of a person.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion_common::{Result, plan_err};
use datafusion_expr::function::{PartitionEvaluatorArgs, WindowFunctionSimplification, WindowUDFFieldArgs};
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{Documentation, PartitionEvaluator, ReversedUDWF, Signature, WindowUDFImpl};
use tronie_udf_kit::{Function, Parameters, UdfEnv, text_rows};

use crate::constants::{Constants, checking_window, option_types};
use crate::identity::{Guard, resolve};

const PARAMETERS: Parameters = Parameters {
    function: "resolve_entities",
    required: &["a", "b"],
    options: &["max_size", "max_degree"],
};

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::window(ResolveEntities {
        signature: PARAMETERS.signature(),
    })
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "A window over identity edges, a row each: `a` is a record (a customer number, an account), `b` something that \
         identifies its owner (an e-mail, a phone, a device, or another record). Records that are linked, directly or over \
         others, get one id: the smallest value of `a` among them, as VARCHAR by its bytes, so that it does not depend on the \
         order of the rows. Two guards keep strangers apart. A value of `b` beside more than `max_degree` different records, \
         as a shop's phone, links nobody. And people with more than `max_size` records come apart: the links of the values \
         of `b` that most of them share are left out, then of those that the next fewer share, until each part is small enough \
         (a too long chain of pairs comes apart into single records). Rows with a NULL `b` link nothing; NULL for a NULL \
         `a`. Equal values are one, in `a` and in `b`: put the kind before them where values of two kinds may be equal, as \
         'tel:' || phone. It looks at all rows of the partition at once.",
        "resolve_entities(a, b [, max_size => 50] [, max_degree => 10]) OVER ([PARTITION BY ..])",
    )
    .with_argument("a", "The record: a text or a whole number.")
    .with_argument("b", "What identifies its owner, cleaned beforehand (lower case, digits only): a text or a whole number.")
    .with_argument("max_size", "How many records a person has at most: 1 to 1000000. Default: 50.")
    .with_argument("max_degree", "How many records share a value of `b` at most: 1 to 1000000. Default: 10.")
    .with_sql_example(
        "```sql
select a, b, resolve_entities(a, b) over () as person
from (values ('c2', 'tel:138'), ('c1', 'tel:138'), ('c1', 'ann@x.org'), ('c4', 'ann@x.org'), ('c3', null)) as t(a, b)
order by a, b;
```
```text
+----+-----------+--------+
| a  | b         | person |
+----+-----------+--------+
| c1 | ann@x.org | c1     |
| c1 | tel:138   | c1     |
| c2 | tel:138   | c1     |
| c3 |           | c3     |
| c4 | ann@x.org | c1     |
+----+-----------+--------+
```",
    )
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct ResolveEntities {
    signature: Signature,
}

/// The type in which records and what identifies them are read: texts as they are, whole numbers as their digits.
fn node_type(argument: &str, got: &DataType) -> Result<DataType> {
    match got {
        whole if whole.is_integer() => Ok(DataType::Utf8),
        DataType::Dictionary(_, value) if value.is_integer() => Ok(DataType::Utf8),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..) | DataType::Null => {
            PARAMETERS.text_type(argument, got)
        }
        other => plan_err!(
            "resolve_entities reads texts and whole numbers, but `{argument}` is {other}; convert it first: cast(.. as varchar)"
        ),
    }
}

fn guard(constants: &Constants) -> Result<Guard> {
    constants.options(&PARAMETERS, |options| {
        let count = |option, default| {
            let count = options.count(option, 1..=1_000_000)?;
            Ok::<_, datafusion_common::DataFusionError>(
                count.and_then(|count| usize::try_from(count).ok()).unwrap_or(default),
            )
        };
        Ok(Guard {
            max_size: count("max_size", 50)?,
            max_degree: count("max_degree", 10)?,
        })
    })
}

impl WindowUDFImpl for ResolveEntities {
    fn name(&self) -> &str {
        PARAMETERS.function
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        PARAMETERS.check_count(types.len())?;
        let mut read = vec![node_type("a", &types[0])?, node_type("b", &types[1])?];
        read.extend(option_types(&PARAMETERS, types));
        Ok(read)
    }

    fn field(&self, args: WindowUDFFieldArgs) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(args.name(), DataType::Utf8, true)))
    }

    fn simplify(&self) -> Option<WindowFunctionSimplification> {
        checking_window(PARAMETERS, |call| {
            guard(&Constants::of_call(&call.params.args)).map(|_| ())
        })
    }

    fn partition_evaluator(&self, args: PartitionEvaluatorArgs) -> Result<Box<dyn PartitionEvaluator>> {
        Ok(Box::new(Components {
            guard: guard(&Constants::of_window(&args))?,
        }))
    }

    fn reverse_expr(&self) -> ReversedUDWF {
        ReversedUDWF::Identical
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}

#[derive(Debug)]
struct Components {
    guard: Guard,
}

impl PartitionEvaluator for Components {
    fn evaluate_all(&mut self, values: &[ArrayRef], _: usize) -> Result<ArrayRef> {
        // Planned calls have texts; a caller beside the planner may not.
        let texts = |column: &ArrayRef| match column.data_type() {
            whole if whole.is_integer() => Ok::<_, datafusion_common::DataFusionError>(cast(column, &DataType::Utf8)?),
            _ => Ok(Arc::clone(column)),
        };
        let (a, b) = (texts(&values[0])?, texts(&values[1])?);
        let edges: Vec<_> = text_rows(a.as_ref())?.into_iter().zip(text_rows(b.as_ref())?).collect();
        Ok(Arc::new(StringArray::from(resolve(&edges, self.guard))))
    }
}
