//! `shares(value, categories)`: which share of a group's rows each category has.

use std::sync::{Arc, LazyLock};

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, ListArray, UInt64Array};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, UInt64Type};
use datafusion_common::{Result, ScalarValue, exec_err, plan_err};
use datafusion_expr::Documentation;
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use tronie_udf_kit::{Function, Parameters, UdfEnv};

use crate::constants::Constants;
use crate::counts::{Values, value_of, value_type};
use crate::grouped::{Gather, Grouped, GroupedFunction};

const PARAMETERS: Parameters = Parameters {
    function: "shares",
    required: &["value", "categories"],
    options: &[],
};

/// The most categories of a call.
const MOST: usize = 1000;

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::aggregate(Grouped::new(Shares))
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "An aggregate: the share of a group's rows that each category has, a list of DOUBLE in the order of the categories, in \
         one pass. Shares are of all rows that have a value: they sum to less than 1 where some have one that is no category. \
         A profile's hours or weekdays of activity, or its channels, ready to be a model's features. NULLs do not count; NULL \
         for a group without any value. A group costs 8 bytes for each category.",
        "shares(value, categories)",
    )
    .with_argument("value", "Texts, whole numbers, booleans or dates.")
    .with_argument(
        "categories",
        "The values that have a place, in order, as a constant list, such as ['web', 'app'] or range(0, 24): 1 to 1000, no \
         NULL, none twice.",
    )
    .with_sql_example(
        "```sql
select customer, shares(channel, ['app', 'web', 'shop']) as channels
from (values ('ann', 'app'), ('ann', 'app'), ('ann', 'shop'), ('ann', 'phone'), ('bob', 'web')) as t(customer, channel)
group by customer order by customer;
```
```text
+----------+------------------+
| customer | channels         |
+----------+------------------+
| ann      | [0.5, 0.0, 0.25] |
| bob      | [0.0, 1.0, 0.0]  |
+----------+------------------+
```",
    )
    .with_related_udf("top_k")
    .with_related_udf("time_features")
    .build()
});

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Shares;

/// The rows of each category, group after group; a group's last number is of rows with another value.
#[derive(Debug)]
struct Slots {
    read: DataType,
    categories: ArrayRef,
    /// The categories, whose codes are their slots.
    known: Values,
    width: usize,
    counts: Vec<u64>,
}

/// How many bits of a number in a state say which slot it is of; the others are the rows.
const SLOT_BITS: u32 = 10;

fn refused<T>(got: &str) -> Result<T> {
    plan_err!("shares: `categories` must be a constant list of different values, such as ['a', 'b'], got {got}")
}

fn numbers_field() -> FieldRef {
    Arc::new(Field::new_list_field(DataType::UInt64, true))
}

fn field() -> FieldRef {
    Arc::new(Field::new_list_field(DataType::Float64, true))
}

/// The categories in a constant, as values of the type that is counted.
fn categories(constant: &ScalarValue, of: &DataType) -> Result<ArrayRef> {
    let items = match constant {
        ScalarValue::List(list) if list.len() == 1 && list.is_valid(0) => list.value(0),
        ScalarValue::LargeList(list) if list.len() == 1 && list.is_valid(0) => list.value(0),
        ScalarValue::FixedSizeList(list) if list.len() == 1 && list.is_valid(0) => list.value(0),
        other => return refused(&other.to_string()),
    };
    if items.is_empty() || items.len() > MOST {
        return refused(&format!("{} of them, where 1 to {MOST} are possible", items.len()));
    }
    let read = cast(&items, of)?;
    if read.null_count() > items.null_count() {
        return refused(&format!("one that is no {of}"));
    }
    Ok(read)
}

impl GroupedFunction for Shares {
    type Gather = Slots;

    const PARAMETERS: Parameters = PARAMETERS;

    fn types(types: &[DataType]) -> Result<Vec<DataType>> {
        let value = value_type(PARAMETERS.function, "value", &types[0])?;
        match &types[1] {
            DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..) => {
                Ok(vec![value, types[1].clone()])
            }
            other => refused(&other.to_string()),
        }
    }

    fn return_type(_: &[DataType]) -> DataType {
        DataType::List(field())
    }

    fn state_types(_: &[DataType]) -> Vec<(&'static str, DataType)> {
        // A row that is its own state needs no list: most rows of data with many groups are sent on like that.
        vec![("row", DataType::UInt64), ("counts", DataType::List(numbers_field()))]
    }

    fn check(constants: &Constants) -> Result<()> {
        // While a query is planned, a list that is written out is still a call that makes it.
        match constants.get(1) {
            Some(list) if list.is_null() => refused("NULL"),
            _ => Ok(()),
        }
    }

    fn gather(types: &[DataType], constants: &Constants) -> Result<Slots> {
        let Some(list) = constants.get(1) else {
            return refused("a list that depends on the row");
        };
        Slots::new(&types[0], categories(list, &value_of(&types[0]))?)
    }

    fn documentation() -> &'static Documentation {
        &DOCUMENTATION
    }
}

impl Slots {
    fn new(read: &DataType, categories: ArrayRef) -> Result<Self> {
        let mut known = Values::new(read);
        for (slot, code) in known.codes(&categories)?.into_iter().enumerate() {
            match code {
                None => return refused("NULL among them"),
                Some(code) if code as usize != slot => {
                    return refused(&format!("one of them twice, at place {}", slot + 1));
                }
                Some(_) => {}
            }
        }
        Ok(Self {
            read: read.clone(),
            width: categories.len() + 1,
            known,
            categories,
            counts: Vec::new(),
        })
    }

    /// Adds a number of a state to a group.
    fn add(&mut self, group: usize, number: u64) -> Result<()> {
        let slot = (number & ((1 << SLOT_BITS) - 1)) as usize;
        if slot >= self.width {
            return exec_err!("a state of shares is of a call with other categories");
        }
        self.counts[group * self.width + slot] += number >> SLOT_BITS;
        Ok(())
    }
}

impl Gather for Slots {
    fn empty(&self) -> Self {
        let mut known = Values::new(&self.read);
        // They were read before, so they can be read again.
        let _ = known.codes(&self.categories);
        Self {
            read: self.read.clone(),
            categories: Arc::clone(&self.categories),
            known,
            width: self.width,
            counts: Vec::new(),
        }
    }

    fn grow(&mut self, total: usize) {
        self.counts.resize(self.counts.len().max(total * self.width), 0);
    }

    fn update(&mut self, values: &[ArrayRef], groups: &[usize]) -> Result<()> {
        let codes = self.known.known(&values[0])?;
        for (code, &group) in codes.into_iter().zip(groups) {
            if let Some(code) = code {
                let slot = (code as usize).min(self.width - 1);
                self.counts[group * self.width + slot] += 1;
            }
        }
        Ok(())
    }

    fn each(&self, values: &[ArrayRef]) -> Result<Vec<ArrayRef>> {
        let number = |code: u32| 1 << SLOT_BITS | (code as usize).min(self.width - 1) as u64;
        let codes = self.known.known(&values[0])?.into_iter();
        let rows: UInt64Array = codes.map(|code| code.map(number)).collect();
        let lists = ListArray::new_null(numbers_field(), rows.len());
        Ok(vec![Arc::new(rows), Arc::new(lists)])
    }

    fn merge(&mut self, states: &[ArrayRef], groups: &[usize]) -> Result<()> {
        let (Some(rows), Some(lists)) = (
            states[0].as_primitive_opt::<UInt64Type>(),
            states[1].as_list_opt::<i32>(),
        ) else {
            return exec_err!(
                "a state of shares is a number and a list, got {}",
                states[0].data_type()
            );
        };
        for (number, group) in rows
            .iter()
            .zip(groups)
            .filter_map(|(number, group)| Some((number?, *group)))
        {
            self.add(group, number)?;
        }
        let numbers = lists.values().as_primitive::<UInt64Type>();
        for (row, &group) in groups.iter().enumerate() {
            if lists.is_null(row) {
                continue;
            }
            let start = lists.value_offsets()[row] as usize;
            for &number in &numbers.values()[start..lists.value_offsets()[row + 1] as usize] {
                self.add(group, number)?;
            }
        }
        Ok(())
    }

    fn results(&mut self, count: usize) -> Result<ArrayRef> {
        let mut shares = Vec::with_capacity(count * (self.width - 1));
        let mut has_rows = Vec::with_capacity(count);
        for counts in self.counts.chunks_exact(self.width).take(count) {
            let total: u64 = counts.iter().sum();
            has_rows.push(total > 0);
            if total > 0 {
                let categories = &counts[..self.width - 1];
                shares.extend(categories.iter().map(|&rows| rows as f64 / total as f64));
            }
        }
        let lengths = has_rows.iter().map(|has| if *has { self.width - 1 } else { 0 });
        let offsets = OffsetBuffer::<i32>::from_lengths(lengths);
        let shares = Arc::new(Float64Array::from(shares));
        let nulls = NullBuffer::from(has_rows);
        Ok(Arc::new(ListArray::try_new(field(), offsets, shares, Some(nulls))?))
    }

    fn states(&mut self, count: usize) -> Result<Vec<ArrayRef>> {
        let mut numbers = Vec::new();
        let mut lengths = Vec::with_capacity(count);
        for counts in self.counts.chunks_exact(self.width).take(count) {
            let before = numbers.len();
            let used = counts.iter().enumerate().filter(|(_, rows)| **rows > 0);
            numbers.extend(used.map(|(slot, rows)| rows << SLOT_BITS | slot as u64));
            lengths.push(numbers.len() - before);
        }
        let (offsets, counts) = (OffsetBuffer::<i32>::from_lengths(lengths), UInt64Array::from(numbers));
        let lists = ListArray::try_new(numbers_field(), offsets, Arc::new(counts), None)?;
        Ok(vec![Arc::new(UInt64Array::new_null(lists.len())), Arc::new(lists)])
    }

    fn forget(&mut self, count: usize) {
        self.counts.drain(..(count * self.width).min(self.counts.len()));
    }

    fn groups(&self) -> usize {
        self.counts.len() / self.width
    }

    fn size(&self) -> usize {
        self.counts.capacity() * size_of::<u64>() + self.width * 64
    }
}
