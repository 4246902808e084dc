//! Columns of keywords and their weights.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Builder, ListArray, StringBuilder, StructArray};
use arrow::datatypes::{DataType, Field, Fields};
use datafusion_common::Result;

use super::rank::Weighted;
use crate::lists::{Lists, list_type};

/// `LIST<STRUCT{keyword, weight}>`.
pub(crate) fn keywords_type() -> DataType {
    list_type(DataType::Struct(fields()))
}

fn fields() -> Fields {
    Fields::from(vec![
        Field::new("keyword", DataType::Utf8, true),
        Field::new("weight", DataType::Float64, true),
    ])
}

/// A column that is being built.
#[derive(Debug)]
pub(crate) struct Keywords {
    lists: Lists,
    words: StringBuilder,
    weights: Float64Builder,
}

impl Keywords {
    /// No rows yet, and room for some.
    pub(crate) fn with_capacity(rows: usize) -> Self {
        Self {
            lists: Lists::with_capacity(rows),
            words: StringBuilder::new(),
            weights: Float64Builder::new(),
        }
    }

    /// A row with keywords.
    pub(crate) fn push(&mut self, keywords: &[Weighted<'_>]) {
        self.lists.push(keywords.len());
        for keyword in keywords {
            self.words.append_value(&keyword.word);
            self.weights.append_value(keyword.weight);
        }
    }

    /// A row without a list.
    pub(crate) fn push_null(&mut self) {
        self.lists.push_null();
    }

    /// The column.
    ///
    /// # Errors
    /// Arrow's, which would be a mistake of this module.
    pub(crate) fn finish(mut self) -> Result<ListArray> {
        let columns: Vec<ArrayRef> = vec![Arc::new(self.words.finish()), Arc::new(self.weights.finish())];
        self.lists
            .finish(Arc::new(StructArray::try_new(fields(), columns, None)?))
    }
}
