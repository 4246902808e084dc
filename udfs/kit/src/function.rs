//! The list of functions: from it they are registered, documented, executed as examples, tested and measured.

use std::sync::Arc;

use datafusion_expr::{Documentation, ScalarUDF};

use crate::env::UdfEnv;

/// One SQL function.
#[derive(Debug, Clone)]
pub enum Function {
    /// One result a row.
    Scalar(Arc<ScalarUDF>),
}

/// Makes one function: what each function's file exports as `function`.
pub type MakeFunction = fn(&UdfEnv) -> Function;

/// The functions of one crate.
#[derive(Debug, Clone, Copy)]
pub struct FunctionSet {
    /// The heading in the reference, such as `Text`.
    pub title: &'static str,
    /// One entry a function, in alphabetical order.
    pub functions: &'static [MakeFunction],
}

impl Function {
    /// The name in SQL.
    pub fn name(&self) -> &str {
        match self {
            Self::Scalar(udf) => udf.name(),
        }
    }

    /// The reference entry.
    pub fn documentation(&self) -> Option<&Documentation> {
        match self {
            Self::Scalar(udf) => udf.documentation(),
        }
    }
}
