//! Results of the form `STRUCT{label, confidence}`.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, StringArray, StructArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, Fields};
use datafusion_common::Result;

/// `label`, `confidence`: each NULL where the struct is.
pub(crate) fn fields() -> Fields {
    Fields::from(vec![
        Field::new("label", DataType::Utf8, true),
        Field::new("confidence", DataType::Float64, true),
    ])
}

/// The structs of labels with their confidences; `None` is NULL.
pub(crate) fn structs(rows: &[Option<(&str, f64)>]) -> Result<StructArray> {
    let labels: StringArray = rows.iter().map(|row| row.map(|(label, _)| label)).collect();
    let confidences: Float64Array = rows.iter().map(|row| row.map(|(_, sure)| sure)).collect();
    let nulls = NullBuffer::from_iter(rows.iter().map(Option::is_some));
    let columns: Vec<ArrayRef> = vec![Arc::new(labels), Arc::new(confidences)];
    Ok(StructArray::try_new(fields(), columns, Some(nulls))?)
}

/// The label of the highest probability. Of equals the first wins, so that a tie is not decided by chance.
pub(crate) fn best<'a>(labels: &'a [String], probabilities: &[f64]) -> Option<(&'a str, f64)> {
    let pairs = labels.iter().zip(probabilities).rev();
    let best = pairs.max_by(|a, b| a.1.total_cmp(b.1));
    best.map(|(label, &sure)| (label.as_str(), sure))
}

#[cfg(test)]
mod tests {
    use super::best;

    #[test]
    fn of_equals_the_first_label_wins() {
        let labels = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(best(&labels, &[0.2, 0.4, 0.4]), Some(("b", 0.4)));
    }
}
