//! What a sentiment model's labels and logits say about a text.

use datafusion_common::Result;
use tronie_model::{ModelError, Output, OutputKind};
use tronie_udf_kit::{Asked, model_error};

/// The direction of a sentiment, in the order of the scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Polarity {
    Negative,
    Neutral,
    Positive,
}

impl Polarity {
    const ALL: [Self; 3] = [Self::Negative, Self::Neutral, Self::Positive];

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Negative => "negative",
            Self::Neutral => "neutral",
            Self::Positive => "positive",
        }
    }

    /// Reads the label names in use: words, their short forms, Chinese ones, and stars out of five.
    fn from_label(label: &str) -> Option<Self> {
        match label {
            "negative" | "neg" | "负面" | "消极" | "1 star" | "2 stars" => Some(Self::Negative),
            "neutral" | "neu" | "中性" | "3 stars" => Some(Self::Neutral),
            "positive" | "pos" | "正面" | "积极" | "4 stars" | "5 stars" => Some(Self::Positive),
            _ => None,
        }
    }
}

/// A text's sentiment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sentiment {
    pub(crate) polarity: Polarity,
    /// Probability of positive less probability of negative: -1 to 1.
    pub(crate) score: f64,
    /// Probability of the polarity.
    pub(crate) confidence: f64,
}

/// How to read an output: the polarity of each column.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    output: &'a Output,
    polarities: Vec<Polarity>,
}

impl<'a> Reader<'a> {
    /// A reader of `output`, or the reason why it is no sentiment.
    pub(crate) fn new(output: &'a Output) -> Result<Self, String> {
        if output.kind != OutputKind::Logits {
            return Err(format!("its output `{}` has no labels", output.name));
        }
        let polarity = |label: &String| {
            Polarity::from_label(label).ok_or_else(|| {
                let labels = output.labels.join("`, `");
                format!(
                    "its labels are `{labels}`, expected negative, neutral, positive; rename them in its `id2label`"
                )
            })
        };
        let polarities: Vec<Polarity> = output.labels.iter().map(polarity).collect::<Result<_, _>>()?;
        Ok(Self { output, polarities })
    }

    /// The sentiment in a row of logits: softmax, summed over the columns of each polarity.
    pub(crate) fn read(&self, logits: &[f32]) -> Sentiment {
        let mut mass = [0.0; 3];
        for (probability, &polarity) in self.output.probabilities(logits).into_iter().zip(&self.polarities) {
            mass[polarity as usize] += probability;
        }
        let [negative, _, positive] = mass;
        // Of equals the first wins, so that a tie is not decided by chance.
        let best = Polarity::ALL
            .into_iter()
            .rev()
            .max_by(|a, b| mass[*a as usize].total_cmp(&mass[*b as usize]));
        let polarity = best.unwrap_or(Polarity::Neutral);
        Sentiment {
            polarity,
            score: positive - negative,
            confidence: mass[polarity as usize],
        }
    }
}

/// The sentiments in a model's answers.
pub(crate) fn sentiments(asked: &Asked) -> Result<Vec<Option<Sentiment>>> {
    let reader = Reader::new(&asked.output).map_err(|reason| {
        model_error(ModelError::Task {
            model: asked.model.name().to_owned(),
            task: "sentiment".to_owned(),
            reason,
        })
    })?;
    Ok(asked
        .rows
        .iter()
        .map(|row| row.as_ref().map(|logits| reader.read(logits)))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(labels: &[&str], temperature: f32) -> Output {
        let labels = labels.iter().map(|&label| label.to_owned()).collect();
        Output {
            name: "logits".to_owned(),
            task: None,
            kind: OutputKind::Logits,
            labels,
            temperature,
        }
    }

    #[test]
    fn the_largest_probability_names_the_polarity() {
        let output = output(&["negative", "neutral", "positive"], 1.0);
        let reader = Reader::new(&output).expect("known labels");
        let sentiment = reader.read(&[0.0, 0.0, 2.0_f32.ln()]);
        assert_eq!(sentiment.polarity, Polarity::Positive);
        assert!((sentiment.confidence - 0.5).abs() < 1e-6);
        assert!((sentiment.score - 0.25).abs() < 1e-6);
    }

    #[test]
    fn temperature_softens() {
        let sharp = Reader::new(&output(&["neg", "pos"], 1.0))
            .expect("known labels")
            .read(&[0.0, 4.0]);
        let soft = Reader::new(&output(&["neg", "pos"], 4.0))
            .expect("known labels")
            .read(&[0.0, 4.0]);
        assert!(sharp.confidence > soft.confidence && soft.confidence > 0.5);
    }

    #[test]
    fn stars_are_summed() {
        let labels = ["1 star", "2 stars", "3 stars", "4 stars", "5 stars"];
        let sentiment = Reader::new(&output(&labels, 1.0))
            .expect("known labels")
            .read(&[1.0, 1.0, 1.2, 0.0, 0.0]);
        assert_eq!(sentiment.polarity, Polarity::Negative);
    }

    #[test]
    fn huge_logits_do_not_overflow() {
        let sentiment = Reader::new(&output(&["neg", "pos"], 1.0))
            .expect("known labels")
            .read(&[-3e38, 3e38]);
        assert_eq!((sentiment.polarity, sentiment.confidence), (Polarity::Positive, 1.0));
    }

    #[test]
    fn labels_that_are_no_sentiment_are_refused_by_name() {
        let reason = Reader::new(&output(&["spam", "ham"], 1.0)).expect_err("no sentiment");
        assert!(
            reason.starts_with("its labels are `spam`, `ham`, expected negative, neutral, positive"),
            "{reason}"
        );
    }
}
