//! `linear_regression(y, [x1, x2, ..] [, l2, intercept])`: the plane that fits rows best, and how sure it is.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, Float64Builder, Int64Builder, ListBuilder, StructArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, Fields};
use datafusion_common::{DataFusionError, Result, ScalarValue};
use datafusion_expr::Documentation;
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use tronie_learn::Error;
use tronie_learn::linear::{self, Linear, Statistic};
use tronie_udf_kit::{Function, Options, Parameters, RowAggregate, RowFunction, RowState, UdfEnv};

const PARAMETERS: Parameters = Parameters {
    function: "linear_regression",
    required: &["y", "features"],
    options: &["l2", "intercept"],
};

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::aggregate(RowAggregate::new(LinearRegression))
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "An aggregate: linear regression by least squares, in one pass, by an orthogonal factorisation and not by sums of \
         products. `STRUCT{intercept, coefficients, std_errors, t_values, p_values, r2, adj_r2, rmse, n, skipped, rank, \
         intercept_std_error, intercept_t_value, intercept_p_value}`; the four lists have an entry for each feature, in order. \
         `p_values` are two-sided, by Student's t with n - rank - 1 degrees of freedom. `r2` is NULL where y is constant; \
         `rmse` is the root of the mean squared error, sqrt(SSE / n), while the standard errors come from \
         SSE / (n - rank - 1). A feature that is constant, or a sum of multiples of features before it, has no coefficient: \
         its entries are NULL, `rank` counts the others, and `predict` takes it as 0. With no more rows than coefficients, \
         and with a penalty, the standard errors, t and p values and `adj_r2` are NULL. Rows with a NULL, NaN or infinite \
         number are left out, and counted in `skipped`; NULL for a group without any other row. Over a window that moves, \
         each result reads all rows of its window. States of parts of the rows are merged: results differ by rounding only.",
        "linear_regression(y, features [, l2 => 0] [, intercept => true])",
    )
    .with_argument("y", "What is explained: a number of any type; true is 1, false 0.")
    .with_argument(
        "features",
        "A list of the numbers that explain it, such as [x1, x2]; all lists of one length. In a list, a boolean stands only \
         beside booleans: cast(x as int) makes a number of it.",
    )
    .with_argument(
        "l2",
        "The ridge penalty, as `alpha` of scikit-learn's Ridge: this times the sum of squared coefficients, without the \
         intercept's, is added to the sum of squared errors. Default: 0.",
    )
    .with_argument(
        "intercept",
        "Whether there is an intercept. Without one it is 0, `r2` is against a y of 0, and there are n - rank degrees of \
         freedom. Default: true.",
    )
    .with_sql_example(
        "```sql
select round(m['intercept'], 4) as intercept, round(m['coefficients'][1], 4) as per_visit,
       round(m['std_errors'][1], 4) as std_error, round(m['r2'], 4) as r2, m['n'] as n
from (select linear_regression(spent, [visits]) as m
      from (values (1, 11.0), (2, 19.5), (3, 31.0), (4, 40.5), (5, 49.0)) as t(visits, spent));
```
```text
+-----------+-----------+-----------+--------+---+
| intercept | per_visit | std_error | r2     | n |
+-----------+-----------+-----------+--------+---+
| 1.1       | 9.7       | 0.2828    | 0.9975 | 5 |
+-----------+-----------+-----------+--------+---+
```",
    )
    .with_related_udf("logistic_regression")
    .build()
});

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct LinearRegression;

/// What is gathered, and what the call asks of it.
#[derive(Debug, Clone)]
struct State {
    rows: linear::State,
    options: linear::Options,
}

impl RowFunction for LinearRegression {
    type State = State;

    const PARAMETERS: Parameters = PARAMETERS;

    fn return_type(&self) -> DataType {
        DataType::Struct(Columns::fields())
    }

    fn state(&self, options: &Options<'_>) -> Result<State> {
        Ok(State {
            rows: linear::State::new(),
            options: linear::Options {
                l2: options.number("l2", 0.0..=f64::INFINITY)?.unwrap_or(0.0),
                intercept: options.flag("intercept")?.unwrap_or(true),
            },
        })
    }

    fn documentation(&self) -> &Documentation {
        &DOCUMENTATION
    }
}

impl RowState for State {
    fn update(&mut self, rows: &[f64], width: usize) -> Result<()> {
        self.rows.update(rows, width).map_err(failed)
    }

    fn update_columns(&mut self, columns: &[&[f64]]) -> Result<()> {
        self.rows.update_columns(columns).map_err(failed)
    }

    fn skip(&mut self, rows: u64) {
        self.rows.skip(rows);
    }

    fn merge(&mut self, written: &[u8]) -> Result<()> {
        let other = linear::State::read(written).map_err(failed)?;
        self.rows.merge(&other).map_err(failed)
    }

    fn write(&self) -> Vec<u8> {
        self.rows.write()
    }

    fn finish(&self) -> Result<ScalarValue> {
        let fits = Self::fits(std::slice::from_ref(self))?;
        Ok(ScalarValue::Struct(Arc::new(fits)))
    }

    fn finish_all(states: &[Self], _: &DataType) -> Result<ArrayRef> {
        Ok(Arc::new(Self::fits(states)?))
    }

    fn size(&self) -> usize {
        size_of::<linear::Options>() + self.rows.size()
    }
}

impl State {
    fn fits(states: &[Self]) -> Result<StructArray> {
        let mut columns = Columns::default();
        for state in states {
            columns.push(state.rows.finish(&state.options).map_err(failed)?.as_ref());
        }
        columns.finish()
    }
}

fn failed(error: Error) -> DataFusionError {
    DataFusionError::Execution(format!("{}: {error}", PARAMETERS.function))
}

/// The names of the fields that are lists, then of the numbers; [`Columns::push`] fills them in this order.
const LISTS: [&str; 4] = ["coefficients", "std_errors", "t_values", "p_values"];
const NUMBERS: [&str; 3] = ["r2", "adj_r2", "rmse"];
const COUNTS: [&str; 3] = ["n", "skipped", "rank"];
const OF_INTERCEPT: [&str; 3] = ["intercept_std_error", "intercept_t_value", "intercept_p_value"];

/// Fits on their way into columns.
#[derive(Default)]
struct Columns {
    intercept: Float64Builder,
    lists: [ListBuilder<Float64Builder>; 4],
    numbers: [Float64Builder; 3],
    counts: [Int64Builder; 3],
    of_intercept: [Float64Builder; 3],
    is_fit: Vec<bool>,
}

impl Columns {
    fn fields() -> Fields {
        let field = |of: DataType| move |name: &str| Field::new(name, of.clone(), true);
        let list = DataType::List(Arc::new(Field::new_list_field(DataType::Float64, true)));
        std::iter::once("intercept")
            .map(field(DataType::Float64))
            .chain(LISTS.into_iter().map(field(list)))
            .chain(NUMBERS.into_iter().map(field(DataType::Float64)))
            .chain(COUNTS.into_iter().map(field(DataType::Int64)))
            .chain(OF_INTERCEPT.into_iter().map(field(DataType::Float64)))
            .collect()
    }

    fn push(&mut self, fit: Option<&Linear>) {
        self.is_fit.push(fit.is_some());
        self.intercept.append_option(fit.map(|fit| fit.intercept));
        let of: [fn(&Statistic) -> Option<f64>; 3] = [|of| of.std_error, |of| of.t_value, |of| of.p_value];
        let [coefficients, statistics @ ..] = &mut self.lists;
        coefficients.append_option(fit.map(|fit| fit.coefficients.iter().copied()));
        for (list, of) in statistics.iter_mut().zip(of) {
            list.append_option(fit.map(|fit| fit.statistics.iter().map(of)));
        }
        let numbers = fit.map(|fit| [fit.r2, fit.adj_r2, Some(fit.rmse)]).unwrap_or_default();
        for (column, number) in self.numbers.iter_mut().zip(numbers) {
            column.append_option(number);
        }
        let count = |count: u64| Some(i64::try_from(count).unwrap_or(i64::MAX));
        let counts = fit.map(|fit| [count(fit.n), count(fit.skipped), count(fit.rank as u64)]);
        for (column, count) in self.counts.iter_mut().zip(counts.unwrap_or_default()) {
            column.append_option(count);
        }
        for (column, of) in self.of_intercept.iter_mut().zip(of) {
            column.append_option(fit.and_then(|fit| of(&fit.intercept_statistic)));
        }
    }

    fn finish(mut self) -> Result<StructArray> {
        let mut columns: Vec<ArrayRef> = vec![Arc::new(self.intercept.finish())];
        columns.extend(self.lists.iter_mut().map(|list| Arc::new(list.finish()) as ArrayRef));
        columns.extend(
            self.numbers
                .iter_mut()
                .map(|column| Arc::new(column.finish()) as ArrayRef),
        );
        columns.extend(
            self.counts
                .iter_mut()
                .map(|column| Arc::new(column.finish()) as ArrayRef),
        );
        columns.extend(
            self.of_intercept
                .iter_mut()
                .map(|column| Arc::new(column.finish()) as ArrayRef),
        );
        let rows = self.is_fit.len();
        let nulls = self.is_fit.contains(&false).then(|| NullBuffer::from(self.is_fit));
        Ok(StructArray::try_new_with_length(Self::fields(), columns, nulls, rows)?)
    }
}
