//! Metrics of predicted numbers, as states that the kit's aggregates keep.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array};
use arrow::datatypes::DataType;
use datafusion_common::{Result, ScalarValue, exec_err};
use tronie_learn::metrics::pairs::Pairs;
use tronie_udf_kit::RowState;

/// The layout of a written state.
const VERSION: u8 = 1;

/// A metric over rows of `actual` and `predicted`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Measured<P>(P);

impl<P: Pairs> RowState for Measured<P> {
    fn update(&mut self, rows: &[f64], width: usize) -> Result<()> {
        for row in rows.chunks_exact(width.max(1)) {
            if let [actual, predicted] = row {
                self.0.update(*actual, *predicted);
            }
        }
        Ok(())
    }

    fn update_columns(&mut self, columns: &[&[f64]]) -> Result<()> {
        if let [actual, predicted] = columns {
            self.0.update_all(actual, predicted);
        }
        Ok(())
    }

    fn skip(&mut self, _: u64) {}

    fn merge(&mut self, written: &[u8]) -> Result<()> {
        let (numbers, rest) = written.get(1..).unwrap_or_default().as_chunks::<8>();
        if written.first() != Some(&VERSION) || numbers.len() != P::NUMBERS || !rest.is_empty() {
            return exec_err!("a written state of a metric is broken, or of another version; compute it again");
        }
        let numbers: Vec<f64> = numbers.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
        self.0.merge(&P::read(&numbers));
        Ok(())
    }

    fn write(&self) -> Vec<u8> {
        let mut numbers = Vec::with_capacity(P::NUMBERS);
        self.0.write(&mut numbers);
        let numbers = numbers.iter().flat_map(|number| number.to_le_bytes());
        std::iter::once(VERSION).chain(numbers).collect()
    }

    fn finish(&self) -> Result<ScalarValue> {
        Ok(ScalarValue::Float64(self.0.finish()))
    }

    fn finish_all(states: &[Self], _: &DataType) -> Result<ArrayRef> {
        let results = states.iter().map(|state| state.0.finish());
        Ok(Arc::new(results.collect::<Float64Array>()))
    }

    fn size(&self) -> usize {
        size_of_val(self)
    }
}

#[cfg(test)]
mod tests {
    use tronie_learn::metrics::pairs::{R2, SquaredError};

    use super::*;

    #[test]
    fn states_are_written_and_read() {
        let mut one = Measured::<R2>::default();
        one.update(&[1.0, 1.5, 2.0, 2.5, 4.0, 3.0], 2).expect("rows");
        let mut two = Measured::<R2>::default();
        two.merge(&one.write()).expect("a state");
        assert_eq!(two.finish().expect("a result"), one.finish().expect("a result"));
        assert!(two.merge(&[]).is_err());
        assert!(two.merge(&one.write()[1..]).is_err());
        assert!(Measured::<SquaredError>::default().merge(&one.write()).is_err());
    }
}
