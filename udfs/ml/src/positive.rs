//! Which of two labels is the positive one.

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Float64Type, Int64Type, UInt64Type};
use datafusion_common::{Result, exec_datafusion_err};
use tronie_udf_kit::text_rows;

use crate::labels::whole;

/// The option that names the positive label.
pub(crate) const POSITIVE: &str = "positive";

/// What the documentation says of the option.
pub(crate) const POSITIVE_DOCUMENTATION: &str = "The label that counts as positive; all others count as negative. Default: \
     1 or true; labels must then be 1 and 0 (or -1), or true and false.";

/// Whether labels are positive.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Positive {
    /// 1 or true is; 0, -1 or false is not; others are refused.
    Usual,
    /// This label is, all others are not.
    Named(String),
}

impl Positive {
    /// The one that a call names, if it does.
    pub(crate) fn new(named: Option<String>) -> Self {
        named.map_or(Self::Usual, Self::Named)
    }

    /// Whether a label is positive; `None` if that is not known.
    pub(crate) fn of_text(&self, label: &str) -> Option<bool> {
        match self {
            Self::Named(positive) => Some(label == positive),
            Self::Usual => match label {
                "1" => Some(true),
                "0" | "-1" => Some(false),
                _ if label.eq_ignore_ascii_case("true") => Some(true),
                _ if label.eq_ignore_ascii_case("false") => Some(false),
                _ => None,
            },
        }
    }

    /// Whether the rows of a column, of one of the types of [`crate::labels::label_type`], are positive; `None` for NULL and
    /// for numbers that are not finite.
    ///
    /// # Errors
    /// For a label of which it is not known, and for a number that is no label.
    pub(crate) fn rows(&self, function: &str, column: &dyn Array) -> Result<Vec<Option<bool>>> {
        let text = |label: &str| self.of_text(label).ok_or_else(|| unknown(function, label));
        // Numbers are the most frequent labels; they are not written as text for each row.
        let (one, digits) = match self {
            Self::Usual => (Some(1), None),
            Self::Named(positive) => (positive.parse().ok(), Some(positive)),
        };
        let is_usual = *self == Self::Usual;
        let number = |label: i64| {
            if is_usual && !(-1..=1).contains(&label) {
                return Err(unknown(function, &label.to_string()));
            }
            // `positive => '01'` is no number.
            Ok(one == Some(label) && digits.is_none_or(|digits| *digits == label.to_string()))
        };
        match column.data_type() {
            DataType::Int64 => {
                let rows = column.as_primitive::<Int64Type>();
                rows.iter().map(|label| label.map(number).transpose()).collect()
            }
            DataType::UInt64 => {
                let read = |label: u64| i64::try_from(label).map_or_else(|_| text(&label.to_string()), number);
                let rows = column.as_primitive::<UInt64Type>();
                rows.iter().map(|label| label.map(read).transpose()).collect()
            }
            DataType::Float64 => {
                let rows = column.as_primitive::<Float64Type>().iter();
                let finite = rows.map(|label| label.filter(|label| label.is_finite()));
                let read = |label: f64| whole(function, label).and_then(number);
                finite.map(|label| label.map(read).transpose()).collect()
            }
            DataType::Boolean => {
                let is = |labels: [&str; 2]| match self {
                    Self::Usual => labels[0] == "1",
                    Self::Named(positive) => labels.iter().any(|label| positive.eq_ignore_ascii_case(label)),
                };
                let (no, yes) = (is(["0", "false"]), is(["1", "true"]));
                let read = |label: bool| if label { yes } else { no };
                Ok(column.as_boolean().iter().map(|label| label.map(read)).collect())
            }
            _ => {
                let rows = text_rows(column)?;
                rows.into_iter().map(|label| label.map(text).transpose()).collect()
            }
        }
    }
}

fn unknown(function: &str, label: &str) -> datafusion_common::DataFusionError {
    exec_datafusion_err!(
        "{function}: the label '{label}' is neither 1 or true nor 0 or false; name the positive label, such as positive => \
         '{label}'"
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, StringArray, UInt64Array};

    use super::*;

    #[test]
    fn one_and_true_are_positive() {
        let columns: [ArrayRef; 5] = [
            Arc::new(Int64Array::from(vec![Some(1), Some(0), None, Some(-1)])),
            Arc::new(Float64Array::from(vec![
                Some(1.0),
                Some(0.0),
                Some(f64::NAN),
                Some(-1.0),
            ])),
            Arc::new(UInt64Array::from(vec![Some(1), Some(0), None, Some(0)])),
            Arc::new(BooleanArray::from(vec![Some(true), Some(false), None, Some(false)])),
            Arc::new(StringArray::from(vec![Some("True"), Some("0"), None, Some("false")])),
        ];
        for column in columns {
            let rows = Positive::Usual.rows("f", &column).expect("labels");
            assert_eq!(rows, [Some(true), Some(false), None, Some(false)]);
        }
        let others: [ArrayRef; 3] = [
            Arc::new(Int64Array::from(vec![2])),
            Arc::new(UInt64Array::from(vec![u64::MAX])),
            Arc::new(StringArray::from(vec!["yes"])),
        ];
        for column in others {
            assert!(Positive::Usual.rows("f", &column).is_err());
        }
    }

    #[test]
    fn any_label_may_be_positive() {
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![2, 1, 7]));
        let named = |label: &str| Positive::Named(label.to_owned()).rows("f", &numbers).expect("labels");
        assert_eq!(named("2"), [Some(true), Some(false), Some(false)]);
        assert_eq!(named("02"), [Some(false); 3]);
        assert_eq!(named("two"), [Some(false); 3]);
    }
}
