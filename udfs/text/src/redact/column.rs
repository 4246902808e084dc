//! What the two SQL functions share: their option, and replacing in a column.

use std::sync::Arc;

use arrow::array::StringViewArray;
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion_common::{Result, exec_datafusion_err, plan_err};
use datafusion_expr::{ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs};
use tronie_udf_kit::{Options, Parameters, scalar_or_array, text_rows};

use super::{Categories, Category, Redactor};

/// A function with a text and, as its one option, the categories.
#[derive(Debug)]
pub(crate) struct Column<'a> {
    pub(crate) parameters: &'a Parameters,
    /// What stands in the place of a find.
    pub(crate) mark: fn(Category) -> &'static str,
}

impl Column<'_> {
    /// Checks a call at plan time.
    ///
    /// # Errors
    /// For categories that are no constant list of the names known.
    pub(crate) fn plan(&self, args: &ReturnFieldArgs<'_>) -> Result<FieldRef> {
        self.categories(&Options::planned(self.parameters, args))?;
        // Offsets of 32 bits would not hold a batch of texts of a megabyte each.
        Ok(Arc::new(Field::new(self.parameters.function, DataType::Utf8View, true)))
    }

    /// Replaces what is found in the first argument.
    ///
    /// # Errors
    /// As [`Self::plan`], and if the patterns cannot be built.
    pub(crate) fn invoke(&self, args: &ScalarFunctionArgs) -> Result<ColumnarValue> {
        let categories = self.categories(&Options::called(self.parameters, args))?;
        let function = self.parameters.function;
        let redactor = Redactor::get().map_err(|error| exec_datafusion_err!("{function} has no patterns: {error}"))?;
        let texts = match &args.args[0] {
            ColumnarValue::Array(array) => Arc::clone(array),
            ColumnarValue::Scalar(text) => text.to_array()?,
        };
        let rows = text_rows(texts.as_ref())?.into_iter();
        let replaced: StringViewArray = rows
            .map(|text| text.and_then(|text| redactor.replace(text, categories, self.mark)))
            .collect();
        scalar_or_array(&args.args[0], Arc::new(replaced))
    }

    fn categories(&self, options: &Options<'_>) -> Result<Categories> {
        let option = self.parameters.options[0];
        let Some(names) = options.texts(option)? else {
            return Ok(Categories::ALL);
        };
        let function = self.parameters.function;
        let known = Category::ALL.map(Category::name).join("', '");
        match Categories::named(names.iter().map(String::as_str)) {
            Ok(_) if names.is_empty() => {
                plan_err!("{function}: `{option} =>` is an empty list, expected some of '{known}', or nothing for all")
            }
            Ok(categories) => Ok(categories),
            Err(name) => plan_err!("{function}: `{option} =>` has '{name}', expected some of '{known}'"),
        }
    }
}
