//! The parameters of a function: their names, what may be left out, and the constants given for options.

use std::fmt::Display;
use std::ops::RangeInclusive;

use arrow::array::Array;
use arrow::datatypes::DataType;
use datafusion_common::{Result, ScalarValue, plan_err};
use datafusion_expr::{ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, Signature, Volatility};

use crate::model::ALSO;
use crate::text::text_rows;

/// The parameters of one function. An option that is left out, or given as NULL, has its default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Parameters {
    /// The function's name.
    pub function: &'static str,
    /// The arguments that every call has, in order.
    pub required: &'static [&'static str],
    /// What may follow, in order; SQL names them: `f(text, top_k => 3)`.
    pub options: &'static [&'static str],
}

impl Parameters {
    /// The signature, whose types the function's `coerce_types` decides.
    pub fn signature(&self) -> Signature {
        let mut signature = Signature::user_defined(Volatility::Immutable);
        let names = self.required.iter().chain(self.options);
        signature.parameter_names = Some(names.map(|&name| name.to_owned()).collect());
        signature
    }

    /// Where an option stands among the arguments, counted from 0.
    ///
    /// # Panics
    /// For a name that is not in the list: a mistake of the function's author that its first test shows.
    pub fn position(&self, option: &str) -> usize {
        let place = self.options.iter().position(|name| *name == option);
        self.required.len() + place.unwrap_or_else(|| panic!("{} has no option {option}", self.function))
    }

    /// Refuses a call with too few or too many arguments.
    ///
    /// # Errors
    /// A planning error that shows how the function is called.
    pub fn check_count(&self, got: usize) -> Result<()> {
        if (self.required.len()..=self.required.len() + self.options.len()).contains(&got) {
            return Ok(());
        }
        self.refuse_count(got)
    }

    fn refuse_count<T>(&self, got: usize) -> Result<T> {
        let must = self.required.join(", ");
        // What only the planner gives is of no use to a reader.
        let options = self.options.iter().filter(|name| **name != ALSO);
        let options: String = options.map(|name| format!("[, {name} => ..]")).collect();
        let function = self.function;
        plan_err!("{function} is called as {function}({must}{options}), got {got} arguments")
    }

    /// The type in which a text argument is read: any string type as it is, an untyped NULL as text.
    ///
    /// # Errors
    /// A planning error for anything that is not text.
    pub fn text_type(&self, argument: &str, got: &DataType) -> Result<DataType> {
        let function = self.function;
        match got {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Ok(got.clone()),
            DataType::Dictionary(_, value) => self.text_type(argument, value).map(|_| got.clone()),
            DataType::Null => Ok(DataType::Utf8),
            other => {
                plan_err!("{function} reads text, but `{argument}` is {other}; convert it first: cast(.. as varchar)")
            }
        }
    }

    /// The types in which a function reads a text and then options: the text as it is; of the options, those that are
    /// text as Utf8, others as they are.
    ///
    /// # Errors
    /// For another number of arguments, or a first one that is no text.
    pub fn text_and_options(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        self.check_count(types.len())?;
        let mut coerced = vec![self.text_type(self.required[0], &types[0])?];
        let also = self.options.contains(&ALSO).then(|| self.position(ALSO));
        // People have no business with what the planner says, and no way to write a text of its type.
        if also.is_some_and(|place| types.get(place).is_some_and(|given| *given != DataType::LargeUtf8)) {
            return self.refuse_count(types.len());
        }
        let options = types.iter().enumerate().skip(1);
        coerced.extend(options.map(|(place, given)| match given {
            DataType::LargeUtf8 if Some(place) == also => DataType::LargeUtf8,
            DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..) => DataType::Utf8,
            other => other.clone(),
        }));
        Ok(coerced)
    }
}

/// The constants that a call gives for a function's options.
#[derive(Debug)]
pub struct Options<'a> {
    parameters: &'a Parameters,
    given: Vec<Given<'a>>,
    planned: bool,
}

/// What stands in the place of an argument.
#[derive(Debug)]
enum Given<'a> {
    Constant(&'a ScalarValue),
    Column,
}

impl<'a> Options<'a> {
    /// Those of a call that is being planned.
    pub fn planned(parameters: &'a Parameters, args: &'a ReturnFieldArgs<'_>) -> Self {
        let given = |value: &Option<&'a ScalarValue>| value.map_or(Given::Column, Given::Constant);
        Self {
            parameters,
            given: args.scalar_arguments.iter().map(given).collect(),
            planned: true,
        }
    }

    /// Those of a call that is being executed.
    pub fn called(parameters: &'a Parameters, args: &'a ScalarFunctionArgs) -> Self {
        let given = |value: &'a ColumnarValue| match value {
            ColumnarValue::Scalar(value) => Given::Constant(value),
            ColumnarValue::Array(_) => Given::Column,
        };
        Self {
            parameters,
            given: args.args.iter().map(given).collect(),
            planned: false,
        }
    }

    /// The constant given for an option: `None` if it is left out or NULL.
    fn constant(&self, option: &str) -> Result<Option<&'a ScalarValue>> {
        match self.given.get(self.parameters.position(option)) {
            None => Ok(None),
            Some(Given::Constant(value)) => Ok((!value.is_null()).then_some(*value)),
            Some(Given::Column) => {
                let function = self.parameters.function;
                plan_err!("{function}: `{option} =>` must be a constant, the same for all rows")
            }
        }
    }

    fn refused<T>(&self, option: &str, expected: impl Display, got: &ScalarValue) -> Result<T> {
        let function = self.parameters.function;
        plan_err!("{function}: `{option} =>` must be {expected}, got {got}")
    }

    /// Whether the call gives something other than NULL for an option.
    pub fn has(&self, option: &str) -> bool {
        match self.given.get(self.parameters.position(option)) {
            Some(Given::Constant(value)) => !value.is_null(),
            Some(Given::Column) => true,
            None => false,
        }
    }

    /// A text.
    ///
    /// # Errors
    /// A planning error if it is no text, or depends on the row; so do the others below.
    pub fn text(&self, option: &str) -> Result<Option<String>> {
        let Some(value) = self.constant(option)? else {
            return Ok(None);
        };
        match value.try_as_str().flatten() {
            Some(text) => Ok(Some(text.to_owned())),
            None => self.refused(option, "a text", value),
        }
    }

    /// One of `choices`, in any case; its place among them.
    ///
    /// # Errors
    /// As [`Self::text`], and for anything else, naming the choices.
    pub fn choice(&self, option: &str, choices: &[&str]) -> Result<Option<usize>> {
        let Some(text) = self.text(option)? else {
            return Ok(None);
        };
        match choices.iter().position(|choice| choice.eq_ignore_ascii_case(&text)) {
            Some(place) => Ok(Some(place)),
            None => {
                let function = self.parameters.function;
                let choices = choices.join("', '");
                plan_err!("{function}: `{option} =>` must be one of '{choices}', got '{text}'")
            }
        }
    }

    /// A whole number within `range`.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn count(&self, option: &str, range: RangeInclusive<i64>) -> Result<Option<i64>> {
        let Some(value) = self.constant(option)? else {
            return Ok(None);
        };
        let number = value
            .cast_to(&DataType::Int64)
            .ok()
            .filter(|_| value.data_type().is_integer());
        match number {
            Some(ScalarValue::Int64(Some(number))) if range.contains(&number) => Ok(Some(number)),
            _ => self.refused(
                option,
                format!("a whole number from {} to {}", range.start(), range.end()),
                value,
            ),
        }
    }

    /// A finite number within `range`.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn number(&self, option: &str, range: RangeInclusive<f64>) -> Result<Option<f64>> {
        let Some(value) = self.constant(option)? else {
            return Ok(None);
        };
        let number = value
            .cast_to(&DataType::Float64)
            .ok()
            .filter(|_| value.data_type().is_numeric());
        match number {
            Some(ScalarValue::Float64(Some(number))) if number.is_finite() && range.contains(&number) => {
                Ok(Some(number))
            }
            _ if range.end().is_infinite() => {
                self.refused(option, format!("a number, {} or more", range.start()), value)
            }
            _ => self.refused(
                option,
                format!("a number from {} to {}", range.start(), range.end()),
                value,
            ),
        }
    }

    /// True or false.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn flag(&self, option: &str) -> Result<Option<bool>> {
        match self.constant(option)? {
            None => Ok(None),
            Some(ScalarValue::Boolean(Some(flag))) => Ok(Some(*flag)),
            Some(other) => self.refused(option, "true or false", other),
        }
    }

    /// A list of texts, such as `['a', 'b']`; NULLs in it are refused. While a query is planned, a list that is written
    /// out is still a call that makes it, and not known: `None` then.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn texts(&self, option: &str) -> Result<Option<Vec<String>>> {
        if self.planned && matches!(self.given.get(self.parameters.position(option)), Some(Given::Column)) {
            return Ok(None);
        }
        let Some(value) = self.constant(option)? else {
            return Ok(None);
        };
        match list_of_texts(value) {
            Some(texts) => Ok(Some(texts)),
            None => self.refused(option, "a list of texts, such as ['a', 'b']", value),
        }
    }
}

/// The texts in a list constant; `None` if it is no such list, or holds a NULL.
pub fn list_of_texts(value: &ScalarValue) -> Option<Vec<String>> {
    let values = match value {
        ScalarValue::List(list) if list.len() == 1 => list.value(0),
        ScalarValue::LargeList(list) if list.len() == 1 => list.value(0),
        ScalarValue::FixedSizeList(list) if list.len() == 1 => list.value(0),
        _ => return None,
    };
    let texts = text_rows(values.as_ref()).ok()?;
    texts.into_iter().map(|text| text.map(str::to_owned)).collect()
}
