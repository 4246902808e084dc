//! Columns of lists: what functions over words give back.

use std::sync::Arc;

use arrow::array::{ArrayRef, ListArray, NullBufferBuilder};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field};
use datafusion_common::{Result, exec_err};

/// How many bytes of text a list column may hold: its offsets have 32 bits, and letters can grow in lower case.
const MOST_BYTES: usize = i32::MAX as usize / 2;

/// A column of lists that is being built, without the items.
#[derive(Debug)]
pub(crate) struct Lists {
    lengths: Vec<usize>,
    nulls: NullBufferBuilder,
}

/// The type of a list of items.
pub(crate) fn list_type(item: DataType) -> DataType {
    DataType::List(Arc::new(item_field(item)))
}

fn item_field(item: DataType) -> Field {
    Field::new_list_field(item, true)
}

/// Refuses a batch whose words would not fit into one column.
///
/// # Errors
/// An execution error that says how to read the texts in smaller batches.
pub(crate) fn check_size(function: &str, texts: &[Option<&str>]) -> Result<()> {
    let bytes: usize = texts.iter().flatten().map(|text| text.len()).sum();
    if bytes > MOST_BYTES {
        let (got, most) = (bytes >> 20, MOST_BYTES >> 20);
        return exec_err!(
            "{function} got a batch with {got} MiB of text, expected at most {most}; read fewer rows at a time: SET \
             datafusion.execution.batch_size = 100"
        );
    }
    Ok(())
}

impl Lists {
    /// No rows yet, and room for some.
    pub(crate) fn with_capacity(rows: usize) -> Self {
        Self {
            lengths: Vec::with_capacity(rows),
            nulls: NullBufferBuilder::new(rows),
        }
    }

    /// A row with the next items.
    pub(crate) fn push(&mut self, items: usize) {
        self.lengths.push(items);
        self.nulls.append_non_null();
    }

    /// A row without a list.
    pub(crate) fn push_null(&mut self) {
        self.lengths.push(0);
        self.nulls.append_null();
    }

    /// The column, given all items.
    ///
    /// # Errors
    /// When there are more or fewer items than were announced.
    pub(crate) fn finish(mut self, items: ArrayRef) -> Result<ListArray> {
        let field = Arc::new(item_field(items.data_type().clone()));
        let offsets = OffsetBuffer::from_lengths(self.lengths);
        Ok(ListArray::try_new(field, offsets, items, self.nulls.finish())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_of_huge_texts_is_refused_with_advice() {
        let huge = "x".repeat(64 << 20);
        let texts = vec![Some(huge.as_str()); 17];
        assert!(check_size("tokenize", &texts[..15]).is_ok());
        let message = check_size("tokenize", &texts).expect_err("refused").to_string();
        assert!(
            message.contains("1088 MiB") && message.contains("batch_size"),
            "{message}"
        );
    }
}
