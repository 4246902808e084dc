//! What precision, recall and F1 have in common: a measure of one label, or of several.

use datafusion_common::{Result, ScalarValue, exec_err};
use tronie_learn::labels::Labels;
use tronie_learn::metrics::confusion::{Average, Cells, Measure};
use tronie_udf_kit::{Options, Parameters};

use crate::positive::{POSITIVE, Positive};

/// The option that says how the measures of several labels become one.
pub(crate) const AVERAGE: &str = "average";

const AVERAGES: [&str; 4] = ["binary", "macro", "micro", "weighted"];

/// What the documentation says of the option.
pub(crate) const AVERAGE_DOCUMENTATION: &str = "'binary', the default: of the positive label alone. 'macro': the mean over \
     all labels. 'weighted': the mean over all labels, each counting as often as it is the actual one. 'micro': over all rows, \
     which with one label a row is the accuracy.";

/// What the documentation says of what is left out.
pub(crate) const LEFT_OUT: &str = "0 where it is 0 / 0, as in scikit-learn. Labels are compared as texts. Rows with a NULL \
     on either side do not count; NULL without any row.";

/// The parameters of such a function.
pub(crate) const fn parameters(function: &'static str) -> Parameters {
    Parameters {
        function,
        required: &["actual", "predicted"],
        options: &[AVERAGE, POSITIVE],
    }
}

/// Of which label, or how over all of them.
#[derive(Debug, Clone)]
pub(crate) enum Over {
    Positive(Positive),
    All(Average),
}

impl Over {
    /// What the options of a call say.
    ///
    /// # Errors
    /// For other values, and for a positive label where all labels count.
    pub(crate) fn new(parameters: &Parameters, options: &Options<'_>) -> Result<Self> {
        let positive = options.text(POSITIVE)?;
        let average = match options.choice(AVERAGE, &AVERAGES)? {
            None | Some(0) => return Ok(Self::Positive(Positive::new(positive))),
            Some(1) => Average::Macro,
            Some(2) => Average::Micro,
            Some(_) => Average::Weighted,
        };
        if positive.is_some() {
            let function = parameters.function;
            return datafusion_common::plan_err!(
                "{function}: `{POSITIVE} =>` is for one label; leave it out, or take average => 'binary'"
            );
        }
        Ok(Self::All(average))
    }

    /// The measure; NULL without rows.
    ///
    /// # Errors
    /// When it is not known which label is the positive one.
    pub(crate) fn finish(
        &self,
        parameters: &Parameters,
        measure: Measure,
        labels: &Labels,
        cells: &Cells,
    ) -> Result<ScalarValue> {
        let classes = cells.classes(labels);
        let positive = match self {
            Self::All(average) => return Ok(ScalarValue::Float64(classes.average(measure, *average))),
            Self::Positive(positive) => positive,
        };
        if classes.0.is_empty() {
            return Ok(ScalarValue::Float64(None));
        }
        let function = parameters.function;
        let names = || classes.0.iter().filter_map(|(code, _)| labels.text(*code));
        let mut found = None;
        for (code, _) in &classes.0 {
            let label = labels.text(*code).unwrap_or_default();
            match positive.of_text(label) {
                Some(true) => found = Some(*code),
                Some(false) => {}
                None => {
                    return exec_err!(
                        "{function}: the labels are {}, not 1 or true against 0 or false; name the positive one, such as \
                         {POSITIVE} => '{label}', or take all: {AVERAGE} => 'macro'",
                        list(names())
                    );
                }
            }
        }
        if let (None, Positive::Named(positive), 2..) = (found, positive, classes.0.len()) {
            return exec_err!(
                "{function}: `{POSITIVE} =>` is '{positive}', but the labels are {}; name one of them",
                list(names())
            );
        }
        let class = found.map(|code| classes.of(code)).unwrap_or_default();
        Ok(ScalarValue::from(class.measure(measure)))
    }
}

/// Labels for a message: the first few.
fn list<'a>(labels: impl Iterator<Item = &'a str>) -> String {
    const SHOWN: usize = 5;
    let mut labels: Vec<&str> = labels.take(SHOWN + 1).collect();
    let more = if labels.len() > SHOWN { ", .." } else { "" };
    labels.truncate(SHOWN);
    format!("'{}'{more}", labels.join("', '"))
}
