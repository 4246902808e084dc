//! The constants among the arguments of a call, and what no call may ask for.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema};
use datafusion_common::{Result, ScalarValue, plan_err};
use datafusion_expr::expr::WindowFunction;
use datafusion_expr::function::{PartitionEvaluatorArgs, WindowFunctionSimplification};
use datafusion_expr::{ColumnarValue, Expr, ReturnFieldArgs};
use datafusion_expr::{WindowFrame, WindowFrameBound, WindowFrameUnits};
use tronie_udf_kit::{Options, Parameters};

/// The arguments of a call, one entry each: its value if it is a constant.
#[derive(Debug)]
pub(crate) struct Constants(Vec<Option<ScalarValue>>);

impl Constants {
    /// Those of a call that is being planned.
    pub(crate) fn of_call(args: &[Expr]) -> Self {
        let constant = |arg: &Expr| match arg {
            Expr::Literal(value, _) => Some(value.clone()),
            _ => None,
        };
        Self(args.iter().map(constant).collect())
    }

    /// Those of an aggregate that is about to be computed.
    pub(crate) fn of_aggregate(args: &datafusion_expr::function::AccumulatorArgs<'_>) -> Self {
        let no_rows = RecordBatch::new_empty(Arc::new(Schema::empty()));
        let constant = args.exprs.iter().map(|expr| match expr.evaluate(&no_rows) {
            Ok(ColumnarValue::Scalar(value)) => Some(value),
            _ => None,
        });
        Self(constant.collect())
    }

    /// Those of a window that is about to be computed.
    pub(crate) fn of_window(args: &PartitionEvaluatorArgs<'_>) -> Self {
        let no_rows = RecordBatch::new_empty(Arc::new(Schema::empty()));
        let constant = args.input_exprs().iter().map(|expr| match expr.evaluate(&no_rows) {
            Ok(ColumnarValue::Scalar(value)) => Some(value),
            _ => None,
        });
        Self(constant.collect())
    }

    /// The value of an argument, counted from 0; `None` if it is left out, or no constant.
    pub(crate) fn get(&self, place: usize) -> Option<&ScalarValue> {
        self.0.get(place).and_then(Option::as_ref)
    }

    /// Whether an argument is given that depends on the row.
    pub(crate) fn is_column(&self, place: usize) -> bool {
        matches!(self.0.get(place), Some(None))
    }

    /// Reads the options of the function.
    ///
    /// # Errors
    /// What `read` returns.
    pub(crate) fn options<T>(
        &self,
        parameters: &Parameters,
        read: impl FnOnce(&Options<'_>) -> Result<T>,
    ) -> Result<T> {
        let constants: Vec<Option<&ScalarValue>> = self.0.iter().map(Option::as_ref).collect();
        let args = ReturnFieldArgs {
            arg_fields: &[],
            scalar_arguments: &constants,
        };
        read(&Options::planned(parameters, &args))
    }
}

/// The types in which options after the required arguments are read: texts as Utf8, everything else as it is.
pub(crate) fn option_types(parameters: &Parameters, types: &[DataType]) -> impl Iterator<Item = DataType> {
    types.iter().skip(parameters.required.len()).map(|given| match given {
        DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..) => DataType::Utf8,
        other => other.clone(),
    })
}

/// A simplification of a window that changes nothing: it is where the planner shows the call, so that `check` refuses one
/// before any row is read. `FILTER`, `DISTINCT` and frames, which would be passed over in silence, are refused as well.
pub(crate) fn checking_window(
    parameters: Parameters,
    check: impl Fn(&WindowFunction) -> Result<()> + 'static,
) -> Option<WindowFunctionSimplification> {
    Some(Box::new(move |call: WindowFunction, _| {
        let function = parameters.function;
        if call.params.distinct || call.params.filter.is_some() {
            return plan_err!("{function} takes neither DISTINCT nor FILTER; leave rows out with a WHERE");
        }
        let frame = &call.params.window_frame;
        if !is_whole(frame) {
            return plan_err!("{function} looks at the whole partition, got the frame {frame}; leave the frame out");
        }
        check(&call)?;
        Ok(Expr::from(call))
    }))
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
