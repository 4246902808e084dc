//! `clv_fit(frequency, recency, age [, monetary])`: how customers buy, are lost, and spend.

use std::sync::{Arc, LazyLock};

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanBuilder, Float64Array, Float64Builder, Int64Builder, ListArray, StructArray,
    UInt64Array,
};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Float64Type, UInt64Type};
use datafusion_common::{Result, exec_err};
use datafusion_expr::Documentation;
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use tronie_learn::clv::{Customer, Fit, State};
use tronie_udf_kit::{Function, Parameters, UdfEnv};

use crate::constants::Constants;
use crate::grouped::{Gather, Grouped, GroupedFunction};
use crate::numbers::number_type;

const PARAMETERS: Parameters = Parameters {
    function: "clv_fit",
    required: &["frequency", "recency", "age"],
    options: &["monetary"],
};

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::aggregate(Grouped::new(ClvFit))
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "An aggregate over customers, a row each: the BG/NBD model of who buys again and who is lost (Fader, Hardie and Lee \
         2005), and, with `monetary`, the Gamma-Gamma model of what a purchase is worth (Fader and Hardie 2013), both by \
         maximum likelihood. `STRUCT{r, alpha, a, b, log_likelihood, converged, p, q, v, monetary_log_likelihood, \
         monetary_converged, n, skipped}`, a model for `clv_predict` and `p_alive`. `alpha` is in the unit of the times, `v` in \
         that of the money. `p`, `q` and `v` are NULL unless two customers have bought again and have a `monetary`. \
         `converged` is false where the customers are too few, or too much alike, to tell: the likelihood then grows for ever \
         as parameters do. Impossible customers (a recency beyond the age, or other than 0 without a second purchase; a frequency that \
         is no whole number) are left out and counted in `skipped`. Rows with a NULL in frequency, recency or age do not \
         count; NULL for a group without any possible customer. Customers who are alike are counted, not kept.",
        "clv_fit(frequency, recency, age [, monetary])",
    )
    .with_argument("frequency", "How often a customer has bought after the first time, 0 and up; days count, not baskets.")
    .with_argument("recency", "The time from the first to the last purchase, such as in days; 0 for one purchase.")
    .with_argument("age", "The time from the first purchase to now, in the same unit; above 0.")
    .with_argument(
        "monetary",
        "The mean value of the purchases after the first. NULL, 0 and less leave a customer out of the Gamma-Gamma model only.",
    )
    .with_sql_example(
        "```sql
with customers(frequency, recency, age, spent) as (
    values (2, 30.4, 38.9, 22.4), (1, 1.7, 38.9, 11.8), (0, 0.0, 38.9, null), (0, 0.0, 38.9, null), (0, 0.0, 38.9, null),
           (7, 29.4, 38.9, 73.7), (1, 5.0, 38.9, 11.8), (0, 0.0, 38.9, null), (2, 35.7, 38.9, 25.6), (0, 0.0, 30.1, null),
           (5, 24.4, 30.9, 29.0), (0, 0.0, 33.4, null), (10, 34.1, 38.6, 48.0), (1, 30.0, 36.0, 14.0), (3, 9.0, 31.0, 19.0))
select m['n'] as n, m['converged'] as converged, round(m['r'], 3) as r, round(m['alpha'], 2) as alpha
from (select clv_fit(frequency, recency, age, spent) as m from customers);
```
```text
+----+-----------+-------+-------+
| n  | converged | r     | alpha |
+----+-----------+-------+-------+
| 15 | true      | 0.513 | 6.5   |
+----+-----------+-------+-------+
```",
    )
    .with_related_udf("clv_predict")
    .with_related_udf("p_alive")
    .build()
});

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct ClvFit;

/// The customers of all groups.
#[derive(Debug, Default)]
struct Customers {
    states: Vec<State>,
    /// The bytes that they point to, kept up to date.
    held: usize,
}

/// The parameters that are numbers, in their order.
const BUYING: [&str; 5] = ["r", "alpha", "a", "b", "log_likelihood"];
const WORTH: [&str; 4] = ["p", "q", "v", "monetary_log_likelihood"];

fn fields() -> Fields {
    let field = |of: DataType| move |name: &str| Field::new(name, of.clone(), true);
    BUYING
        .into_iter()
        .map(field(DataType::Float64))
        .chain(["converged"].into_iter().map(field(DataType::Boolean)))
        .chain(WORTH.into_iter().map(field(DataType::Float64)))
        .chain(["monetary_converged"].into_iter().map(field(DataType::Boolean)))
        .chain(["n", "skipped"].into_iter().map(field(DataType::Int64)))
        .collect()
}

fn item() -> FieldRef {
    Arc::new(Field::new_list_field(DataType::Float64, true))
}

impl GroupedFunction for ClvFit {
    type Gather = Customers;

    const PARAMETERS: Parameters = PARAMETERS;

    fn types(types: &[DataType]) -> Result<Vec<DataType>> {
        let names = PARAMETERS.required.iter().chain(PARAMETERS.options);
        let read = types.iter().zip(names);
        read.map(|(given, name)| number_type(PARAMETERS.function, name, given))
            .collect()
    }

    fn return_type(_: &[DataType]) -> DataType {
        DataType::Struct(fields())
    }

    fn state_types(_: &[DataType]) -> Vec<(&'static str, DataType)> {
        vec![("customers", DataType::List(item())), ("skipped", DataType::UInt64)]
    }

    fn check(_: &Constants) -> Result<()> {
        Ok(())
    }

    fn gather(_: &[DataType], _: &Constants) -> Result<Customers> {
        Ok(Customers::default())
    }

    fn documentation() -> &'static Documentation {
        &DOCUMENTATION
    }
}

impl Customers {
    fn change(&mut self, group: usize, change: impl FnOnce(&mut State)) {
        let state = &mut self.states[group];
        let before = state.size();
        change(state);
        self.held = (self.held + state.size()).saturating_sub(before);
    }
}

fn number(column: &Float64Array, row: usize) -> Option<f64> {
    column
        .is_valid(row)
        .then(|| column.value(row))
        .filter(|number| number.is_finite())
}

impl Gather for Customers {
    fn empty(&self) -> Self {
        Self::default()
    }

    fn grow(&mut self, total: usize) {
        self.states.resize_with(total.max(self.states.len()), State::default);
    }

    fn update(&mut self, values: &[ArrayRef], groups: &[usize]) -> Result<()> {
        let columns: Vec<&Float64Array> = values
            .iter()
            .map(|column| column.as_primitive::<Float64Type>())
            .collect();
        for (row, &group) in groups.iter().enumerate() {
            let [frequency, recency, age] = [0, 1, 2].map(|place: usize| number(columns[place], row));
            let money = columns.get(3).and_then(|column| number(column, row)).unwrap_or(0.0);
            let (Some(frequency), Some(recency), Some(age)) = (frequency, recency, age) else {
                continue;
            };
            let customer = Customer {
                frequency,
                recency,
                age,
                money,
            };
            self.change(group, |state| state.add(customer));
        }
        Ok(())
    }

    fn merge(&mut self, states: &[ArrayRef], groups: &[usize]) -> Result<()> {
        let Some(lists) = states[0].as_list_opt::<i32>() else {
            return exec_err!("a state of clv_fit is {}, no list", states[0].data_type());
        };
        let numbers = lists.values().as_primitive::<Float64Type>().values();
        let skipped = states[1].as_primitive::<UInt64Type>();
        let offsets = lists.value_offsets();
        for (row, &group) in groups.iter().enumerate() {
            if lists.is_valid(row) {
                let written = &numbers[offsets[row] as usize..offsets[row + 1] as usize];
                self.change(group, |state| state.merge(written, skipped.value(row)));
            }
        }
        Ok(())
    }

    fn results(&mut self, count: usize) -> Result<ArrayRef> {
        let mut numbers: [Float64Builder; BUYING.len() + WORTH.len()] = Default::default();
        let [mut converged, mut money_converged] = [BooleanBuilder::new(), BooleanBuilder::new()];
        let [mut n, mut skipped] = [Int64Builder::new(), Int64Builder::new()];
        let mut is_fit = Vec::with_capacity(count);
        let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        for state in self.states.iter().take(count) {
            let fit = state.finish();
            is_fit.push(fit.is_some());
            for (to, number) in numbers.iter_mut().zip(parameters(fit.as_ref())) {
                to.append_option(number);
            }
            converged.append_option(fit.map(|fit| fit.buying.converged));
            money_converged.append_option(fit.and_then(|fit| Some(fit.worth?.converged)));
            n.append_option(fit.map(|fit| whole(fit.n)));
            skipped.append_option(fit.map(|fit| whole(fit.skipped)));
        }
        let mut columns: Vec<ArrayRef> = numbers.iter_mut().map(|of| Arc::new(of.finish()) as ArrayRef).collect();
        columns.insert(BUYING.len(), Arc::new(converged.finish()));
        columns.push(Arc::new(money_converged.finish()));
        columns.push(Arc::new(n.finish()));
        columns.push(Arc::new(skipped.finish()));
        let nulls = Some(NullBuffer::from(is_fit));
        Ok(Arc::new(StructArray::try_new(fields(), columns, nulls)?))
    }

    fn states(&mut self, count: usize) -> Result<Vec<ArrayRef>> {
        let mut numbers = Vec::new();
        let mut lengths = Vec::with_capacity(count);
        let mut skipped = Vec::with_capacity(count);
        for state in self.states.iter().take(count) {
            let before = numbers.len();
            state.write(&mut numbers);
            lengths.push(numbers.len() - before);
            skipped.push(state.skipped());
        }
        let offsets = OffsetBuffer::<i32>::from_lengths(lengths);
        let lists = ListArray::try_new(item(), offsets, Arc::new(Float64Array::from(numbers)), None)?;
        Ok(vec![Arc::new(lists), Arc::new(UInt64Array::from(skipped))])
    }

    fn forget(&mut self, count: usize) {
        let gone: usize = self
            .states
            .drain(..count.min(self.states.len()))
            .map(|state| state.size())
            .sum();
        self.held = self.held.saturating_sub(gone);
    }

    fn groups(&self) -> usize {
        self.states.len()
    }

    fn size(&self) -> usize {
        self.states.capacity() * size_of::<State>() + self.held
    }
}

/// What a fit says in numbers, in the order of [`BUYING`] and [`WORTH`].
fn parameters(fit: Option<&Fit>) -> [Option<f64>; BUYING.len() + WORTH.len()] {
    let buying = fit.map(|fit| fit.buying);
    let worth = fit.and_then(|fit| fit.worth);
    [
        buying.map(|most| most.of.r),
        buying.map(|most| most.of.alpha),
        buying.map(|most| most.of.a),
        buying.map(|most| most.of.b),
        buying.map(|most| most.log_likelihood),
        worth.map(|most| most.of.p),
        worth.map(|most| most.of.q),
        worth.map(|most| most.of.v),
        worth.map(|most| most.log_likelihood),
    ]
}
