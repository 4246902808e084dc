//! The texts of a call that the model's cascade answers.

use std::sync::Arc;

use tronie_common::Counts;

use crate::answers::{Answer, Key};
use crate::distinct::Distinct;
use crate::models::Request;
use crate::question::Question;

/// One in so many of the texts that the cascade is sure of goes through the model all the same. Which ones, the text alone
/// decides, so that it has the same answer every time.
const AUDIT_EVERY: u8 = 64;

/// The answers of the cascade, and what it would have answered where it is audited.
#[derive(Debug, Default)]
pub(crate) struct Easy {
    /// One for each distinct text: `None` for those that the model itself has to answer.
    pub(crate) answers: Vec<Option<Answer>>,
    /// Texts that are audited, and the label that the cascade would have given.
    audited: Vec<(usize, usize)>,
}

impl Easy {
    /// Asks the cascade, if the request wants one, the model has one, and it knows all that is asked.
    pub(crate) fn new(request: &Request<'_>, distinct: &Distinct<'_>) -> Self {
        let mut easy = Self {
            answers: vec![None; distinct.texts.len()],
            audited: Vec::new(),
        };
        let Some(cascade) = request.model.cascade.as_ref().filter(|_| request.cascade > 0.0) else {
            return easy;
        };
        // What else is asked of the pass has to come out of the model, so nothing would be spared.
        let threshold = |question: &Question| {
            let plain = question.reader.is_none();
            plain
                .then(|| cascade.threshold(&question.output.name, request.cascade))
                .flatten()
        };
        let thresholds: Option<Vec<f64>> = request.questions.iter().map(threshold).collect();
        let Some(least) = thresholds.and_then(|all| all.first().copied()) else {
            return easy;
        };
        let output = &request.questions[0].output;
        for (number, text) in distinct.texts.iter().enumerate() {
            let Some(mut logits) = cascade.answer(&output.name, text, least) else {
                continue;
            };
            // It has learnt probabilities; whoever reads logits divides them by the temperature first.
            logits.iter_mut().for_each(|logit| *logit *= output.temperature);
            if is_audited(&distinct.keys(number)[0]) {
                easy.audited.push((number, best(&logits)));
            } else {
                easy.answers[number] = Some(Ok(Arc::from(logits)));
            }
        }
        easy
    }

    /// Counts what the cascade answered, and how often it agreed where it was audited.
    pub(crate) fn count(&self, answers: &[Answer], counts: &mut Counts) {
        counts.cascaded += self.answers.iter().flatten().count() as u64;
        for (number, label) in &self.audited {
            if let Ok(logits) = &answers[*number] {
                counts.audited += 1;
                counts.agreed += u64::from(best(logits) == *label);
            }
        }
    }
}

fn is_audited(key: &Key) -> bool {
    key[0].is_multiple_of(AUDIT_EVERY)
}

fn best(logits: &[f32]) -> usize {
    (0..logits.len())
        .rev()
        .max_by(|&a, &b| logits[a].total_cmp(&logits[b]))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
