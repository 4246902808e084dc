//! `roc_auc(actual, score [, positive])`: how well scores tell two classes apart.

use std::sync::{Arc, LazyLock};

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array, LargeListArray, UInt64Array};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, FieldRef, Float64Type, UInt64Type};
use datafusion_common::{Result, ScalarValue};
use datafusion_expr::function::{AccumulatorArgs, AggregateFunctionSimplification, StateFieldsArgs};
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion_expr::{Accumulator, AggregateUDFImpl, Documentation, EmitTo, GroupsAccumulator, Signature};
use tronie_learn::metrics::auc::Auc;
use tronie_udf_kit::{Function, Parameters, UdfEnv};

use crate::calls::{asked, checking, moving_window, option_types, with_planned};
use crate::labels::label_type;
use crate::positive::{POSITIVE, POSITIVE_DOCUMENTATION, Positive};
use crate::scores::score_type;

const PARAMETERS: Parameters = Parameters {
    function: "roc_auc",
    required: &["actual", "score"],
    options: &[POSITIVE],
};

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::aggregate(RocAuc {
        signature: PARAMETERS.signature(),
    })
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "An aggregate: the area under the receiver operating characteristic, which is the probability that a positive row has \
         a higher score than a negative one, ties counting half: 1 is perfect, 0.5 is chance. It is exact; a row costs 8 \
         bytes of memory until the result is there. Rows with a NULL, or a score that is not finite, do not count; NULL \
         unless there are both positive and negative rows. OVER a window, the window's start must not move.",
        "roc_auc(actual, score [, positive => '1'])",
    )
    .with_argument("actual", "The labels: texts, whole numbers or booleans.")
    .with_argument("score", "The higher, the more likely the positive label is: a probability, or any other number.")
    .with_argument(POSITIVE, POSITIVE_DOCUMENTATION)
    .with_sql_example(
        "```sql
select roc_auc(churned, p) as auc
from (values (true, 0.9), (false, 0.2), (true, 0.6), (false, 0.7)) as t(churned, p);
```
```text
+------+
| auc  |
+------+
| 0.75 |
+------+
```",
    )
    .with_related_udf("log_loss")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct RocAuc {
    signature: Signature,
}

impl AggregateUDFImpl for RocAuc {
    fn name(&self) -> &str {
        PARAMETERS.function
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        PARAMETERS.check_count(types.len())?;
        let mut read = vec![
            label_type(PARAMETERS.function, "actual", &types[0])?,
            score_type(PARAMETERS.function, "score", &types[1])?,
        ];
        read.extend(option_types(&PARAMETERS, types, &[POSITIVE]));
        Ok(read)
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn simplify(&self) -> Option<AggregateFunctionSimplification> {
        checking(PARAMETERS, |options| options.text(POSITIVE).map(|_| ()))
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let positive = with_planned(&PARAMETERS, &args, |options| options.text(POSITIVE))?;
        Ok(Box::new(Area {
            positive: Positive::new(positive),
            state: Auc::default(),
        }))
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        let positive = with_planned(&PARAMETERS, &args, |options| options.text(POSITIVE))?;
        Ok(Box::new(Areas {
            positive: Positive::new(positive),
            states: Vec::new(),
            keys: 0,
        }))
    }

    fn create_sliding_accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        moving_window(&PARAMETERS)
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let field = |name| Arc::new(Field::new(format_state_name(args.name, name), keys_type(), true));
        Ok(vec![field("positive"), field("negative")])
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}

/// The type of a list of sorted keys.
fn keys_type() -> DataType {
    DataType::LargeList(key_field())
}

fn key_field() -> FieldRef {
    Arc::new(Field::new_list_field(DataType::UInt64, true))
}

/// Calls `add` with each row that counts: its place, whether it is positive, and its score.
fn read(positive: &Positive, values: &[ArrayRef], mut add: impl FnMut(usize, bool, f64)) -> Result<()> {
    let positive = positive.rows(PARAMETERS.function, values[0].as_ref())?;
    let scores = values[1].as_primitive::<Float64Type>();
    for (row, (positive, score)) in positive.into_iter().zip(scores.values()).enumerate() {
        if let Some(positive) = positive
            && score.is_finite()
            && scores.is_valid(row)
        {
            add(row, positive, *score);
        }
    }
    Ok(())
}

/// Calls `add` with each state in state columns: its row, the positive and the negative keys.
fn merge(states: &[ArrayRef], mut add: impl FnMut(usize, &[u64], &[u64])) {
    let [positive, negative] = [0, 1].map(|place| states[place].as_list::<i64>());
    for row in 0..positive.len() {
        let keys = [positive, negative].map(|lists| lists.is_valid(row).then(|| lists.value(row)));
        if let [Some(positive), Some(negative)] = keys {
            let positive = positive.as_primitive::<UInt64Type>();
            add(row, positive.values(), negative.as_primitive::<UInt64Type>().values());
        }
    }
}

/// State columns, a row a state; they take the rows out of the states.
fn written(states: &mut [Auc]) -> Result<[LargeListArray; 2]> {
    let mut columns: [Vec<Vec<u64>>; 2] = Default::default();
    for state in states {
        for (lists, keys) in columns.iter_mut().zip(state.write()) {
            lists.push(keys);
        }
    }
    let [positive, negative] = columns;
    Ok([lists(positive)?, lists(negative)?])
}

fn lists(keys: Vec<Vec<u64>>) -> Result<LargeListArray> {
    let offsets = OffsetBuffer::<i64>::from_lengths(keys.iter().map(Vec::len));
    // The keys of one group, which may be very many, are not copied.
    let keys = match <[Vec<u64>; 1]>::try_from(keys) {
        Ok([keys]) => keys,
        Err(keys) => keys.concat(),
    };
    Ok(LargeListArray::try_new(
        key_field(),
        offsets,
        Arc::new(UInt64Array::from(keys)),
        None,
    )?)
}

/// One group, or a window that grows.
#[derive(Debug)]
struct Area {
    positive: Positive,
    state: Auc,
}

impl Accumulator for Area {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let state = &mut self.state;
        read(&self.positive, values, |_, positive, score| {
            state.update(positive, score)
        })
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        merge(states, |_, positive, negative| self.state.merge(positive, negative));
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let lists = written(std::slice::from_mut(&mut self.state))?;
        Ok(lists.map(|list| ScalarValue::LargeList(Arc::new(list))).into())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Float64(self.state.finish()))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.state.size()
    }
}

/// Many groups.
#[derive(Debug)]
struct Areas {
    positive: Positive,
    states: Vec<Auc>,
    /// How many rows all of them have.
    keys: usize,
}

impl Areas {
    fn grow(&mut self, total: usize) {
        self.states.resize(total.max(self.states.len()), Auc::default());
    }

    fn emit(&mut self, emit_to: EmitTo) -> Vec<Auc> {
        let emitted = emit_to.take_needed(&mut self.states);
        let keys: usize = emitted.iter().map(Auc::rows).sum();
        self.keys = self.keys.saturating_sub(keys);
        emitted
    }
}

impl GroupsAccumulator for Areas {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.grow(total);
        let (states, keys) = (&mut self.states, &mut self.keys);
        read(&self.positive, &asked(values, filter)?, |row, positive, score| {
            states[groups[row]].update(positive, score);
            *keys += 1;
        })
    }

    fn merge_batch(&mut self, values: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.grow(total);
        merge(values, |row, positive, negative| {
            self.states[groups[row]].merge(positive, negative);
            self.keys += positive.len() + negative.len();
        });
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let areas = self.emit(emit_to).into_iter().map(|mut state| state.finish());
        Ok(Arc::new(areas.collect::<Float64Array>()))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let lists = written(&mut self.emit(emit_to))?;
        Ok(lists.map(|list| Arc::new(list) as ArrayRef).into())
    }

    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let mut states = vec![Auc::default(); values[0].len()];
        read(&self.positive, &asked(values, filter)?, |row, positive, score| {
            states[row].update(positive, score);
        })?;
        Ok(written(&mut states)?.map(|list| Arc::new(list) as ArrayRef).into())
    }

    fn size(&self) -> usize {
        // Lists of keys grow by doubling.
        size_of_val(self) + self.states.capacity() * size_of::<Auc>() + 2 * self.keys * size_of::<u64>()
    }
}
