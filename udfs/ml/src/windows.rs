//! Windows over numbers that look at the whole partition.

use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Float64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, FieldRef, Float64Type, Schema};
use datafusion_common::{Result, ScalarValue, plan_err};
use datafusion_expr::expr::WindowFunction;
use datafusion_expr::function::{PartitionEvaluatorArgs, WindowFunctionSimplification, WindowUDFFieldArgs};
use datafusion_expr::{
    ColumnarValue, Documentation, Expr, PartitionEvaluator, ReversedUDWF, Signature, WindowFrame, WindowFrameBound,
    WindowFrameUnits, WindowUDFImpl,
};
use tronie_learn::spread::Scale;
use tronie_udf_kit::{Options, Parameters};

use crate::calls::{option_types, with_constants, with_literals};
use crate::scores::score_type;

/// What the documentation of every such function says.
pub(crate) const WHOLE_PARTITION: &str = "It looks at all rows of the partition, whatever the order; a frame that leaves rows \
     out is refused.";

/// What such a window is: all that its file has to say.
pub(crate) trait WindowOfNumbers: Debug + Clone + PartialEq + Eq + Hash + Send + Sync + 'static {
    /// What its options say.
    type Settings: Debug + Clone + Send + Sync + 'static;

    const PARAMETERS: Parameters;

    fn return_type() -> DataType;

    fn settings(options: &Options<'_>) -> Result<Self::Settings>;

    /// One result a row of a partition, which may have no rows with a number; NULL and numbers that are not finite are
    /// `None`.
    fn evaluate(settings: &Self::Settings, rows: &[Option<f64>]) -> ArrayRef;

    fn documentation() -> &'static Documentation;
}

/// The window that a [`WindowOfNumbers`] makes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct OfPartition<F> {
    function: F,
    signature: Signature,
}

impl<F: WindowOfNumbers> OfPartition<F> {
    pub(crate) fn new(function: F) -> Self {
        Self {
            function,
            signature: F::PARAMETERS.signature(),
        }
    }
}

impl<F: WindowOfNumbers> WindowUDFImpl for OfPartition<F> {
    fn name(&self) -> &str {
        F::PARAMETERS.function
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        F::PARAMETERS.check_count(types.len())?;
        let mut read = vec![score_type(
            F::PARAMETERS.function,
            F::PARAMETERS.required[0],
            &types[0],
        )?];
        read.extend(option_types(&F::PARAMETERS, types, &[]));
        Ok(read)
    }

    fn field(&self, args: WindowUDFFieldArgs) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(args.name(), F::return_type(), true)))
    }

    fn simplify(&self) -> Option<WindowFunctionSimplification> {
        Some(Box::new(|call: WindowFunction, _| {
            check_window(&F::PARAMETERS, &call)?;
            with_literals(&F::PARAMETERS, &call.params.args, F::settings)?;
            Ok(Expr::from(call))
        }))
    }

    fn partition_evaluator(&self, args: PartitionEvaluatorArgs) -> Result<Box<dyn PartitionEvaluator>> {
        let no_rows = RecordBatch::new_empty(Arc::new(Schema::empty()));
        let constants = args.input_exprs().iter().map(|expr| match expr.evaluate(&no_rows) {
            Ok(ColumnarValue::Scalar(value)) => Some(value),
            _ => None,
        });
        let constants: Vec<Option<ScalarValue>> = constants.collect();
        let constants: Vec<Option<&ScalarValue>> = constants.iter().map(Option::as_ref).collect();
        let settings = with_constants(&F::PARAMETERS, &constants, F::settings)?;
        Ok(Box::new(Evaluator::<F> { settings }))
    }

    fn reverse_expr(&self) -> ReversedUDWF {
        ReversedUDWF::Identical
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(F::documentation())
    }
}

/// Scales the numbers among rows by what `fit` makes of them, whose order it may change; `None` where a result is beyond
/// what a number can be.
pub(crate) fn scaled(rows: &[Option<f64>], fit: impl FnOnce(&mut [f64]) -> Scale) -> Float64Array {
    let mut numbers: Vec<f64> = rows.iter().copied().flatten().collect();
    if numbers.is_empty() {
        return Float64Array::new_null(rows.len());
    }
    let scale = fit(&mut numbers);
    let scaled = |number: Option<f64>| {
        number
            .map(|number| scale.apply(number))
            .filter(|number| number.is_finite())
    };
    rows.iter().copied().map(scaled).collect()
}

/// Refuses what would be passed over in silence: a frame that is not the whole partition, `FILTER` and `DISTINCT`.
///
/// # Errors
/// A planning error.
pub(crate) fn check_window(parameters: &Parameters, call: &WindowFunction) -> Result<()> {
    let function = parameters.function;
    if call.params.distinct || call.params.filter.is_some() {
        return plan_err!(
            "{function} takes neither DISTINCT nor FILTER; leave rows out with a WHERE, or make their numbers NULL"
        );
    }
    let frame = &call.params.window_frame;
    if !is_whole(frame) {
        return plan_err!("{function} looks at the whole partition, got the frame {frame}; leave the frame out");
    }
    Ok(())
}

/// Whether a frame is the whole partition, or what stands for no frame: up to the current row in the order of ORDER BY.
fn is_whole(frame: &WindowFrame) -> bool {
    let is_all = |bound: &WindowFrameBound| match bound {
        WindowFrameBound::Preceding(rows) | WindowFrameBound::Following(rows) => rows.is_null(),
        WindowFrameBound::CurrentRow => false,
    };
    let is_default = frame.units == WindowFrameUnits::Range && frame.end_bound == WindowFrameBound::CurrentRow;
    is_all(&frame.start_bound) && (is_all(&frame.end_bound) || is_default)
}

#[derive(Debug)]
struct Evaluator<F: WindowOfNumbers> {
    settings: F::Settings,
}

impl<F: WindowOfNumbers> PartitionEvaluator for Evaluator<F> {
    fn evaluate_all(&mut self, values: &[ArrayRef], _: usize) -> Result<ArrayRef> {
        let numbers = values[0].as_primitive::<Float64Type>().iter();
        let rows: Vec<Option<f64>> = numbers
            .map(|number| number.filter(|number| number.is_finite()))
            .collect();
        Ok(F::evaluate(&self.settings, &rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_partitions_are_taken() {
        assert!(is_whole(&WindowFrame::new(None)));
        assert!(is_whole(&WindowFrame::new(Some(false))));
        let unbounded = || ScalarValue::UInt64(None);
        let frame = |units, from, to| WindowFrame::new_bounds(units, from, to);
        let all = frame(
            WindowFrameUnits::Rows,
            WindowFrameBound::Preceding(unbounded()),
            WindowFrameBound::Following(unbounded()),
        );
        assert!(is_whole(&all));
        let growing = frame(
            WindowFrameUnits::Rows,
            WindowFrameBound::Preceding(unbounded()),
            WindowFrameBound::CurrentRow,
        );
        let moving = frame(
            WindowFrameUnits::Rows,
            WindowFrameBound::Preceding(ScalarValue::UInt64(Some(3))),
            WindowFrameBound::CurrentRow,
        );
        assert!(!is_whole(&growing) && !is_whole(&moving));
    }
}
