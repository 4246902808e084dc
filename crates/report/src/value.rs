//! What is in a cell, whatever Arrow type it had.

use arrow::array::{
    Array, ArrayRef, AsArray, FixedSizeBinaryArray, GenericListArray, GenericListViewArray, OffsetSizeTrait,
    StringArray, StructArray,
};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{
    DataType, Date32Type, Date64Type, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt64Type,
};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, DurationFormat, FormatOptions};

/// How deep lists and structs may be nested.
const DEPTH: usize = 12;

/// How many bytes of a binary value are shown.
const BYTES: usize = 16;

/// A value of a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    /// A text, or what is shown as one: times of day, intervals, bytes.
    Text(String),
    /// A time or day: milliseconds of the wall clock since 1970.
    Time(i64),
    List(Vec<Value>),
    /// A struct, or the entries of a map.
    Struct(Vec<(String, Value)>),
}

impl Value {
    /// A number, for a chart: none where there is none or it is not finite.
    pub fn number(&self) -> Option<f64> {
        match self {
            // A chart's pixels are coarser than the digits that go.
            Self::Int(n) => Some(*n as f64),
            Self::Float(x) if x.is_finite() => Some(*x),
            _ => None,
        }
    }

    /// What it is where it is a word with a weight: the first text and the first number of a struct.
    pub fn weighted(&self) -> Option<(&str, f64)> {
        let Self::Struct(fields) = self else { return None };
        let word = fields.iter().find_map(|(_, value)| match value {
            Self::Text(text) => Some(text.as_str()),
            _ => None,
        })?;
        let weight = fields.iter().find_map(|(_, value)| value.number())?;
        Some((word, weight))
    }
}

/// The type of the values, where a column says it by a dictionary or by runs.
pub fn plain(mut of: &DataType) -> &DataType {
    loop {
        of = match of {
            DataType::Dictionary(_, value) => value,
            DataType::RunEndEncoded(_, value) => value.data_type(),
            _ => return of,
        }
    }
}

/// Reads each value of an array.
///
/// # Errors
/// Types and values that cannot be shown: nested too deep, times outside of the calendar, unknown time zones.
pub fn read(array: &dyn Array) -> Result<Vec<Value>, String> {
    nested(array, 0)
}

fn nested(array: &dyn Array, depth: usize) -> Result<Vec<Value>, String> {
    if depth > DEPTH {
        return Err(format!("lists and structs are nested deeper than {DEPTH} levels"));
    }
    let kind = array.data_type();
    match kind {
        DataType::Null => Ok(vec![Value::Null; array.len()]),
        DataType::Boolean => Ok(array.as_boolean().iter().map(|v| or_null(v, Value::Bool)).collect()),
        DataType::UInt64 => {
            let values = array.as_primitive::<UInt64Type>();
            Ok(values.iter().map(|v| or_null(v, |n| Value::Int(n.into()))).collect())
        }
        kind if kind.is_integer() => {
            let array = to(array, &DataType::Int64)?;
            let values = array.as_primitive::<Int64Type>();
            Ok(values.iter().map(|v| or_null(v, |n| Value::Int(n.into()))).collect())
        }
        kind if kind.is_floating() || kind.is_decimal() => {
            let array = to(array, &DataType::Float64)?;
            let values = array.as_primitive::<Float64Type>();
            Ok(values.iter().map(|v| or_null(v, Value::Float)).collect())
        }
        DataType::Utf8 => Ok(texts(array.as_string::<i32>().iter())),
        DataType::LargeUtf8 => Ok(texts(array.as_string::<i64>().iter())),
        DataType::Utf8View => Ok(texts(array.as_string_view().iter())),
        DataType::Binary => Ok(bytes(array.as_binary::<i32>().iter())),
        DataType::LargeBinary => Ok(bytes(array.as_binary::<i64>().iter())),
        DataType::BinaryView => Ok(bytes(array.as_binary_view().iter())),
        DataType::FixedSizeBinary(_) => match array.as_any().downcast_ref::<FixedSizeBinaryArray>() {
            Some(array) => Ok(bytes(array.iter())),
            None => written(array),
        },
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => times(array),
        DataType::Dictionary(_, value) => nested(&to(array, value)?, depth),
        DataType::RunEndEncoded(_, value) => nested(&to(array, value.data_type())?, depth),
        DataType::List(_) => lists(array.as_list::<i32>(), depth),
        DataType::LargeList(_) => lists(array.as_list::<i64>(), depth),
        DataType::ListView(_) => views(array.as_list_view::<i32>(), depth),
        DataType::LargeListView(_) => views(array.as_list_view::<i64>(), depth),
        DataType::FixedSizeList(..) => {
            let list = array.as_fixed_size_list();
            each(array, |row| Ok(Value::List(nested(&list.value(row), depth + 1)?)))
        }
        DataType::Struct(_) => structs(array.as_struct(), depth),
        DataType::Map(..) => {
            let map = array.as_map();
            each(array, |row| entries(&map.value(row), depth + 1))
        }
        // Times of day, durations, intervals, unions.
        _ => written(array),
    }
}

fn or_null<T>(value: Option<T>, make: impl FnOnce(T) -> Value) -> Value {
    value.map_or(Value::Null, make)
}

fn each(array: &dyn Array, value: impl Fn(usize) -> Result<Value, String>) -> Result<Vec<Value>, String> {
    (0..array.len())
        .map(|row| match array.is_null(row) {
            true => Ok(Value::Null),
            false => value(row),
        })
        .collect()
}

fn lists<O: OffsetSizeTrait>(list: &GenericListArray<O>, depth: usize) -> Result<Vec<Value>, String> {
    each(list, |row| Ok(Value::List(nested(&list.value(row), depth + 1)?)))
}

fn views<O: OffsetSizeTrait>(list: &GenericListViewArray<O>, depth: usize) -> Result<Vec<Value>, String> {
    each(list, |row| Ok(Value::List(nested(&list.value(row), depth + 1)?)))
}

fn structs(array: &StructArray, depth: usize) -> Result<Vec<Value>, String> {
    let mut columns = Vec::with_capacity(array.num_columns());
    for column in array.columns() {
        columns.push(nested(column, depth + 1)?.into_iter());
    }
    let names = array.column_names();
    let rows = (0..array.len()).map(|row| {
        let fields: Vec<(String, Value)> = names
            .iter()
            .zip(&mut columns)
            .map(|(name, values)| ((*name).to_owned(), values.next().unwrap_or(Value::Null)))
            .collect();
        match array.is_null(row) {
            true => Value::Null,
            false => Value::Struct(fields),
        }
    });
    Ok(rows.collect())
}

/// The entries of a map, as a struct has its fields.
fn entries(entries: &StructArray, depth: usize) -> Result<Value, String> {
    let [keys, values] = entries.columns() else {
        return Err(format!(
            "a map has {} columns, expected keys and values",
            entries.num_columns()
        ));
    };
    let keys = nested(keys, depth)?.into_iter().map(|key| crate::style::text(&key));
    Ok(Value::Struct(keys.zip(nested(values, depth)?).collect()))
}

fn texts<'a>(values: impl Iterator<Item = Option<&'a str>>) -> Vec<Value> {
    values
        .map(|v| or_null(v, |text| Value::Text(text.to_owned())))
        .collect()
}

fn bytes<'a>(values: impl Iterator<Item = Option<&'a [u8]>>) -> Vec<Value> {
    let hex = |bytes: &[u8]| {
        let mut text: String = bytes.iter().take(BYTES).map(|byte| format!("{byte:02x}")).collect();
        if bytes.len() > BYTES {
            text.push('…');
        }
        Value::Text(text)
    };
    values.map(|v| or_null(v, hex)).collect()
}

/// Times and days as milliseconds of the wall clock.
fn times(array: &dyn Array) -> Result<Vec<Value>, String> {
    let scaled = |value: i64, by: i64| {
        let scaled = value.checked_mul(by).map(Value::Time);
        scaled.ok_or_else(|| format!("the time {value} is outside of the calendar"))
    };
    let wall;
    let array = match array.data_type() {
        DataType::Timestamp(_, Some(zone)) => {
            wall = on_the_wall(array, zone)?;
            wall.as_ref()
        }
        _ => array,
    };
    macro_rules! of {
        ($kind:ty, $millis:expr) => {
            array
                .as_primitive::<$kind>()
                .iter()
                .map(|value| value.map_or(Ok(Value::Null), $millis))
                .collect()
        };
    }
    match array.data_type() {
        DataType::Date32 => of!(Date32Type, |days| scaled(days.into(), 86_400_000)),
        DataType::Date64 => of!(Date64Type, |ms| Ok(Value::Time(ms))),
        DataType::Timestamp(TimeUnit::Second, _) => of!(TimestampSecondType, |s| scaled(s, 1000)),
        DataType::Timestamp(TimeUnit::Millisecond, _) => of!(TimestampMillisecondType, |ms| Ok(Value::Time(ms))),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            of!(TimestampMicrosecondType, |us| Ok(Value::Time(us.div_euclid(1000))))
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            of!(TimestampNanosecondType, |ns| Ok(Value::Time(ns.div_euclid(1_000_000))))
        }
        other => Err(format!("{other} is no time")),
    }
}

/// Instants as the wall clock of their time zone shows them.
fn on_the_wall(array: &dyn Array, zone: &str) -> Result<ArrayRef, String> {
    let options = FormatOptions::new()
        .with_display_error(false)
        .with_timestamp_tz_format(Some("%Y-%m-%dT%H:%M:%S%.3f"));
    let unknown =
        |e: ArrowError| format!("times of zone `{zone}` cannot be shown ({e}); cast them to a timestamp without one");
    let formatter = ArrayFormatter::try_new(array, &options).map_err(unknown)?;
    let texts = (0..array.len()).map(|row| match array.is_null(row) {
        true => Ok(None),
        false => formatter.value(row).try_to_string().map(Some),
    });
    let texts: StringArray = texts.collect::<Result<_, _>>().map_err(unknown)?;
    to(&texts, &DataType::Timestamp(TimeUnit::Millisecond, None))
}

fn written(array: &dyn Array) -> Result<Vec<Value>, String> {
    let options = FormatOptions::new()
        .with_display_error(false)
        .with_duration_format(DurationFormat::Pretty);
    let refuse = |e: ArrowError| {
        let kind = array.data_type();
        format!("values of type {kind} cannot be shown ({e}); cast them to text")
    };
    let formatter = ArrayFormatter::try_new(array, &options).map_err(refuse)?;
    each(array, |row| {
        formatter.value(row).try_to_string().map(Value::Text).map_err(refuse)
    })
}

fn to(array: &dyn Array, kind: &DataType) -> Result<ArrayRef, String> {
    let options = CastOptions {
        // What does not fit is an error, not a NULL that nobody notices.
        safe: false,
        ..CastOptions::default()
    };
    cast_with_options(array, kind, &options)
        .map_err(|e| format!("values of type {} cannot be shown ({e})", array.data_type()))
}

#[cfg(test)]
mod tests;
