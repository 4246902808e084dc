//! Reading labels: texts, whole numbers and booleans.

use std::collections::HashMap;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Float64Type, Int64Type, UInt64Type};
use datafusion_common::{Result, exec_err, plan_err};
use tronie_learn::labels::Labels;
use tronie_udf_kit::text_rows;

/// The code of a row without a label.
pub(crate) const NONE: u32 = u32::MAX;

/// The type in which labels of type `got` are read: texts as they are, whole numbers as Int64 or UInt64, booleans as they
/// are. Other numbers are Float64: [`LabelReader`] takes those that are whole, since data frames with missing values turn
/// 0 and 1 into 0.0 and 1.0.
///
/// # Errors
/// A planning error for anything else.
pub(crate) fn label_type(function: &str, argument: &str, got: &DataType) -> Result<DataType> {
    match got {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Boolean | DataType::UInt64 => {
            Ok(got.clone())
        }
        DataType::Dictionary(_, value) => match label_type(function, argument, value)? {
            text @ (DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View) if text == **value => Ok(got.clone()),
            other => Ok(other),
        },
        DataType::Null => Ok(DataType::Utf8),
        whole if whole.is_integer() => Ok(DataType::Int64),
        number if number.is_numeric() => Ok(DataType::Float64),
        other => plan_err!(
            "{function} reads labels: texts, whole numbers or booleans, but `{argument}` is {other}; convert it first: \
             cast(.. as varchar)"
        ),
    }
}

/// The types in which two columns of labels are compared: as [`label_type`], but a boolean beside numbers is 0 or 1.
///
/// # Errors
/// As [`label_type`].
pub(crate) fn label_types(function: &str, arguments: [&str; 2], got: [&DataType; 2]) -> Result<[DataType; 2]> {
    let one = label_type(function, arguments[0], got[0])?;
    let two = label_type(function, arguments[1], got[1])?;
    Ok(match (&one, &two) {
        (DataType::Boolean, number) if number.is_numeric() => [DataType::Int64, two],
        (number, DataType::Boolean) if number.is_numeric() => [one, DataType::Int64],
        _ => [one, two],
    })
}

/// Turns columns of labels into codes of a dictionary. A number is the label that is its digits, a boolean `true` or
/// `false`.
#[derive(Debug)]
pub(crate) struct LabelReader {
    /// Whose columns they are, for messages.
    function: &'static str,
    /// The codes of numbers that were seen, so that they are not written as text for each row.
    numbers: HashMap<i64, u32>,
    /// The codes of 0 and 1, and of false and true: the labels of most models.
    small: [Option<u32>; 2],
    booleans: [Option<u32>; 2],
}

impl LabelReader {
    /// A reader for a function's columns.
    pub(crate) fn new(function: &'static str) -> Self {
        Self {
            function,
            numbers: HashMap::new(),
            small: [None; 2],
            booleans: [None; 2],
        }
    }

    /// The codes in `labels` of a column of one of the types of [`label_type`], one a row; [`NONE`] where it is NULL, or a
    /// number that is not finite. A reader belongs to one dictionary.
    ///
    /// # Errors
    /// For a number that is not whole.
    pub(crate) fn codes(&mut self, labels: &mut Labels, column: &dyn Array) -> Result<Vec<u32>> {
        match column.data_type() {
            DataType::Int64 => {
                let column = column.as_primitive::<Int64Type>();
                if column.null_count() == 0 {
                    return Ok(column.values().iter().map(|&n| self.number(labels, n)).collect());
                }
                Ok(column
                    .iter()
                    .map(|n| n.map_or(NONE, |n| self.number(labels, n)))
                    .collect())
            }
            DataType::UInt64 => {
                let code = |n: Option<u64>| match n.map(|n| (n, i64::try_from(n))) {
                    None => NONE,
                    Some((_, Ok(n))) => self.number(labels, n),
                    Some((n, Err(_))) => labels.code(&n.to_string()),
                };
                Ok(column.as_primitive::<UInt64Type>().iter().map(code).collect())
            }
            DataType::Float64 => {
                let code = |n: Option<f64>| match n.filter(|n| n.is_finite()) {
                    None => Ok(NONE),
                    Some(n) => Ok(self.number(labels, whole(self.function, n)?)),
                };
                column.as_primitive::<Float64Type>().iter().map(code).collect()
            }
            DataType::Boolean => {
                let code = |value: Option<bool>| value.map_or(NONE, |value| self.boolean(labels, value));
                Ok(column.as_boolean().iter().map(code).collect())
            }
            DataType::Dictionary(_, _) => {
                let dictionary = column.as_any_dictionary();
                // Values that no row has are no labels.
                let mut codes = vec![None; dictionary.values().len()];
                let values = text_rows(dictionary.values().as_ref())?;
                if values.is_empty() {
                    return Ok(vec![NONE; column.len()]);
                }
                let keys = dictionary.normalized_keys().into_iter().enumerate();
                let code = |(row, key): (usize, usize)| {
                    if dictionary.keys().is_null(row) {
                        return NONE;
                    }
                    *codes[key].get_or_insert_with(|| values[key].map_or(NONE, |text| labels.code(text)))
                };
                Ok(keys.map(code).collect())
            }
            _ => {
                let code = |text: Option<&str>| text.map_or(NONE, |text| labels.code(text));
                Ok(text_rows(column)?.into_iter().map(code).collect())
            }
        }
    }

    fn number(&mut self, labels: &mut Labels, number: i64) -> u32 {
        if let Some(slot) = usize::try_from(number).ok().and_then(|place| self.small.get_mut(place)) {
            return *slot.get_or_insert_with(|| labels.code(if number == 0 { "0" } else { "1" }));
        }
        *self
            .numbers
            .entry(number)
            .or_insert_with(|| labels.code(&number.to_string()))
    }

    fn boolean(&mut self, labels: &mut Labels, value: bool) -> u32 {
        *self.booleans[usize::from(value)].get_or_insert_with(|| labels.code(if value { "true" } else { "false" }))
    }

    /// The memory that is held, in bytes.
    pub(crate) fn size(&self) -> usize {
        self.numbers.capacity() * (size_of::<(i64, u32)>() + 1)
    }
}

/// The whole number that a label of floating point is.
///
/// # Errors
/// When it is none: then it is a score, and no label.
pub(crate) fn whole(function: &str, number: f64) -> Result<i64> {
    // 2^53: above it, neighbouring whole numbers are one.
    if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 {
        return Ok(number as i64);
    }
    exec_err!(
        "{function}: {number} is no label; make labels of scores first, such as score >= 0.5, or texts: cast(.. as varchar)"
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, StringArray, UInt64Array};
    use arrow::compute::cast;

    use super::*;

    fn codes(columns: &[ArrayRef]) -> Vec<String> {
        let (mut labels, mut reader) = (Labels::default(), LabelReader::new("f"));
        let mut read = Vec::new();
        for column in columns {
            for code in reader.codes(&mut labels, column).expect("codes") {
                read.push(labels.text(code).unwrap_or("-").to_owned());
            }
        }
        read
    }

    #[test]
    fn labels_of_any_type_are_texts() {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from(vec![Some(1), None, Some(-7), Some(0)])),
            Arc::new(UInt64Array::from(vec![1, u64::MAX])),
            Arc::new(Float64Array::from(vec![Some(1.0), Some(f64::NAN), None])),
            Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)])),
            Arc::new(StringArray::from(vec![Some("1"), None, Some("true")])),
        ];
        let texts = [
            "1",
            "-",
            "-7",
            "0",
            "1",
            "18446744073709551615",
            "1",
            "-",
            "-",
            "true",
            "-",
            "false",
            "1",
            "-",
            "true",
        ];
        assert_eq!(codes(&columns), texts);
    }

    #[test]
    fn the_layout_of_a_text_column_makes_no_difference() {
        let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("b"), None, Some("a"), Some("b"), Some("")]));
        let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        for layout in [DataType::LargeUtf8, DataType::Utf8View, dictionary] {
            assert_eq!(
                codes(&[cast(&texts, &layout).expect("castable")]),
                codes(&[Arc::clone(&texts)])
            );
        }
    }

    #[test]
    fn scores_are_no_labels() {
        let scores = Float64Array::from(vec![0.37]);
        let message = LabelReader::new("f").codes(&mut Labels::default(), &scores);
        assert!(message.is_err_and(|e| e.to_string().contains("0.37 is no label")));
        assert!(label_type("f", "a", &DataType::Date32).is_err());
    }
}
