//! Aggregates that keep the state of all groups in one place.
//!
//! A function's file has a [`GroupedFunction`] (its parameters, types, options) and a [`Gather`] (what it keeps of all
//! groups); [`Grouped`] makes an aggregate of them. One group alone is a gathering with one group.

use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray};
use arrow::compute::nullif;
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion_common::{Result, ScalarValue, plan_err};
use datafusion_expr::expr::AggregateFunction;
use datafusion_expr::function::{AccumulatorArgs, AggregateFunctionSimplification, StateFieldsArgs};
use datafusion_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion_expr::{Accumulator, AggregateUDFImpl, Documentation, EmitTo, Expr, GroupsAccumulator, Signature};
use tronie_udf_kit::Parameters;

use crate::constants::Constants;

/// What is kept of the rows of all groups. Groups are counted from 0; rows and states name their group.
pub(crate) trait Gather: Debug + Send + Sync + 'static {
    /// The same without groups, for the same call.
    fn empty(&self) -> Self;

    /// Makes room for groups up to `total`.
    fn grow(&mut self, total: usize);

    /// Adds rows. One whose first argument is NULL does not count, whatever the others are.
    fn update(&mut self, values: &[ArrayRef], groups: &[usize]) -> Result<()>;

    /// Adds states; one that is NULL is a group without rows.
    fn merge(&mut self, states: &[ArrayRef], groups: &[usize]) -> Result<()>;

    /// A state for each row, as if it were alone; of another than this only if that is faster.
    fn each(&self, values: &[ArrayRef]) -> Result<Vec<ArrayRef>>
    where
        Self: Sized,
    {
        let rows = values.first().map_or(0, |column| column.len());
        let mut each = self.empty();
        each.grow(rows);
        each.update(values, &(0..rows).collect::<Vec<_>>())?;
        each.states(rows)
    }

    /// The results of the first `count` groups, which stay.
    fn results(&mut self, count: usize) -> Result<ArrayRef>;

    /// The states of the first `count` groups.
    fn states(&mut self, count: usize) -> Result<Vec<ArrayRef>>;

    /// Forgets the first `count` groups; the next one is group 0 then.
    fn forget(&mut self, count: usize);

    /// How many groups there are.
    fn groups(&self) -> usize;

    /// How many bytes are held beside `self`.
    fn size(&self) -> usize;
}

/// What such an aggregate is: all that its file has to say.
pub(crate) trait GroupedFunction: Debug + Clone + PartialEq + Eq + Hash + Send + Sync + 'static {
    /// What it keeps.
    type Gather: Gather;

    const PARAMETERS: Parameters;

    /// The types in which the arguments are read, of a call with the right number of them.
    fn types(types: &[DataType]) -> Result<Vec<DataType>>;

    fn return_type(types: &[DataType]) -> DataType;

    /// The names and types of the columns of a state.
    fn state_types(types: &[DataType]) -> Vec<(&'static str, DataType)>;

    /// Refuses options that make no sense; they may not be constants yet.
    fn check(constants: &Constants) -> Result<()>;

    /// For a call with arguments of these types and these constants.
    fn gather(types: &[DataType], constants: &Constants) -> Result<Self::Gather>;

    fn documentation() -> &'static Documentation;
}

/// The aggregate that a [`GroupedFunction`] makes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Grouped<F> {
    function: F,
    signature: Signature,
}

impl<F: GroupedFunction> Grouped<F> {
    pub(crate) fn new(function: F) -> Self {
        Self {
            function,
            signature: F::PARAMETERS.signature(),
        }
    }

    fn gather(args: &AccumulatorArgs<'_>) -> Result<F::Gather> {
        check_distinct::<F>(args.is_distinct)?;
        let types: Vec<DataType> = args.expr_fields.iter().map(|field| field.data_type().clone()).collect();
        F::gather(&types, &Constants::of_aggregate(args))
    }
}

fn check_distinct<F: GroupedFunction>(is_distinct: bool) -> Result<()> {
    if is_distinct {
        let function = F::PARAMETERS.function;
        return plan_err!("{function} counts every row, `DISTINCT` is not for it; select the distinct rows first");
    }
    Ok(())
}

impl<F: GroupedFunction> AggregateUDFImpl for Grouped<F> {
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

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        Ok(F::return_type(types))
    }

    /// Changes nothing: it is where the planner shows the values of options.
    fn simplify(&self) -> Option<AggregateFunctionSimplification> {
        Some(Box::new(|call: AggregateFunction, _| {
            check_distinct::<F>(call.params.distinct)?;
            F::check(&Constants::of_call(&call.params.args))?;
            Ok(Expr::AggregateFunction(call))
        }))
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let mut gather = Self::gather(&args)?;
        gather.grow(1);
        Ok(Box::new(One { gather }))
    }

    fn create_sliding_accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let function = F::PARAMETERS.function;
        plan_err!(
            "{function} cannot take rows out of a window again; let the window start at the first row (rows between \
             unbounded preceding and ..), or use GROUP BY"
        )
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Many {
            gather: Self::gather(&args)?,
        }))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let types: Vec<DataType> = args
            .input_fields
            .iter()
            .map(|field| field.data_type().clone())
            .collect();
        let field = |(name, of)| Arc::new(Field::new(format_state_name(args.name, name), of, true));
        Ok(F::state_types(&types).into_iter().map(field).collect())
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(F::documentation())
    }
}

/// The columns of a batch, with NULL in the first one where a row is not asked for: such rows do not count.
fn asked(values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
    let mut values = values.to_vec();
    if let (Some(filter), Some(first)) = (filter, values.first_mut()) {
        let left_out = (0..filter.len()).map(|row| Some(filter.is_null(row) || !filter.value(row)));
        *first = nullif(first, &left_out.collect())?;
    }
    Ok(values)
}

/// One group, or a window that grows.
#[derive(Debug)]
struct One<G> {
    gather: G,
}

impl<G: Gather> Accumulator for One<G> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let rows = values.first().map_or(0, |column| column.len());
        self.gather.update(values, &vec![0; rows])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let rows = states.first().map_or(0, |column| column.len());
        self.gather.merge(states, &vec![0; rows])
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let states = self.gather.states(1)?;
        states
            .iter()
            .map(|column| ScalarValue::try_from_array(column, 0))
            .collect()
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        ScalarValue::try_from_array(&self.gather.results(1)?, 0)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.gather.size()
    }
}

/// Many groups.
#[derive(Debug)]
struct Many<G> {
    gather: G,
}

impl<G: Gather> Many<G> {
    fn count(&self, emit_to: EmitTo) -> usize {
        match emit_to {
            EmitTo::All => self.gather.groups(),
            EmitTo::First(count) => count,
        }
    }
}

impl<G: Gather> GroupsAccumulator for Many<G> {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.gather.grow(total);
        match filter {
            None => self.gather.update(values, groups),
            Some(_) => self.gather.update(&asked(values, filter)?, groups),
        }
    }

    fn merge_batch(&mut self, states: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.gather.grow(total);
        self.gather.merge(states, groups)
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let count = self.count(emit_to);
        let results = self.gather.results(count)?;
        self.gather.forget(count);
        Ok(results)
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let count = self.count(emit_to);
        let states = self.gather.states(count)?;
        self.gather.forget(count);
        Ok(states)
    }

    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        self.gather.each(&asked(values, filter)?)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.gather.size()
    }
}
