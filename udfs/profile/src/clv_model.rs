//! A fitted model of how customers buy, as the functions that predict read it.

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, StructArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use datafusion_common::{Result, exec_err, plan_err};
use tronie_learn::clv::{Buying, Customer, Worth};
use tronie_udf_kit::Parameters;

use crate::numbers::number_type;

/// What the documentation says of the model.
pub(crate) const MODEL_DOCUMENTATION: &str = "What `clv_fit` has returned: a column, or a constant with its fields.";

/// The option that says for how long to predict.
pub(crate) const DAYS: &str = "days";

/// The fields of a model that predictions need.
const NEEDED: [&str; 4] = ["r", "alpha", "a", "b"];

/// The types in which a model and the numbers after it are read.
///
/// # Errors
/// A planning error for what is no model, and for columns that are no numbers.
pub(crate) fn model_types(parameters: &Parameters, types: &[DataType]) -> Result<Vec<DataType>> {
    parameters.check_count(types.len())?;
    let function = parameters.function;
    let is_model = match &types[0] {
        DataType::Struct(fields) => NEEDED.iter().all(|name| fields.find(name).is_some()),
        DataType::Null => true,
        _ => false,
    };
    if !is_model {
        return plan_err!(
            "{function}: `model` must be what clv_fit returns, but it is {}",
            types[0]
        );
    }
    let names = parameters.required.iter().chain(parameters.options).skip(1);
    let mut read = vec![types[0].clone()];
    for (given, name) in types[1..].iter().zip(names) {
        // A constant stays as it is: the planner would hide it behind a conversion.
        read.push(if *name == DAYS {
            given.clone()
        } else {
            number_type(function, name, given)?
        });
    }
    Ok(read)
}

/// Models, a row each.
pub(crate) struct ClvModels {
    is_model: Option<StructArray>,
    buying: Vec<Float64Array>,
    worth: Option<Vec<Float64Array>>,
}

impl ClvModels {
    /// Reads a column of models.
    ///
    /// # Errors
    /// When a parameter is no number.
    pub(crate) fn read(function: &str, column: &ArrayRef) -> Result<Self> {
        let Some(models) = column.as_struct_opt() else {
            return Ok(Self {
                is_model: None,
                buying: Vec::new(),
                worth: None,
            });
        };
        let numbers = |name: &str| match models.column_by_name(name) {
            Some(column) => Ok(cast(column, &DataType::Float64)?.as_primitive::<Float64Type>().clone()),
            None => exec_err!("{function}: `model` has no field {name}; use what clv_fit returns"),
        };
        let has_worth = ["p", "q", "v"].iter().all(|name| models.column_by_name(name).is_some());
        Ok(Self {
            is_model: Some(models.clone()),
            buying: NEEDED.into_iter().map(numbers).collect::<Result<_>>()?,
            worth: has_worth
                .then(|| ["p", "q", "v"].into_iter().map(numbers).collect::<Result<_>>())
                .transpose()?,
        })
    }

    /// How customers buy, by the model of a row.
    pub(crate) fn buying(&self, row: usize) -> Option<Buying> {
        self.is_model.as_ref().filter(|models| models.is_valid(row))?;
        match numbers(&self.buying, row)?[..] {
            [r, alpha, a, b] => Some(Buying { r, alpha, a, b }),
            _ => None,
        }
    }

    /// What they spend, by the model of a row; `None` if it was fitted without money.
    pub(crate) fn worth(&self, row: usize) -> Option<Worth> {
        match numbers(self.worth.as_ref()?, row)?[..] {
            [p, q, v] => Some(Worth { p, q, v }),
            _ => None,
        }
    }
}

fn numbers(columns: &[Float64Array], row: usize) -> Option<Vec<f64>> {
    columns
        .iter()
        .map(|column| column.is_valid(row).then(|| column.value(row)))
        .collect()
}

/// The customer of a row, of columns frequency, recency, age and perhaps money.
pub(crate) fn customer(columns: &[&Float64Array], row: usize) -> Option<Customer> {
    let number = |place: usize| {
        columns
            .get(place)
            .filter(|column| column.is_valid(row))
            .map(|column| column.value(row))
    };
    Some(Customer {
        frequency: number(0)?,
        recency: number(1)?,
        age: number(2)?,
        money: number(3).unwrap_or(0.0),
    })
}
