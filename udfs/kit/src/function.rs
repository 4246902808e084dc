//! The list of functions: from it they are registered, documented, executed as examples, tested and measured.

use std::sync::Arc;

use datafusion_common::ScalarValue;
use datafusion_expr::{
    AggregateUDF, AggregateUDFImpl, Documentation, ScalarUDF, ScalarUDFImpl, Signature, WindowUDF, WindowUDFImpl,
};

use tronie_model::TokenReader;

use crate::env::UdfEnv;
use crate::model::{ALSO, MODEL};
use crate::parameters::Parameters;

/// One SQL function.
#[derive(Debug, Clone)]
pub struct Function {
    /// What kind of function it is.
    pub kind: FunctionKind,
    /// Constants that stand for the arguments after the first one where tests call the function.
    pub samples: Vec<ScalarValue>,
    /// The same for further calls, which do another work.
    pub more_samples: Vec<Vec<ScalarValue>>,
    /// What it asks of a model; `None` for a function that asks none.
    pub asks: Option<Asks>,
}

/// What a function asks of a text model. The planner reads it to let functions share passes and to spare calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asks {
    /// The task.
    pub task: &'static str,
    /// Which arguments are the texts, counted from 0.
    pub texts: &'static [usize],
    /// Which argument names the model.
    pub model: usize,
    /// Which argument takes what else the pass should answer, see [`ALSO`](crate::ALSO).
    pub also: usize,
    /// An argument and the text that it has to be for the function to ask at all.
    pub when: Option<(usize, &'static str)>,
}

/// What a function makes of rows.
#[derive(Debug, Clone)]
pub enum FunctionKind {
    /// One result a row.
    Scalar(Arc<ScalarUDF>),
    /// One result a group of rows.
    Aggregate(Arc<AggregateUDF>),
    /// One result a row, from the rows of its window.
    Window(Arc<WindowUDF>),
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
    /// The tasks that are answered by a reading of token vectors, and what reads them.
    pub readers: &'static [(&'static str, MakeReader)],
}

/// Makes what reads the token vectors of texts.
pub type MakeReader = fn() -> Arc<dyn TokenReader>;

impl Function {
    /// A function with one result a row.
    pub fn scalar(function: impl ScalarUDFImpl + 'static) -> Self {
        Self {
            kind: FunctionKind::Scalar(Arc::new(ScalarUDF::from(function))),
            samples: Vec::new(),
            more_samples: Vec::new(),
            asks: None,
        }
    }

    /// A function with one result a group of rows.
    pub fn aggregate(function: impl AggregateUDFImpl + 'static) -> Self {
        Self {
            kind: FunctionKind::Aggregate(Arc::new(AggregateUDF::from(function))),
            samples: Vec::new(),
            more_samples: Vec::new(),
            asks: None,
        }
    }

    /// A function with one result a row, from the rows of its window.
    pub fn window(function: impl WindowUDFImpl + 'static) -> Self {
        Self {
            kind: FunctionKind::Window(Arc::new(WindowUDF::from(function))),
            samples: Vec::new(),
            more_samples: Vec::new(),
            asks: None,
        }
    }

    /// The same, called in tests with these constants after its first argument.
    #[must_use]
    pub fn with_samples(self, samples: Vec<ScalarValue>) -> Self {
        Self { samples, ..self }
    }

    /// The same, called in tests with these constants as well.
    #[must_use]
    pub fn with_more_samples(mut self, samples: Vec<ScalarValue>) -> Self {
        self.more_samples.push(samples);
        self
    }

    /// The constants after the first argument, for each way in which tests call the function.
    pub fn calls(&self) -> impl Iterator<Item = &[ScalarValue]> {
        std::iter::once(&self.samples)
            .chain(&self.more_samples)
            .map(Vec::as_slice)
    }

    /// The same, which asks `task` about the arguments `texts` of a call with these parameters; no arguments for one that
    /// asks about texts that it makes itself.
    #[must_use]
    pub fn asking(self, parameters: &Parameters, task: &'static str, texts: &'static [usize]) -> Self {
        let asks = Asks {
            task,
            texts,
            model: parameters.position(MODEL),
            also: parameters.position(ALSO),
            when: None,
        };
        Self {
            asks: Some(asks),
            ..self
        }
    }

    /// The same, which asks only where its option is `value`.
    #[must_use]
    pub fn only_when(mut self, parameters: &Parameters, option: &str, value: &'static str) -> Self {
        if let Some(asks) = &mut self.asks {
            asks.when = Some((parameters.position(option), value));
        }
        self
    }

    /// The name in SQL.
    pub fn name(&self) -> &str {
        match &self.kind {
            FunctionKind::Scalar(udf) => udf.name(),
            FunctionKind::Aggregate(udf) => udf.name(),
            FunctionKind::Window(udf) => udf.name(),
        }
    }

    /// The reference entry.
    pub fn documentation(&self) -> Option<&Documentation> {
        match &self.kind {
            FunctionKind::Scalar(udf) => udf.documentation(),
            FunctionKind::Aggregate(udf) => udf.documentation(),
            FunctionKind::Window(udf) => udf.documentation(),
        }
    }

    /// What it may be called with.
    pub fn signature(&self) -> &Signature {
        match &self.kind {
            FunctionKind::Scalar(udf) => udf.signature(),
            FunctionKind::Aggregate(udf) => udf.signature(),
            FunctionKind::Window(udf) => udf.signature(),
        }
    }
}
