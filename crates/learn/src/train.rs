//! From columns to a trained model: preparation, a search over hyper-parameters, a judgement on rows held out, the fit.
//!
//! With rows held out, each candidate is fitted on the others and judged on them; the metrics of the best one are what the
//! model is said to be worth. The model itself is then fitted on all rows. Rows are taken in an order that their values
//! give, so the result does not depend on how they came.

mod fits;
mod judge;

use crate::Error;
use crate::split::{row_keys, split};
use crate::table::{Column, MISSING, Values};
use crate::trained::{Score, Trained};
use fits::{fit_kmeans, fit_linear, fit_logistic, turned};

/// Rows from which some are held out where nothing is said about it.
const HELD_OUT_FROM: usize = 500;

/// The share that is held out where nothing is said about it, and the most rows of it.
const HELD_OUT: f64 = 0.2;
const MOST_HELD_OUT: f64 = 20_000.0;

/// What is to be learned.
#[derive(Debug, Clone, PartialEq)]
pub enum Task {
    /// A number, by a linear regression with one of these ridge penalties.
    Linear {
        /// The penalties to choose from.
        l2: Vec<f64>,
    },
    /// A class, by a logistic regression with one of these ridge penalties.
    Logistic {
        /// The penalties to choose from.
        l2: Vec<f64>,
        /// The most iterations; `None` is the fit's own.
        max_iterations: Option<usize>,
    },
    /// Groups of rows that are near each other, as many as one of these numbers.
    KMeans {
        /// The numbers of groups to choose from.
        k: Vec<usize>,
        /// Whether columns of numbers are brought to one scale.
        standardize: bool,
        /// The most iterations; `None` is the fit's own.
        max_iterations: Option<usize>,
    },
}

/// How it is to be learned.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// What.
    pub task: Task,
    /// For the choice of rows that are held out, and of the first centres.
    pub seed: u64,
    /// The share of rows held out; `None` is a fifth of them, from 500 rows on, and 20,000 at most.
    pub validation: Option<f64>,
}

/// A trained model and what is known about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The model.
    pub trained: Trained,
    /// Rows it was fitted on.
    pub rows: u64,
    /// Rows left out because they have no label.
    pub skipped: u64,
    /// Rows that the metrics were taken on; 0 if they are those of the fit.
    pub validation_rows: u64,
    /// How good it is, the metric that decides first.
    pub metrics: Vec<(String, f64)>,
    /// How much each column matters.
    pub importance: Vec<(String, f64)>,
    /// The hyper-parameters that were tried, and what each was worth.
    pub trials: Vec<(String, f64)>,
    /// What the fit has to say.
    pub notes: Vec<(String, String)>,
}

/// Columns without the label, and the label.
struct Data {
    columns: Vec<Column>,
    target: Target,
}

enum Target {
    None,
    Numbers(Vec<f64>),
    Classes { codes: Vec<u32>, classes: Vec<String> },
}

/// Trains a model on columns; `label` names the one that is predicted. `is_cancelled` is asked between steps.
///
/// # Errors
/// When the rows allow no such model, and when it is cancelled.
pub fn train(
    mut columns: Vec<Column>,
    label: Option<&str>,
    settings: &Settings,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<Outcome, Error> {
    let all = columns.first().map_or(0, |column| column.values.len());
    let label = label.map(|label| taken(&mut columns, label)).transpose()?;
    if columns.is_empty() {
        return Err(Error::Rows("the query gives no column to learn from".to_owned()));
    }
    let known: Vec<u32> = match &label {
        Some(label) => (0..all as u32).filter(|&row| is_known(&label.values, row)).collect(),
        None => (0..all as u32).collect(),
    };
    if known.is_empty() {
        return Err(Error::Rows(match all {
            0 => "the query gives no rows to learn from".to_owned(),
            all => format!("none of the {all} rows has a label"),
        }));
    }
    let of_rows = |columns: &[Column], rows: &[u32]| -> Vec<Column> {
        let of_column = |column: &Column| Column {
            name: column.name.clone(),
            values: column.values.take(rows),
        };
        columns.iter().map(of_column).collect()
    };
    let mut with_label = of_rows(&columns, &known);
    with_label.extend(label.map(|label| Column {
        values: label.values.take(&known),
        ..label
    }));
    drop(columns);
    let keys = row_keys(&with_label, settings.seed);
    let data = |rows: &[u32]| -> Result<Data, Error> {
        let mut columns = of_rows(&with_label, rows);
        let target = match settings.task {
            Task::KMeans { .. } => Target::None,
            Task::Linear { .. } => target_numbers(columns.pop())?,
            Task::Logistic { .. } => target_classes(columns.pop())?,
        };
        Ok(Data { columns, target })
    };
    let candidates = candidates(&settings.task);
    let share = held_out(settings, known.len(), candidates.len());
    let (fitted, held) = split(&keys, share);
    let mut trials = Vec::new();
    let mut best: (usize, Vec<(String, f64)>) = (0, Vec::new());
    if !held.is_empty() || candidates.len() > 1 {
        // Clusters are judged on the rows that they were made of.
        let judges = if held.is_empty() { &fitted } else { &held };
        let (fitted, held) = (data(&fitted)?, data(judges)?);
        for (place, candidate) in candidates.iter().enumerate() {
            check(is_cancelled)?;
            let model = fit(&fitted, candidate, settings, is_cancelled)?;
            let metrics = judged(&model.trained, &held)?;
            let worth = metrics.first().map_or(f64::NAN, |(_, value)| *value);
            let is_first = best.1.is_empty();
            if is_first || better(&settings.task, worth, best.1[0].1) {
                best = (place, metrics);
            }
            trials.push((candidate.text(), worth));
        }
    }
    if candidates.len() == 1 {
        trials.clear();
    }
    check(is_cancelled)?;
    let (in_order, _) = split(&keys, 0.0);
    let whole = data(&in_order)?;
    let model = fit(&whole, &candidates[best.0], settings, is_cancelled)?;
    let (validation_rows, metrics) = match held.len() {
        0 => (0, judged(&model.trained, &whole)?),
        held => (held as u64, best.1),
    };
    Ok(Outcome {
        importance: importance(&model.trained, &whole.columns),
        trained: model.trained,
        rows: known.len() as u64,
        skipped: (all - known.len()) as u64,
        validation_rows,
        metrics: metrics.into_iter().filter(|(_, value)| value.is_finite()).collect(),
        trials: trials.into_iter().filter(|(_, value)| value.is_finite()).collect(),
        notes: model.notes,
    })
}

fn check(is_cancelled: &dyn Fn() -> bool) -> Result<(), Error> {
    match is_cancelled() {
        true => Err(Error::Cancelled),
        false => Ok(()),
    }
}

/// The column of a name, out of the others.
fn taken(columns: &mut Vec<Column>, name: &str) -> Result<Column, Error> {
    match columns.iter().position(|column| column.name == name) {
        Some(place) => Ok(columns.remove(place)),
        None => {
            let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
            let there = names.join("`, `");
            Err(Error::Parameter(format!(
                "the query has no column `{name}` to predict (its columns: `{there}`)"
            )))
        }
    }
}

fn is_known(values: &Values, row: u32) -> bool {
    match values {
        Values::Numbers(numbers) => numbers[row as usize].is_finite(),
        Values::Words(words) => words.codes()[row as usize] != MISSING,
    }
}

fn target_numbers(label: Option<Column>) -> Result<Target, Error> {
    match label.map(|label| (label.name, label.values)) {
        Some((_, Values::Numbers(numbers))) => Ok(Target::Numbers(numbers)),
        Some((name, Values::Words(_))) => Err(Error::Parameter(format!(
            "linear_reg predicts a number, and `{name}` is text; use logistic_reg, or cast it"
        ))),
        None => Err(Error::Parameter("linear_reg needs a label".to_owned())),
    }
}

fn target_classes(label: Option<Column>) -> Result<Target, Error> {
    match label.map(|label| (label.name, label.values)) {
        Some((_, Values::Words(words))) => {
            let mut classes: Vec<String> = words.known().to_vec();
            let mut counts = vec![0_u64; classes.len()];
            words.codes().iter().for_each(|&code| counts[code as usize] += 1);
            classes.retain(|class| {
                words
                    .known()
                    .iter()
                    .zip(&counts)
                    .any(|(known, count)| known == class && *count > 0)
            });
            let numbers: Option<Vec<f64>> = classes.iter().map(|class| class.parse().ok()).collect();
            // Classes that are numbers are in their order: 2 before 10.
            match numbers {
                Some(_) => classes.sort_by(|a, b| number(a).total_cmp(&number(b)).then_with(|| a.cmp(b))),
                None => classes.sort(),
            }
            let place = |word: &String| classes.iter().position(|class| class == word).unwrap_or(0) as u32;
            let places: Vec<u32> = words.known().iter().map(place).collect();
            let codes = words.codes().iter().map(|&code| places[code as usize]).collect();
            Ok(Target::Classes { codes, classes })
        }
        Some((name, Values::Numbers(_))) => Err(Error::Parameter(format!("`{name}` was not read as classes"))),
        None => Err(Error::Parameter("logistic_reg needs a label".to_owned())),
    }
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}

/// The share of rows that is held out.
fn held_out(settings: &Settings, rows: usize, candidates: usize) -> f64 {
    if let Task::KMeans { .. } = settings.task {
        return 0.0;
    }
    match settings.validation {
        Some(share) => share,
        // A choice wants rows that were not learned from, however few there are.
        None if rows >= HELD_OUT_FROM || candidates > 1 => HELD_OUT.min(MOST_HELD_OUT / rows as f64),
        None => 0.0,
    }
}

/// One choice of hyper-parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Candidate {
    L2(f64),
    K(usize),
}

impl Candidate {
    fn text(self) -> String {
        match self {
            Self::L2(l2) => format!("l2 = {l2}"),
            Self::K(k) => format!("k = {k}"),
        }
    }
}

fn candidates(task: &Task) -> Vec<Candidate> {
    match task {
        Task::Linear { l2 } | Task::Logistic { l2, .. } => l2.iter().copied().map(Candidate::L2).collect(),
        Task::KMeans { k, .. } => k.iter().copied().map(Candidate::K).collect(),
    }
}

/// Whether a worth is better than another: of log-loss the smaller, of r2 the greater.
fn better(task: &Task, worth: f64, than: f64) -> bool {
    match task {
        Task::Logistic { .. } => worth < than,
        Task::Linear { .. } | Task::KMeans { .. } => worth > than,
    }
}

/// A model as a fit leaves it.
struct Fitted {
    trained: Trained,
    notes: Vec<(String, String)>,
}

fn fit(
    data: &Data,
    candidate: &Candidate,
    settings: &Settings,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<Fitted, Error> {
    match (&settings.task, candidate, &data.target) {
        (Task::Linear { .. }, Candidate::L2(l2), Target::Numbers(target)) => {
            fit_linear(&data.columns, target, *l2, is_cancelled)
        }
        (Task::Logistic { max_iterations, .. }, Candidate::L2(l2), Target::Classes { codes, classes }) => {
            fit_logistic(&data.columns, codes, classes, *l2, *max_iterations)
        }
        (
            Task::KMeans {
                standardize,
                max_iterations,
                ..
            },
            Candidate::K(k),
            _,
        ) => fit_kmeans(
            &data.columns,
            *k,
            *standardize,
            *max_iterations,
            settings.seed,
            is_cancelled,
        ),
        _ => Err(Error::Parameter(
            "the label is not of the kind that the model predicts".to_owned(),
        )),
    }
}

/// How good a model is on some rows, the metric that decides first.
fn judged(trained: &Trained, data: &Data) -> Result<Vec<(String, f64)>, Error> {
    match (trained, &data.target) {
        (Trained::Linear(score), Target::Numbers(target)) => judge::numbers(score, &data.columns, target),
        (Trained::Logistic(model), Target::Classes { codes, classes }) => {
            judge::classes(model, &data.columns, codes, classes)
        }
        (Trained::KMeans(clusters), _) => {
            let rows = turned(&clusters.preparation.columns(&data.columns)?);
            judge::clusters(clusters, &rows)
        }
        _ => Ok(Vec::new()),
    }
}

fn importance(trained: &Trained, columns: &[Column]) -> Vec<(String, f64)> {
    let scores: &[Score] = match trained {
        Trained::Linear(score) => std::slice::from_ref(score),
        Trained::Logistic(classes) => &classes.scores,
        Trained::KMeans(clusters) => return clusters.importance(),
        _ => return Vec::new(),
    };
    let by_score: Vec<Vec<f64>> = scores.iter().map(|score| score.importance(columns)).collect();
    let of_column = |place: usize| by_score.iter().map(|of| of[place]).sum::<f64>() / by_score.len() as f64;
    let names = columns.iter().enumerate();
    names
        .map(|(place, column)| (column.name.clone(), of_column(place)))
        .collect()
}
