//! `logistic_regression(label, [x1, x2, ..] [, l2])`: the probability of classes.

mod arguments;
mod gather;

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, StringArray, StructArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, FieldRef, Fields};
use datafusion_common::{DataFusionError, Result, ScalarValue};
use datafusion_expr::expr::AggregateFunction;
use datafusion_expr::function::{AccumulatorArgs, AggregateFunctionSimplification, StateFieldsArgs};
use datafusion_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion_expr::{Accumulator, AggregateUDFImpl, Documentation, Signature};
use tronie_learn::Error;
use tronie_learn::logistic::Logistic;
use tronie_udf_kit::{Function, Parameters, UdfEnv};

use crate::calls::moving_window;
use crate::fitted::{list_of, list_of_lists, one_list, one_list_of_lists};
use gather::Gather;

const PARAMETERS: Parameters = Parameters {
    function: "logistic_regression",
    required: &["label", "features"],
    options: &["l2"],
};

/// Makes the function.
pub(crate) fn function(_: &UdfEnv) -> Function {
    Function::aggregate(LogisticRegression {
        signature: PARAMETERS.signature(),
    })
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "An aggregate: logistic regression for two or more classes, fitted until no slope of the mean loss over standardised \
         features is above 1e-8. `STRUCT{classes, intercepts, coefficients, std_errors, z_values, p_values, log_loss, auc, \
         iterations, converged, separated, n, skipped, rank, intercept_std_errors, intercept_z_values, intercept_p_values}`. \
         `classes` are the labels as text, sorted: numbers by size, texts by their bytes, false before true. With two classes \
         `intercepts` and `coefficients` have one row: the log-odds of the second class; with more, one row a class, whose \
         softmax is the probability, and which add up to 0 over the classes. `p_values` are two-sided, of the normal \
         distribution; with a penalty, standard errors are those of the penalised information. A feature that is constant, \
         or without a penalty a sum of multiples of features before it, has no coefficient: its entries are NULL, and `rank` \
         counts the others. `log_loss` is the mean of -ln(probability of the row's label), `auc` the area under the ROC curve \
         (NULL for more than two classes). `separated` is true where, without a penalty, some sum of features tells labels \
         apart without an error: then no finite coefficients are the best, those given are where the fit stopped, and \
         standard errors are NULL, as they are for more than 300 coefficients; give a penalty then. Rows with a NULL, NaN or \
         infinite number are left out, and counted in `skipped`; NULL for a group without rows, or with one label only. All \
         rows are kept until the result is there, 8 bytes a number, at most 8 GiB a group; a label may have 1000 values. \
         Results do not depend on threads, and on how rows are split or ordered by rounding only (1e-9). Over a window, the \
         window's start must not move.",
        "logistic_regression(label, features [, l2 => 0])",
    )
    .with_argument("label", "The class of a row: a text, a whole number or a boolean.")
    .with_argument("features", "A list of the numbers that explain it, such as [x1, x2]; all lists of one length.")
    .with_argument(
        "l2",
        "The ridge penalty, 1 / `C` of scikit-learn: half of this times the sum of squared coefficients, without the \
         intercepts, is added to the sum of losses. Default: 0.",
    )
    .with_sql_example(
        "```sql
select m['classes'] as classes, round(m['intercepts'][1], 3) as intercept, round(m['coefficients'][1][1], 3) as per_visit,
       round(m['p_values'][1][1], 3) as p, round(m['auc'], 3) as auc, m['n'] as n
from (select logistic_regression(churned, [visits]) as m
      from (values (1, true), (2, true), (3, false), (4, true), (5, false), (6, false)) as t(visits, churned));
```
```text
+---------------+-----------+-----------+-------+-------+---+
| classes       | intercept | per_visit | p     | auc   | n |
+---------------+-----------+-----------+-------+-------+---+
| [false, true] | 4.249     | -1.214    | 0.183 | 0.889 | 6 |
+---------------+-----------+-----------+-------+-------+---+
```",
    )
    .with_related_udf("predict_proba")
    .with_related_udf("linear_regression")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct LogisticRegression {
    signature: Signature,
}

/// The names of the lists of lists, then of the lists, that statistics are in.
const OF_FEATURES: [&str; 3] = ["std_errors", "z_values", "p_values"];
const OF_INTERCEPTS: [&str; 3] = ["intercept_std_errors", "intercept_z_values", "intercept_p_values"];

fn fields() -> Fields {
    let field = |name: &str, of: DataType| Field::new(name, of, true);
    let (numbers, tables) = (list_of(DataType::Float64), list_of_lists(DataType::Float64));
    let mut fields = vec![
        field("classes", list_of(DataType::Utf8)),
        field("intercepts", numbers.clone()),
        field("coefficients", tables.clone()),
    ];
    fields.extend(OF_FEATURES.map(|name| field(name, tables.clone())));
    fields.extend(["log_loss", "auc"].map(|name| field(name, DataType::Float64)));
    fields.push(field("iterations", DataType::Int64));
    fields.extend(["converged", "separated"].map(|name| field(name, DataType::Boolean)));
    fields.extend(["n", "skipped", "rank"].map(|name| field(name, DataType::Int64)));
    fields.extend(OF_INTERCEPTS.map(|name| field(name, numbers.clone())));
    Fields::from(fields)
}

impl AggregateUDFImpl for LogisticRegression {
    fn name(&self) -> &str {
        PARAMETERS.function
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        arguments::coerced(types)
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Struct(fields()))
    }

    fn simplify(&self) -> Option<AggregateFunctionSimplification> {
        Some(Box::new(|call: AggregateFunction, info| {
            arguments::rewritten(call, info)
        }))
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let (l2, has_list, features) = arguments::planned(&args)?;
        Ok(Box::new(Gather::new(
            l2,
            has_list,
            features,
            args.expr_fields[0].data_type(),
        )))
    }

    fn create_sliding_accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        moving_window(&PARAMETERS)
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let field = |name, of| Arc::new(Field::new(format_state_name(args.name, name), of, true));
        // Rows of a part can be more than the 2 GB that Binary ends at.
        Ok(vec![
            field("rows", DataType::LargeBinary),
            field("skipped", DataType::UInt64),
        ])
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}

/// A fit as a SQL value, NULL for none; `skipped` rows were left out beside those that the fit knows of.
fn value(fit: Option<&Logistic>, skipped: u64) -> Result<ScalarValue> {
    let Some(fit) = fit else {
        return Ok(ScalarValue::Struct(Arc::new(StructArray::new_null(fields(), 1))));
    };
    let statistics = &fit.statistics;
    let coefficients = fit.coefficients.iter().map(|own| {
        let value = |(column, c): (usize, &f64)| (!statistics.left_out.contains(&column)).then_some(*c);
        own.iter().enumerate().map(value)
    });
    let classes: StringArray = fit.classes.iter().map(Some).collect();
    let mut columns: Vec<ArrayRef> = vec![
        one_list(Arc::new(classes))?,
        one_list(Arc::new(Float64Array::from(fit.intercepts.clone())))?,
        one_list_of_lists(coefficients)?,
    ];
    let tables = [&statistics.std_errors, &statistics.z_values, &statistics.p_values];
    // Of each row the first is the intercept's.
    for table in tables {
        columns.push(one_list_of_lists(table.iter().map(|row| row.iter().skip(1).copied()))?);
    }
    let count = |count: u64| -> ArrayRef { Arc::new(Int64Array::from(vec![i64::try_from(count).unwrap_or(i64::MAX)])) };
    let flag = |flag: bool| -> ArrayRef { Arc::new(BooleanArray::from(vec![flag])) };
    columns.push(Arc::new(Float64Array::from(vec![statistics.log_loss])));
    columns.push(Arc::new(Float64Array::from(vec![statistics.auc])));
    columns.push(count(u64::from(statistics.iterations)));
    columns.extend([flag(statistics.converged), flag(statistics.separated)]);
    columns.extend([statistics.n, statistics.skipped + skipped, statistics.rank].map(count));
    for table in tables {
        let intercepts = table.iter().map(|row| row.first().copied().flatten());
        columns.push(one_list(Arc::new(intercepts.collect::<Float64Array>()))?);
    }
    let one = StructArray::try_new(fields(), columns, None::<NullBuffer>)?;
    Ok(ScalarValue::Struct(Arc::new(one)))
}

fn failed(error: &Error) -> DataFusionError {
    DataFusionError::Execution(format!("{}: {error}", PARAMETERS.function))
}
