//! `max(CAST(a AS BIGINT))` looks at the values, and not at the least and greatest text of a file.
//!
//! DataFusion 55 casts the bounds that it knows of a column as if every cast kept the order. One between texts and numbers does
//! not: '100' comes before '2'. So the greatest number of a Parquet file of texts was wrong (datafusion#25221), and a
//! condition over numbers cast to texts failed (datafusion#25532). A function in place of such a cast has no bounds.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::compute::CastOptions;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{
    Cast, ColumnarValue, Expr, ExprSchemable, LogicalPlan, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF,
    ScalarUDFImpl, Signature, TryCast, Volatility,
};
use datafusion::optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule};

static CAST: LazyLock<Arc<ScalarUDF>> =
    LazyLock::new(|| Arc::new(ScalarUDF::from(CastValues::new("cast_values", false))));
static TRY_CAST: LazyLock<Arc<ScalarUDF>> =
    LazyLock::new(|| Arc::new(ScalarUDF::from(CastValues::new("try_cast_values", true))));

/// The rule.
#[derive(Debug)]
pub(super) struct CastValuesNotBounds;

impl OptimizerRule for CastValuesNotBounds {
    fn name(&self) -> &'static str {
        "cast_values_not_bounds"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::BottomUp)
    }

    fn rewrite(&self, plan: LogicalPlan, _: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        // Files are pruned by what is in a scan's filters, where DataFusion takes care of such casts.
        if matches!(plan, LogicalPlan::TableScan(_)) {
            return Ok(Transformed::no(plan));
        }
        let schema = merge_schema(&plan.inputs());
        let names = NamePreserver::new(&plan);
        plan.map_expressions(|expr| {
            let name = names.save(&expr);
            let expr = expr.transform_up(|expr| {
                let (inner, target, function) = match &expr {
                    Expr::Cast(Cast { expr, field, .. }) => (expr, field.data_type(), &CAST),
                    Expr::TryCast(TryCast { expr, field, .. }) => (expr, field.data_type(), &TRY_CAST),
                    _ => return Ok(Transformed::no(expr)),
                };
                // Bounds are known of columns alone.
                if inner.column_refs().is_empty() || keeps_order(&inner.get_type(&schema)?, target) {
                    return Ok(Transformed::no(expr));
                }
                let kind = Expr::Literal(ScalarValue::try_from(target)?, None);
                Ok(Transformed::yes(function.call(vec![inner.as_ref().clone(), kind])))
            })?;
            Ok(expr.update_data(|expr| name.restore(expr)))
        })
    }
}

/// Whether values stand in the same order before and after a cast. Of types that no bounds are known of, it does not matter.
fn keeps_order(from: &DataType, to: &DataType) -> bool {
    let kind = |data_type: &DataType| match data_type {
        DataType::Dictionary(_, value) => kind_of(value),
        other => kind_of(other),
    };
    kind(from) == kind(to)
}

#[derive(PartialEq)]
enum Order {
    Text,
    Flag,
    Number,
    Other,
}

fn kind_of(data_type: &DataType) -> Order {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Order::Text,
        DataType::Boolean => Order::Flag,
        // Times are numbers.
        other if other.is_numeric() || other.is_temporal() => Order::Number,
        _ => Order::Other,
    }
}

/// Casts its first argument to the type of its second.
#[derive(Debug, PartialEq, Eq, Hash)]
struct CastValues {
    name: &'static str,
    /// Whether what cannot be cast is NULL, not an error.
    tries: bool,
    signature: Signature,
}

impl CastValues {
    fn new(name: &'static str, tries: bool) -> Self {
        Self {
            name,
            tries,
            signature: Signature::any(2, Volatility::Immutable),
        }
    }
}

impl ScalarUDFImpl for CastValues {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        Ok(arguments.get(1).cloned().unwrap_or(DataType::Null))
    }

    fn return_field_from_args(&self, arguments: ReturnFieldArgs) -> Result<FieldRef> {
        let of = |at: usize| arguments.arg_fields.get(at);
        let data_type = of(1).map_or(DataType::Null, |field| field.data_type().clone());
        let nullable = self.tries || of(0).is_none_or(|field| field.is_nullable());
        Ok(Arc::new(Field::new(self.name, data_type, nullable)))
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let target = arguments.return_field.data_type();
        let options = CastOptions {
            safe: self.tries,
            ..datafusion::common::format::DEFAULT_CAST_OPTIONS
        };
        match arguments.args.first() {
            Some(value) => value.cast_to(target, Some(&options)),
            None => ScalarValue::try_from(target).map(ColumnarValue::Scalar),
        }
    }
}
