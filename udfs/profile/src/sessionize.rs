//! `sessionize(ts [, gap]) OVER (PARTITION BY .. ORDER BY ts)`: the sessions of a customer, numbered.

use std::sync::{Arc, LazyLock};

use arrow::array::{Array, ArrayRef, Int64Array};
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion_common::{Result, plan_err};
use datafusion_expr::expr::WindowFunction;
use datafusion_expr::function::{PartitionEvaluatorArgs, WindowFunctionSimplification, WindowUDFFieldArgs};
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::{Documentation, Expr, PartitionEvaluator, Signature, WindowUDFImpl};
use tronie_udf_kit::{Function, Parameters, UdfEnv};

use crate::constants::{Constants, checking_window, option_types};
use crate::gap::{GAP, GAP_DOCUMENTATION, gap};
use crate::times::{as_ticks, ticks, time_type};

const PARAMETERS: Parameters = Parameters {
    function: "sessionize",
    required: &["ts"],
    options: &[GAP],
};

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::window(Sessionize {
        signature: PARAMETERS.signature(),
    })
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "A window: the number of the session that an event belongs to, BIGINT from 1 within the partition. A session is a run \
         of events with no pause longer than `gap`. The window has to be ordered by the same time, ascending; a frame, which \
         would leave events out, is refused. NULL for a NULL time. Where only figures about sessions are wanted, \
         `session_stats` is several times faster: it needs no order.",
        "sessionize(ts [, gap => interval '30 minutes']) OVER ([PARTITION BY ..] ORDER BY ts)",
    )
    .with_argument("ts", "When the event was: a timestamp of any unit, with or without a time zone, or a date.")
    .with_argument(GAP, GAP_DOCUMENTATION)
    .with_sql_example(
        "```sql
select customer, ts, sessionize(ts) over (partition by customer order by ts) as session
from (values ('ann', timestamp '2026-11-01 09:00:00'), ('ann', timestamp '2026-11-01 09:30:00'),
             ('ann', timestamp '2026-11-01 10:00:01'), ('bob', timestamp '2026-11-01 09:10:00')) as t(customer, ts)
order by customer, ts;
```
```text
+----------+---------------------+---------+
| customer | ts                  | session |
+----------+---------------------+---------+
| ann      | 2026-11-01T09:00:00 | 1       |
| ann      | 2026-11-01T09:30:00 | 1       |
| ann      | 2026-11-01T10:00:01 | 2       |
| bob      | 2026-11-01T09:10:00 | 1       |
+----------+---------------------+---------+
```",
    )
    .with_related_udf("session_stats")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct Sessionize {
    signature: Signature,
}

/// What is behind conversions of type.
fn plain(expr: &Expr) -> &Expr {
    match expr {
        Expr::Cast(cast) => plain(&cast.expr),
        Expr::Alias(alias) => plain(&alias.expr),
        other => other,
    }
}

fn check(call: &WindowFunction) -> Result<()> {
    let params = &call.params;
    let (Some(order), Some(time)) = (params.order_by.first(), params.args.first()) else {
        return plan_err!(
            "sessionize needs events in the order of time; write over (partition by .. order by ts), or use session_stats"
        );
    };
    if plain(&order.expr) != plain(time) || !order.asc {
        return plan_err!(
            "sessionize needs events in the order of their time, ascending, but the window's order is by {order}; write order \
             by {time}"
        );
    }
    gap(&PARAMETERS, &Constants::of_call(&params.args), 1).map(|_| ())
}

impl WindowUDFImpl for Sessionize {
    fn name(&self) -> &str {
        PARAMETERS.function
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        PARAMETERS.check_count(types.len())?;
        let mut read = vec![time_type(PARAMETERS.function, "ts", &types[0])?];
        read.extend(option_types(&PARAMETERS, types));
        Ok(read)
    }

    fn field(&self, args: WindowUDFFieldArgs) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(args.name(), DataType::Int64, true)))
    }

    fn simplify(&self) -> Option<WindowFunctionSimplification> {
        checking_window(PARAMETERS, check)
    }

    fn partition_evaluator(&self, args: PartitionEvaluatorArgs) -> Result<Box<dyn PartitionEvaluator>> {
        let ticks = args.input_fields().first().map_or(1, |field| ticks(field.data_type()));
        Ok(Box::new(Numbers {
            gap: gap(&PARAMETERS, &Constants::of_window(&args), ticks)?,
        }))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}

#[derive(Debug)]
struct Numbers {
    /// In ticks.
    gap: i64,
}

impl PartitionEvaluator for Numbers {
    fn evaluate_all(&mut self, values: &[ArrayRef], _: usize) -> Result<ArrayRef> {
        let times = as_ticks(&values[0])?;
        let (mut session, mut last) = (0_i64, None);
        let mut number = |time: i64| {
            if last.is_none_or(|last: i64| time.saturating_sub(last) > self.gap) {
                session += 1;
            }
            last = Some(time);
            session
        };
        let numbers: Int64Array = match times.null_count() {
            0 => times
                .values()
                .iter()
                .map(|&time| number(time))
                .collect::<Vec<i64>>()
                .into(),
            _ => times.iter().map(|time| time.map(&mut number)).collect(),
        };
        Ok(Arc::new(numbers))
    }
}
