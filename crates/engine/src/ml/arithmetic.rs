//! Trained models as plain expressions: the planner prunes, pushes down and distributes them like anything a user writes,
//! and a column that does not matter is not read.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Column, DFSchema, ScalarValue};
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::planner::ContextProvider;
use datafusion::logical_expr::{AggregateUDF, Expr, ScalarUDF, cast, lit, when};
use tronie_learn::prepare::FeatureKind;
use tronie_learn::trained::{Adds, Clusters, Score};

/// The functions of a session, by name.
pub(crate) struct Functions<'a>(pub(crate) &'a dyn ContextProvider);

impl Functions<'_> {
    pub(crate) fn scalar(&self, name: &str) -> Result<Arc<ScalarUDF>> {
        let found = self.0.get_function_meta(name);
        found.ok_or_else(|| DataFusionError::Plan(format!("this session has no function `{name}`")))
    }

    pub(crate) fn call(&self, name: &str, args: Vec<Expr>) -> Result<Expr> {
        let udf = self.scalar(name)?;
        Ok(Expr::ScalarFunction(ScalarFunction::new_udf(udf, args)))
    }

    pub(crate) fn aggregate(&self, name: &str) -> Result<Arc<AggregateUDF>> {
        let found = self.0.get_aggregate_meta(name);
        found.ok_or_else(|| DataFusionError::Plan(format!("this session has no aggregate `{name}`")))
    }
}

/// Where a model finds the columns that it reads.
pub(crate) struct Inputs<'a> {
    /// The model's name, for messages.
    pub(crate) model: &'a str,
    pub(crate) schema: &'a DFSchema,
}

impl Inputs<'_> {
    /// A column of numbers, as DOUBLE.
    pub(crate) fn number(&self, name: &str) -> Result<Expr> {
        let (column, data_type) = self.column(name)?;
        if data_type.is_numeric() || matches!(data_type, DataType::Boolean | DataType::Null) {
            // A boolean becomes a double by way of a whole number.
            let whole = match data_type {
                DataType::Boolean => cast(column, DataType::Int8),
                _ => column,
            };
            return Ok(cast(whole, DataType::Float64));
        }
        let model = self.model;
        Err(DataFusionError::Plan(format!(
            "model `{model}` reads `{name}` as a number, but in the query it is {data_type}"
        )))
    }

    /// A column of words, as VARCHAR.
    pub(crate) fn text(&self, name: &str) -> Result<Expr> {
        let (column, data_type) = self.column(name)?;
        let is_text = |kind: &DataType| kind.is_string() || matches!(kind, DataType::Null);
        let is_dictionary = matches!(&data_type, DataType::Dictionary(_, value) if is_text(value));
        if is_text(&data_type) || is_dictionary {
            return Ok(cast(column, DataType::Utf8));
        }
        let model = self.model;
        Err(DataFusionError::Plan(format!(
            "model `{model}` reads `{name}` as text, but in the query it is {data_type}"
        )))
    }

    /// A column as it is.
    pub(crate) fn column(&self, name: &str) -> Result<(Expr, DataType)> {
        let mut found = self.schema.iter().filter(|(_, field)| field.name() == name);
        match (found.next(), found.next()) {
            (Some((qualifier, field)), None) => {
                let column = Column::new(qualifier.cloned(), name);
                Ok((Expr::Column(column), field.data_type().clone()))
            }
            (Some(_), Some(_)) => Err(DataFusionError::Plan(format!(
                "the query has two columns `{name}`, and model `{}` reads one; rename the other",
                self.model
            ))),
            (None, _) => {
                let names = self.schema.fields().iter().map(|field| field.name().as_str());
                // What was computed on the way to an answer is no column of the query.
                let names = names.filter(|name| !name.starts_with("__tronie_"));
                let there = names.collect::<Vec<_>>().join("`, `");
                Err(DataFusionError::Plan(format!(
                    "model `{}` reads a column `{name}`, which the query does not have (its columns: `{there}`)",
                    self.model
                )))
            }
        }
    }
}

/// What a column adds to a sum; `None` where that is nothing for any row.
pub(crate) fn attribution(adds: &Adds, column: &str, inputs: &Inputs<'_>) -> Result<Option<Expr>> {
    let adding = match adds {
        Adds::Number { weight, mean } => {
            let x = inputs.number(column)?;
            if adds.is_nothing() {
                return Ok(None);
            }
            // The difference from itself is 0 for what is a number, and not for NULL, NaN and the infinities.
            let is_known = (x.clone() - x.clone()).eq(lit(0.0));
            when(is_known, lit(*weight) * (x - lit(*mean))).otherwise(lit(0.0))?
        }
        Adds::Category { weights, mean } => {
            let word = inputs.text(column)?;
            if adds.is_nothing() {
                return Ok(None);
            }
            let of_other = lit(-mean);
            let mut cases = weights
                .iter()
                .filter(|(_, weight)| *weight != 0.0)
                .map(|(known, weight)| {
                    let is_word = match known {
                        Some(known) => word.clone().eq(lit(known.as_str())),
                        None => word.clone().is_null(),
                    };
                    (is_word, lit(weight - mean))
                });
            match cases.next() {
                None => of_other,
                Some((is_first, weight)) => {
                    let mut case = when(is_first, weight);
                    for (is_word, weight) in cases {
                        case.when(is_word, weight);
                    }
                    case.otherwise(of_other)?
                }
            }
        }
    };
    Ok(Some(adding))
}

/// A sum, as DOUBLE.
pub(crate) fn sum(score: &Score, inputs: &Inputs<'_>) -> Result<Expr> {
    let mut sum = lit(score.base);
    for term in &score.terms {
        if let Some(adding) = attribution(&term.adds, &term.column, inputs)? {
            sum = sum + adding;
        }
    }
    Ok(sum)
}

/// The squared distance to each centre, in the space of prepared columns.
pub(crate) fn distances(clusters: &Clusters, inputs: &Inputs<'_>) -> Result<Vec<Expr>> {
    let mut prepared: Vec<Expr> = Vec::new();
    for feature in &clusters.preparation.features {
        match &feature.kind {
            FeatureKind::Number { mean, sd } => {
                let x = inputs.number(&feature.name)?;
                let is_known = (x.clone() - x.clone()).eq(lit(0.0));
                prepared.push(when(is_known, (x - lit(*mean)) / lit(*sd)).otherwise(lit(0.0))?);
            }
            FeatureKind::Category { columns, .. } => {
                let word = inputs.text(&feature.name)?;
                for column in columns {
                    let is_word = match column {
                        Some(known) => word.clone().eq(lit(known.as_str())),
                        None => word.clone().is_null(),
                    };
                    prepared.push(when(is_word, lit(1.0)).otherwise(lit(0.0))?);
                }
            }
        }
    }
    let of_centre = |centre: &Vec<f64>| {
        let squares = prepared.iter().zip(centre).map(|(x, c)| {
            let difference = x.clone() - lit(*c);
            difference.clone() * difference
        });
        squares.reduce(|sum, square| sum + square).unwrap_or_else(|| lit(0.0))
    };
    Ok(clusters.centroids.iter().map(of_centre).collect())
}

/// Which of some expressions is the least or the greatest, as a constant for each.
pub(crate) fn choice(among: &[Expr], best: &Expr, answers: Vec<ScalarValue>) -> Result<Expr> {
    let mut pairs = among.iter().zip(answers);
    let literal = |value: ScalarValue| Expr::Literal(value, None);
    let Some((first, answer)) = pairs.next() else {
        return Err(DataFusionError::Plan(
            "a model without classes cannot choose".to_owned(),
        ));
    };
    let mut case = when(first.clone().eq(best.clone()), literal(answer));
    for (one, answer) in pairs {
        case.when(one.clone().eq(best.clone()), literal(answer));
    }
    case.end()
}
