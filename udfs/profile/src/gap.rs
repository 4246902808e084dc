//! The option `gap`: how long a pause ends a session.

use arrow::datatypes::{IntervalDayTimeType, IntervalMonthDayNanoType};
use datafusion_common::{Result, ScalarValue, plan_err};
use tronie_udf_kit::Parameters;

use crate::constants::Constants;
use crate::times::DAY;

/// The name of the option.
pub(crate) const GAP: &str = "gap";

/// What its documentation says.
pub(crate) const GAP_DOCUMENTATION: &str = "A session ends where the next event comes later than this after the one before: \
     a constant interval above 0 of days or less. Default: INTERVAL '30 minutes'.";

const SECOND: i128 = 1_000_000_000;

/// The gap of a call in ticks of the times, a second being so many; rounded down, which makes no difference to "more than".
///
/// # Errors
/// A planning error for anything but a positive interval.
pub(crate) fn gap(parameters: &Parameters, constants: &Constants, ticks: i64) -> Result<i64> {
    let function = parameters.function;
    let place = parameters.position(GAP);
    if constants.is_column(place) {
        return plan_err!("{function}: `{GAP} =>` must be a constant, the same for all rows");
    }
    let given = match constants.get(place) {
        Some(given) if !given.is_null() => given,
        _ => return Ok((1_800 * ticks).max(1)),
    };
    let nanoseconds = match given {
        ScalarValue::IntervalMonthDayNano(Some(gap)) => {
            let (months, days, nanoseconds) = IntervalMonthDayNanoType::to_parts(*gap);
            (months == 0).then(|| i128::from(days) * i128::from(DAY) * SECOND + i128::from(nanoseconds))
        }
        ScalarValue::IntervalDayTime(Some(gap)) => {
            let (days, milliseconds) = IntervalDayTimeType::to_parts(*gap);
            Some(i128::from(days) * i128::from(DAY) * SECOND + i128::from(milliseconds) * SECOND / 1_000)
        }
        ScalarValue::IntervalYearMonth(Some(_)) => None,
        ScalarValue::DurationSecond(Some(gap)) => Some(i128::from(*gap) * SECOND),
        ScalarValue::DurationMillisecond(Some(gap)) => Some(i128::from(*gap) * SECOND / 1_000),
        ScalarValue::DurationMicrosecond(Some(gap)) => Some(i128::from(*gap) * SECOND / 1_000_000),
        ScalarValue::DurationNanosecond(Some(gap)) => Some(i128::from(*gap)),
        other => {
            return plan_err!("{function}: `{GAP} =>` must be an interval, such as INTERVAL '30 minutes', got {other}");
        }
    };
    match nanoseconds {
        Some(gap) if gap > 0 => Ok(i64::try_from(gap * i128::from(ticks) / SECOND).unwrap_or(i64::MAX)),
        Some(_) => {
            plan_err!("{function}: `{GAP} =>` must be longer than nothing, such as INTERVAL '30 minutes', got {given}")
        }
        None => {
            plan_err!("{function}: months have no fixed length, so `{GAP} =>` must be in days or less, got {given}")
        }
    }
}
