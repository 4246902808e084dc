//! Which expressions may be computed at another place of a plan, and which let others pass.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::TreeNode;
use datafusion::common::{DFSchema, Result};
use datafusion::logical_expr::{BinaryExpr, Cast, Expr, ExprSchemable, Operator};

/// Whether an expression gives the same value wherever its columns are at hand. Volatile functions do not, and what refers
/// to something outside of its row (sub-queries, outer columns) stays where it was put.
pub(crate) fn movable(expression: &Expr) -> Result<bool> {
    if expression.is_volatile() || expression.column_refs().is_empty() {
        return Ok(false);
    }
    // An alias with metadata says more about the column than its expression does.
    if matches!(expression, Expr::Alias(alias) if alias.metadata.is_some()) {
        return Ok(false);
    }
    let bound = expression.exists(|part| {
        Ok(!matches!(
            part,
            Expr::Alias(_)
                | Expr::Column(_)
                | Expr::Literal(..)
                | Expr::BinaryExpr(_)
                | Expr::Like(_)
                | Expr::SimilarTo(_)
                | Expr::Not(_)
                | Expr::IsNotNull(_)
                | Expr::IsNull(_)
                | Expr::IsTrue(_)
                | Expr::IsFalse(_)
                | Expr::IsUnknown(_)
                | Expr::IsNotTrue(_)
                | Expr::IsNotFalse(_)
                | Expr::IsNotUnknown(_)
                | Expr::Negative(_)
                | Expr::Between(_)
                | Expr::Case(_)
                | Expr::Cast(_)
                | Expr::TryCast(_)
                | Expr::ScalarFunction(_)
                | Expr::InList(_)
                | Expr::Placeholder(_)
        ))
    })?;
    Ok(!bound)
}

/// Whether an expression has a value for every row, and the same one each time. A filter may be taken from below such an
/// expression; below any other it may be what keeps it from failing: `1 / n` above `n > 0`.
pub(crate) fn cannot_fail(expression: &Expr, schema: &DFSchema) -> Result<bool> {
    let risky = expression.exists(|part| {
        Ok(match part {
            Expr::Alias(_)
            | Expr::Column(_)
            | Expr::Literal(..)
            | Expr::Not(_)
            | Expr::IsNotNull(_)
            | Expr::IsNull(_)
            | Expr::IsTrue(_)
            | Expr::IsFalse(_)
            | Expr::IsUnknown(_)
            | Expr::IsNotTrue(_)
            | Expr::IsNotFalse(_)
            | Expr::IsNotUnknown(_)
            | Expr::Between(_)
            | Expr::InList(_) => false,
            Expr::BinaryExpr(BinaryExpr { left, op, right }) if wraps(*op) => {
                let number = |kind: DataType| kind.is_integer() || kind.is_floating();
                !number(left.get_type(schema)?) || !number(right.get_type(schema)?)
            }
            Expr::BinaryExpr(BinaryExpr { op, .. }) => !compares(*op),
            Expr::Like(like) => !matches!(like.pattern.as_ref(), Expr::Literal(..)),
            Expr::Cast(Cast { expr, field }) => !widens(&expr.get_type(schema)?, field.data_type()),
            // A field of a struct.
            Expr::ScalarFunction(call) => call.name() != "get_field",
            _ => true,
        })
    })?;
    Ok(!risky)
}

fn compares(operator: Operator) -> bool {
    use Operator::{And, Eq, Gt, GtEq, IsDistinctFrom, IsNotDistinctFrom, Lt, LtEq, NotEq, Or};
    matches!(
        operator,
        Eq | NotEq | Lt | LtEq | Gt | GtEq | And | Or | IsDistinctFrom | IsNotDistinctFrom
    )
}

/// Arithmetic that has a result for all numbers: integers wrap around.
fn wraps(operator: Operator) -> bool {
    matches!(operator, Operator::Plus | Operator::Minus | Operator::Multiply)
}

/// Whether every value of one type is one of the other, so that a cast cannot fail.
fn widens(from: &DataType, to: &DataType) -> bool {
    use DataType::{
        Boolean, Date32, Date64, Float32, Float64, Int8, Int16, Int32, Int64, LargeUtf8, UInt8, UInt16, UInt32, UInt64,
        Utf8, Utf8View,
    };
    let text = |kind: &DataType| matches!(kind, Utf8 | LargeUtf8 | Utf8View);
    match (from, to) {
        (from, to) if from == to => true,
        (DataType::Null, _) => true,
        (DataType::Dictionary(_, value), to) => widens(value, to),
        (from, to) if text(to) => {
            text(from) || from.is_integer() || from.is_floating() || matches!(from, Boolean | Date32 | Date64)
        }
        (Int8, Int16 | Int32 | Int64) | (Int16, Int32 | Int64) | (Int32, Int64) => true,
        (UInt8, UInt16 | UInt32 | UInt64 | Int16 | Int32 | Int64) => true,
        (UInt16, UInt32 | UInt64 | Int32 | Int64) | (UInt32, UInt64 | Int64) => true,
        (Int8 | Int16 | Int32 | Int64 | UInt8 | UInt16 | UInt32 | UInt64 | Float32, Float64) => true,
        (Int8 | Int16 | Int32 | Int64 | UInt8 | UInt16 | UInt32 | UInt64, Float32) => true,
        _ => false,
    }
}
