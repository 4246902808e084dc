//! `top_k(value [, k])`: the values that a group has most often.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, Float64Array, Int64Array, ListArray, StructArray};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::{DataType, Field, FieldRef, Fields};
use datafusion_common::Result;
use datafusion_expr::Documentation;
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use tronie_udf_kit::{Function, Parameters, UdfEnv};

use crate::constants::{Constants, option_types};
use crate::counts::{Counted, value_of, value_type};
use crate::grouped::{Gather, Grouped, GroupedFunction};

const PARAMETERS: Parameters = Parameters {
    function: "top_k",
    required: &["value"],
    options: &["k"],
};

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::aggregate(Grouped::new(TopK))
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "An aggregate: the values that most rows of a group have, `LIST<STRUCT{value, count BIGINT, share DOUBLE}>`, the most \
         frequent first, of equals the one that sorts first. `share` is of all rows of the group that have a value. It is \
         exact: a group keeps 8 bytes for each of its different values, and each text is kept once for all groups. Texts come \
         back as VARCHAR, others in their own type. NULLs do not count; NULL for a group without any value.",
        "top_k(value [, k => 3])",
    )
    .with_argument("value", "Texts, whole numbers, booleans or dates.")
    .with_argument("k", "How many values at most: 1 to 1000. Default: 3.")
    .with_sql_example(
        "```sql
select customer, t[1]['value'] as favourite, t[1]['count'] as n, t[1]['share'] as share, t[2]['value'] as second
from (select customer, top_k(category, k => 2) as t
      from (values ('ann', 'tea'), ('ann', 'milk'), ('ann', 'tea'), ('ann', 'rice'), ('bob', 'soap'))
           as t(customer, category)
      group by customer)
order by customer;
```
```text
+----------+-----------+---+-------+--------+
| customer | favourite | n | share | second |
+----------+-----------+---+-------+--------+
| ann      | tea       | 2 | 0.5   | milk   |
| bob      | soap      | 1 | 1.0   |        |
+----------+-----------+---+-------+--------+
```",
    )
    .with_related_udf("entropy")
    .with_related_udf("shares")
    .build()
});

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct TopK;

/// Counts, and how many of them are asked for.
#[derive(Debug)]
struct Most {
    counted: Counted,
    k: usize,
}

fn k(constants: &Constants) -> Result<usize> {
    let k = constants.options(&PARAMETERS, |options| options.count("k", 1..=1000))?;
    Ok(k.and_then(|k| usize::try_from(k).ok()).unwrap_or(3))
}

fn fields(of: DataType) -> Fields {
    Fields::from(vec![
        Field::new("value", of, true),
        Field::new("count", DataType::Int64, true),
        Field::new("share", DataType::Float64, true),
    ])
}

fn item(of: DataType) -> FieldRef {
    Arc::new(Field::new_list_field(DataType::Struct(fields(of)), true))
}

impl GroupedFunction for TopK {
    type Gather = Most;

    const PARAMETERS: Parameters = PARAMETERS;

    fn types(types: &[DataType]) -> Result<Vec<DataType>> {
        let mut read = vec![value_type(PARAMETERS.function, "value", &types[0])?];
        read.extend(option_types(&PARAMETERS, types));
        Ok(read)
    }

    fn return_type(types: &[DataType]) -> DataType {
        DataType::List(item(value_of(&types[0])))
    }

    fn state_types(types: &[DataType]) -> Vec<(&'static str, DataType)> {
        Counted::state_types(&types[0])
    }

    fn check(constants: &Constants) -> Result<()> {
        k(constants).map(|_| ())
    }

    fn gather(types: &[DataType], constants: &Constants) -> Result<Most> {
        Ok(Most {
            counted: Counted::new(&types[0]),
            k: k(constants)?,
        })
    }

    fn documentation() -> &'static Documentation {
        &DOCUMENTATION
    }
}

impl Gather for Most {
    fn empty(&self) -> Self {
        Self {
            counted: self.counted.empty(),
            k: self.k,
        }
    }

    fn grow(&mut self, total: usize) {
        self.counted.grow(total);
    }

    fn update(&mut self, values: &[ArrayRef], groups: &[usize]) -> Result<()> {
        self.counted.update(&values[0], groups)
    }

    fn each(&self, values: &[ArrayRef]) -> Result<Vec<ArrayRef>> {
        self.counted.each(&values[0])
    }

    fn merge(&mut self, states: &[ArrayRef], groups: &[usize]) -> Result<()> {
        self.counted.merge(states, groups)
    }

    fn results(&mut self, count: usize) -> Result<ArrayRef> {
        let ranks = self.counted.values.ranks();
        let (mut codes, mut counts, mut shares) = (Vec::new(), Vec::new(), Vec::new());
        let mut lengths = Vec::with_capacity(count);
        let mut has_rows = Vec::with_capacity(count);
        let mut of_group = Vec::new();
        for tally in self.counted.first(count) {
            of_group.clear();
            of_group.extend(tally.iter());
            let total: u64 = of_group.iter().map(|(_, count)| count).sum();
            let before = |&(code, count): &(u32, u64)| (std::cmp::Reverse(count), ranks[code as usize]);
            if of_group.len() > self.k {
                of_group.select_nth_unstable_by_key(self.k - 1, before);
                of_group.truncate(self.k);
            }
            of_group.sort_unstable_by_key(before);
            for &(code, count) in &of_group {
                codes.push(code);
                counts.push(i64::try_from(count).unwrap_or(i64::MAX));
                shares.push(count as f64 / total as f64);
            }
            lengths.push(of_group.len());
            has_rows.push(!of_group.is_empty());
        }
        let values = self.counted.values.array(codes.into_iter())?;
        let of = values.data_type().clone();
        let columns: Vec<ArrayRef> = vec![
            values,
            Arc::new(Int64Array::from(counts)),
            Arc::new(Float64Array::from(shares)),
        ];
        let items = StructArray::try_new(fields(of.clone()), columns, None)?;
        let offsets = OffsetBuffer::<i32>::from_lengths(lengths);
        let nulls = NullBuffer::from(has_rows);
        Ok(Arc::new(ListArray::try_new(
            item(of),
            offsets,
            Arc::new(items),
            Some(nulls),
        )?))
    }

    fn states(&mut self, count: usize) -> Result<Vec<ArrayRef>> {
        self.counted.states(count)
    }

    fn forget(&mut self, count: usize) {
        self.counted.forget(count);
    }

    fn groups(&self) -> usize {
        self.counted.groups()
    }

    fn size(&self) -> usize {
        self.counted.size()
    }
}
