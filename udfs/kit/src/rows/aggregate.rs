//! The aggregate that a [`RowFunction`] makes.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion_common::Result;
use datafusion_expr::expr::AggregateFunction;
use datafusion_expr::function::{AccumulatorArgs, AggregateFunctionSimplification, StateFieldsArgs};
use datafusion_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion_expr::{Accumulator, AggregateUDFImpl, Documentation, GroupsAccumulator, Signature};

use super::RowFunction;
use super::accumulate::{Growing, Sliding};
use super::arguments::{check_distinct, coerced, is_spread, numbers, rewritten, with_planned_options};
use super::groups::Groups;
use super::read::Reader;

/// An aggregate over rows of numbers. It works under `GROUP BY` and `FILTER`, and `OVER` a window: a window that only grows
/// adds each row once; one that moves keeps its rows and reads all of them again for every result.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RowAggregate<F> {
    function: F,
    signature: Signature,
}

impl<F: RowFunction> RowAggregate<F> {
    /// The aggregate that `function` describes.
    pub fn new(function: F) -> Self {
        Self {
            function,
            signature: F::PARAMETERS.signature(),
        }
    }

    /// What reads the batches of a planned call, and its state without rows.
    fn planned(&self, args: &AccumulatorArgs<'_>) -> Result<(Reader, F::State)> {
        let parameters = F::PARAMETERS;
        check_distinct(&parameters, args.is_distinct)?;
        let types: Vec<DataType> = args.expr_fields.iter().map(|field| field.data_type().clone()).collect();
        let is_spread = is_spread(&types);
        let numbers = numbers(&parameters, args.exprs.len(), is_spread);
        let reader = Reader {
            function: parameters.function,
            numbers,
            has_list: F::HAS_LIST && !is_spread,
        };
        let state = with_planned_options(&parameters, args, numbers, |options| self.function.state(options))?;
        Ok((reader, state))
    }
}

impl<F: RowFunction> AggregateUDFImpl for RowAggregate<F> {
    fn name(&self) -> &str {
        F::PARAMETERS.function
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        coerced::<F>(types)
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.function.return_type())
    }

    fn simplify(&self) -> Option<AggregateFunctionSimplification> {
        let function = self.function.clone();
        Some(Box::new(move |call: AggregateFunction, info| {
            rewritten(&function, call, info)
        }))
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let (reader, state) = self.planned(&args)?;
        Ok(Box::new(Growing::new(reader, state)))
    }

    fn create_sliding_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let (reader, state) = self.planned(&args)?;
        Ok(Box::new(Sliding::new(reader, state)))
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        let (reader, state) = self.planned(&args)?;
        Ok(Box::new(Groups::new(reader, state, self.function.return_type())))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let name = format_state_name(args.name, "rows");
        Ok(vec![Arc::new(Field::new(name, DataType::Binary, true))])
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(self.function.documentation())
    }
}
