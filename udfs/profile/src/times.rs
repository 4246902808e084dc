//! Times: the types in which they are read, how long their ticks are, and the local time of a zone.

use std::str::FromStr;
use std::sync::Arc;

use arrow::array::timezone::Tz;
use arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use arrow::compute::cast;
use arrow::datatypes::{
    DataType, Int64Type, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType,
};
use chrono::{DateTime, Offset, TimeZone};
use datafusion_common::{Result, plan_err};

/// The seconds of a day.
pub(crate) const DAY: i64 = 86_400;

/// The type in which times are read: timestamps as they are, dates as their midnight.
///
/// # Errors
/// A planning error for anything else.
pub(crate) fn time_type(function: &str, argument: &str, got: &DataType) -> Result<DataType> {
    match got {
        DataType::Timestamp(..) => Ok(got.clone()),
        DataType::Date32 | DataType::Null => Ok(DataType::Timestamp(TimeUnit::Second, None)),
        DataType::Date64 => Ok(DataType::Timestamp(TimeUnit::Millisecond, None)),
        DataType::Dictionary(_, value) => time_type(function, argument, value),
        other => plan_err!(
            "{function} reads timestamps and dates, but `{argument}` is {other}; convert it first: cast(.. as timestamp)"
        ),
    }
}

/// The ticks of a second.
pub(crate) fn ticks(of: &DataType) -> i64 {
    match of {
        DataType::Timestamp(TimeUnit::Millisecond, _) => 1_000,
        DataType::Timestamp(TimeUnit::Microsecond, _) => 1_000_000,
        DataType::Timestamp(TimeUnit::Nanosecond, _) => 1_000_000_000,
        _ => 1,
    }
}

/// Timestamps as their ticks.
pub(crate) fn as_ticks(times: &ArrayRef) -> Result<Int64Array> {
    Ok(match times.data_type() {
        DataType::Timestamp(TimeUnit::Second, _) => times.as_primitive::<TimestampSecondType>().reinterpret_cast(),
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            times.as_primitive::<TimestampMillisecondType>().reinterpret_cast()
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            times.as_primitive::<TimestampMicrosecondType>().reinterpret_cast()
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            times.as_primitive::<TimestampNanosecondType>().reinterpret_cast()
        }
        _ => cast(times, &DataType::Int64)?.as_primitive::<Int64Type>().clone(),
    })
}

/// Ticks as timestamps of a type.
pub(crate) fn of_ticks(ticks: Int64Array, to: &DataType) -> Result<ArrayRef> {
    Ok(cast(&(Arc::new(ticks) as ArrayRef), to)?)
}

/// How many offsets are remembered.
const REMEMBERED: usize = 1 << 12;

/// Since this second (1973), zones change their offset at full quarters of an hour.
const QUARTERS_SINCE: i64 = 94_694_400;

/// The local time of a zone.
pub(crate) enum Zone {
    /// As it is written: UTC, or no zone.
    Same,
    /// Always as many seconds ahead.
    Fixed(i64),
    /// A zone with rules, and the offsets of quarters of an hour that were asked for last.
    Rules(Tz, Vec<(i64, i64)>),
}

impl Zone {
    /// The zone of a timestamp type.
    ///
    /// # Errors
    /// For a name that is no zone.
    pub(crate) fn of(times: &DataType) -> Result<Self> {
        let DataType::Timestamp(_, Some(name)) = times else {
            return Ok(Self::Same);
        };
        match name.as_ref() {
            "UTC" | "Z" | "+00:00" => return Ok(Self::Same),
            _ => {}
        }
        let zone = Tz::from_str(name)?;
        if name.starts_with(['+', '-']) {
            return Ok(Self::Fixed(offset(&zone, 0)));
        }
        Ok(Self::Rules(zone, vec![(i64::MIN, 0); REMEMBERED]))
    }

    /// Local seconds for seconds since 1970 in UTC.
    pub(crate) fn local(&mut self, seconds: i64) -> i64 {
        match self {
            Self::Same => seconds,
            Self::Fixed(ahead) => seconds.saturating_add(*ahead),
            Self::Rules(zone, _) if seconds < QUARTERS_SINCE => seconds.saturating_add(offset(zone, seconds)),
            Self::Rules(zone, remembered) => {
                let quarter = seconds.div_euclid(900);
                let (known, ahead) = &mut remembered[quarter as usize % REMEMBERED];
                if *known != quarter {
                    *known = quarter;
                    *ahead = offset(zone, quarter * 900);
                }
                seconds.saturating_add(*ahead)
            }
        }
    }
}

/// How many seconds a zone is ahead of UTC; 0 for times that no calendar has.
fn offset(zone: &Tz, seconds: i64) -> i64 {
    let at = DateTime::from_timestamp(seconds, 0);
    at.map_or(0, |at| {
        i64::from(zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_have_their_summer() {
        let of = |name: &str| Zone::of(&DataType::Timestamp(TimeUnit::Second, Some(name.into())));
        let mut berlin = of("Europe/Berlin").expect("a zone");
        // 2026-03-29 01:00 UTC is when the summer starts.
        let start = 1_774_746_000;
        assert_eq!(berlin.local(start - 1), start - 1 + 3_600);
        assert_eq!(berlin.local(start), start + 7_200);
        assert_eq!(berlin.local(start - 1), start - 1 + 3_600);
        assert_eq!(of("+08:00").expect("a zone").local(0), 28_800);
        assert_eq!(of("Asia/Shanghai").expect("a zone").local(start), start + 28_800);
        assert!(of("Mars/Olympus").is_err());
    }
}
