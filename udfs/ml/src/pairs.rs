//! Aggregates over labels beside labels or numbers, whose state is a few numbers.

use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array};
use arrow::datatypes::{DataType, Field, FieldRef, Float64Type};
use datafusion_common::{Result, ScalarValue};
use datafusion_expr::function::{AccumulatorArgs, AggregateFunctionSimplification, StateFieldsArgs};
use datafusion_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion_expr::{Accumulator, AggregateUDFImpl, Documentation, EmitTo, GroupsAccumulator, Signature};
use tronie_learn::metrics::pairs::Pairs;
use tronie_udf_kit::{Options, Parameters};

use crate::calls::{asked, checking, with_planned};

/// What such an aggregate is: all that its file has to say.
pub(crate) trait PairFunction: Debug + Clone + PartialEq + Eq + Hash + Send + Sync + 'static {
    /// What it computes.
    type Metric: Pairs;
    /// What it reads rows with.
    type Reader: PairReader;

    const PARAMETERS: Parameters;

    /// The types in which the arguments are read, of a call with the right number of them.
    fn types(types: &[DataType]) -> Result<Vec<DataType>>;

    fn reader(options: &Options<'_>) -> Result<Self::Reader>;

    fn documentation() -> &'static Documentation;
}

/// Reads rows as pairs of numbers.
pub(crate) trait PairReader: Debug + Send + Sync + 'static {
    /// Two columns, one number a row; the first one is not a number where a row does not count.
    fn read(&self, values: &[ArrayRef]) -> Result<(Vec<f64>, Vec<f64>)>;
}

/// The aggregate that a [`PairFunction`] makes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PairAggregate<F> {
    function: F,
    signature: Signature,
}

impl<F: PairFunction> PairAggregate<F> {
    pub(crate) fn new(function: F) -> Self {
        Self {
            function,
            signature: F::PARAMETERS.signature(),
        }
    }
}

impl<F: PairFunction> AggregateUDFImpl for PairAggregate<F> {
    fn name(&self) -> &str {
        F::PARAMETERS.function
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        F::PARAMETERS.check_count(types.len())?;
        F::types(types)
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn simplify(&self) -> Option<AggregateFunctionSimplification> {
        checking(F::PARAMETERS, |options| F::reader(options).map(|_| ()))
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let reader = with_planned(&F::PARAMETERS, &args, F::reader)?;
        Ok(Box::new(One {
            reader,
            state: F::Metric::default(),
        }))
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        let reader = with_planned(&F::PARAMETERS, &args, F::reader)?;
        Ok(Box::new(Groups {
            reader,
            states: Vec::<F::Metric>::new(),
        }))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let field = |number: usize| {
            let name = format_state_name(args.name, &format!("sum{number}"));
            Arc::new(Field::new(name, DataType::Float64, true))
        };
        Ok((0..F::Metric::NUMBERS).map(field).collect())
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(F::documentation())
    }
}

/// One group, or a window.
#[derive(Debug)]
struct One<R, P> {
    reader: R,
    state: P,
}

impl<R: PairReader, P: Pairs> Accumulator for One<R, P> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let (mut actual, mut predicted) = self.reader.read(values)?;
        if actual.iter().any(|actual| actual.is_nan()) {
            let mut counts = actual.iter().map(|actual| !actual.is_nan());
            predicted.retain(|_| counts.next().unwrap_or_default());
            actual.retain(|actual| !actual.is_nan());
        }
        self.state.update_all(&actual, &predicted);
        Ok(())
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let (actual, predicted) = self.reader.read(values)?;
        for (actual, predicted) in actual.iter().zip(&predicted).filter(|(actual, _)| !actual.is_nan()) {
            self.state.retract(*actual, *predicted);
        }
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        P::RETRACTS
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        for row in 0..states.first().map_or(0, |column| column.len()) {
            self.state.merge(&read::<P>(states, row));
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let mut numbers = Vec::with_capacity(P::NUMBERS);
        self.state.write(&mut numbers);
        Ok(numbers.into_iter().map(ScalarValue::from).collect())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Float64(self.state.finish()))
    }

    fn size(&self) -> usize {
        size_of_val(self)
    }
}

/// The state in a row of state columns.
fn read<P: Pairs>(states: &[ArrayRef], row: usize) -> P {
    let number = |column: &ArrayRef| {
        column
            .is_valid(row)
            .then(|| column.as_primitive::<Float64Type>().value(row))
    };
    // A row of NULLs is a group without rows.
    let numbers: Option<Vec<f64>> = states.iter().map(number).collect();
    numbers.map_or_else(P::default, |numbers| P::read(&numbers))
}

/// The state columns of states.
fn written<'a, P: Pairs>(states: impl Iterator<Item = &'a P>) -> Vec<ArrayRef> {
    let mut numbers = Vec::new();
    states.for_each(|state| state.write(&mut numbers));
    let column = |place: usize| {
        let column = numbers.iter().skip(place).step_by(P::NUMBERS);
        Arc::new(Float64Array::from_iter_values(column.copied())) as ArrayRef
    };
    (0..P::NUMBERS).map(column).collect()
}

/// Many groups.
#[derive(Debug)]
struct Groups<R, P> {
    reader: R,
    states: Vec<P>,
}

impl<R: PairReader, P: Pairs> GroupsAccumulator for Groups<R, P> {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.states.resize(total.max(self.states.len()), P::default());
        let (actual, predicted) = self.reader.read(&asked(values, filter)?)?;
        for ((actual, predicted), group) in actual.iter().zip(&predicted).zip(groups) {
            if !actual.is_nan() {
                self.states[*group].update(*actual, *predicted);
            }
        }
        Ok(())
    }

    fn merge_batch(&mut self, values: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.states.resize(total.max(self.states.len()), P::default());
        for (row, group) in groups.iter().enumerate() {
            self.states[*group].merge(&read(values, row));
        }
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let states = emit_to.take_needed(&mut self.states);
        Ok(Arc::new(Float64Array::from_iter(states.iter().map(P::finish))))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(written(emit_to.take_needed(&mut self.states).iter()))
    }

    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let (actual, predicted) = self.reader.read(&asked(values, filter)?)?;
        let state = |(actual, predicted): (&f64, &f64)| {
            let mut state = P::default();
            if !actual.is_nan() {
                state.update(*actual, *predicted);
            }
            state
        };
        let states: Vec<P> = actual.iter().zip(&predicted).map(state).collect();
        Ok(written(states.iter()))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.states.capacity() * size_of::<P>()
    }
}
