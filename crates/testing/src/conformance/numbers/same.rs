//! Comparing results within a tolerance.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::concat;
use arrow::datatypes::{DataType, Float64Type, UInt64Type};
use datafusion_common::ScalarValue;

/// The field of a result that counts the rows that were left out.
const SKIPPED: &str = "skipped";

/// How many rows a result says were left out; `None` if it does not say.
pub(super) fn skipped(result: &ScalarValue) -> Option<u64> {
    let ScalarValue::Struct(fields) = result else {
        return None;
    };
    let column = fields.column_by_name(SKIPPED)?;
    let column = arrow::compute::cast(column, &DataType::UInt64).ok()?;
    (fields.is_valid(0) && column.is_valid(0)).then(|| column.as_primitive::<UInt64Type>().value(0))
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Same<'a> {
    pub(super) name: &'a str,
    pub(super) tolerance: f64,
}

impl Same<'_> {
    /// Checks that two results are the same, but for the rows that were left out.
    pub(super) fn check(&self, got: &ScalarValue, expected: &ScalarValue, when: &str) {
        let array = |value: &ScalarValue| value.to_array().expect("an array");
        self.check_arrays(&array(got), &array(expected), when, "result");
    }

    /// Checks columns of results, one after the other.
    pub(super) fn check_all(&self, got: &[ArrayRef], expected: &[ScalarValue], when: &str) {
        let got: Vec<&dyn Array> = got.iter().map(AsRef::as_ref).collect();
        let got = concat(&got).expect("of one type");
        assert_eq!(got.len(), expected.len(), "{}: as many results {when}", self.name);
        for (row, expected) in expected.iter().enumerate() {
            let expected = expected.to_array().expect("an array");
            self.check_arrays(&got.slice(row, 1), &expected, &format!("{when}, group {row}"), "result");
        }
    }

    fn check_arrays(&self, got: &ArrayRef, expected: &ArrayRef, when: &str, path: &str) {
        let name = self.name;
        assert_eq!(got.data_type(), expected.data_type(), "{name}: type of {path} {when}");
        assert_eq!(got.len(), expected.len(), "{name}: length of {path} {when}");
        for row in 0..got.len() {
            assert_eq!(
                got.is_null(row),
                expected.is_null(row),
                "{name}: whether {path}[{row}] is NULL {when}: {} against {}",
                shown(got),
                shown(expected)
            );
        }
        match got.data_type() {
            DataType::Struct(fields) => {
                let (got, expected) = (got.as_struct(), expected.as_struct());
                for (place, field) in fields.iter().enumerate().filter(|(_, field)| field.name() != SKIPPED) {
                    if got.is_valid(0) {
                        let path = format!("{path}.{}", field.name());
                        self.check_arrays(got.column(place), expected.column(place), when, &path);
                    }
                }
            }
            DataType::List(_) => {
                for row in (0..got.len()).filter(|row| got.is_valid(*row)) {
                    let item = |lists: &ArrayRef| Arc::clone(&lists.as_list::<i32>().value(row));
                    self.check_arrays(&item(got), &item(expected), when, &format!("{path}[{row}]"));
                }
            }
            DataType::Float64 => {
                let (got, expected) = (
                    got.as_primitive::<Float64Type>(),
                    expected.as_primitive::<Float64Type>(),
                );
                for (row, (got, expected)) in got.iter().zip(expected.iter()).enumerate() {
                    if let (Some(got), Some(expected)) = (got, expected) {
                        let near = (got - expected).abs() <= self.tolerance * (1.0 + got.abs().max(expected.abs()));
                        assert!(
                            near || got == expected || (got.is_nan() && expected.is_nan()),
                            "{name}: {path}[{row}] {when}: {got} against {expected}"
                        );
                    }
                }
            }
            _ => assert_eq!(got, expected, "{name}: {path} {when}"),
        }
    }
}

fn shown(array: &ArrayRef) -> String {
    format!("{array:?}")
}
