//! Fits of prepared columns, turned into trained models over the columns themselves.

use super::{Fitted, check};
use crate::prepare::{How, Preparation};
use crate::table::Column;
use crate::trained::{Classes, Clusters, Score, Trained};
use crate::{Error, kmeans, linear, logistic};

/// Columns as fits with an intercept read them.
const WITH_INTERCEPT: How = How {
    drop_reference: true,
    standardize: true,
};

pub(super) fn fit_logistic(
    columns: &[Column],
    codes: &[u32],
    classes: &[String],
    l2: f64,
    max_iterations: Option<usize>,
) -> Result<Fitted, Error> {
    if let [only] = classes {
        return Err(Error::Rows(format!(
            "all rows are of the class `{only}`; a fit needs two classes"
        )));
    }
    let preparation = Preparation::learn(columns, WITH_INTERCEPT)?;
    let mut rows = logistic::Rows::new(preparation.width());
    // In their order, so that the codes are the places.
    for place in 0..classes.len() {
        rows.code(&logistic::Label::Integer(place as i64))?;
    }
    let prepared = preparation.columns(columns)?;
    let prepared: Vec<&[f64]> = prepared.iter().map(Vec::as_slice).collect();
    rows.push_columns(&prepared, codes)?;
    let mut options = logistic::Options {
        l2,
        ..logistic::Options::default()
    };
    if let Some(most) = max_iterations {
        options.max_iterations = u32::try_from(most).unwrap_or(u32::MAX);
    }
    let fit = logistic::fit(&rows, &options)?;
    let of_place = |place: &String| place.parse().ok().and_then(|place: usize| classes.get(place)).cloned();
    let known: Vec<String> = fit.classes.iter().filter_map(of_place).collect();
    let scores = fit
        .intercepts
        .iter()
        .zip(&fit.coefficients)
        .map(|(intercept, coefficients)| Score::of_fit(&preparation, *intercept, coefficients))
        .collect();
    let statistics = &fit.statistics;
    let mut notes = vec![("iterations".to_owned(), statistics.iterations.to_string())];
    if l2 > 0.0 {
        notes.push(("l2".to_owned(), l2.to_string()));
    }
    if statistics.separated {
        let note = "some columns tell the classes apart without an error, so the best coefficients are not finite; \
                    give an l2 above 0";
        notes.push(("separated".to_owned(), note.to_owned()));
    } else if !statistics.converged {
        let note = "the fit stopped before it converged; raise max_iterations";
        notes.push(("converged".to_owned(), note.to_owned()));
    }
    let width = preparation.width() as u64;
    if statistics.rank < width {
        let note = format!(
            "{} of {width} columns tell something that those before them do not",
            statistics.rank
        );
        notes.push(("rank".to_owned(), note));
    }
    Ok(Fitted {
        trained: Trained::Logistic(Classes { classes: known, scores }),
        notes,
    })
}

/// Numbers that a linear fit reads between two questions whether it shall go on.
const AT_A_TIME: usize = 1 << 20;

pub(super) fn fit_linear(
    columns: &[Column],
    target: &[f64],
    l2: f64,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<Fitted, Error> {
    let preparation = Preparation::learn(columns, WITH_INTERCEPT)?;
    let prepared = preparation.columns(columns)?;
    let mut with_target = vec![target];
    with_target.extend(prepared.iter().map(Vec::as_slice));
    let mut state = linear::State::new();
    let rows = (AT_A_TIME / with_target.len()).max(1);
    for from in (0..target.len()).step_by(rows) {
        check(is_cancelled)?;
        let to = target.len().min(from + rows);
        let some: Vec<&[f64]> = with_target.iter().map(|column| &column[from..to]).collect();
        state.update_columns(&some)?;
    }
    let fit = state.finish(&linear::Options { l2, intercept: true })?;
    let fit = fit.ok_or_else(|| Error::Rows("there are no rows to fit".to_owned()))?;
    let coefficients: Vec<f64> = fit.coefficients.iter().map(|known| known.unwrap_or(0.0)).collect();
    let mut notes = Vec::new();
    if l2 > 0.0 {
        notes.push(("l2".to_owned(), l2.to_string()));
    }
    let dropped: Vec<String> = (preparation.names().into_iter().zip(&fit.coefficients))
        .filter_map(|(name, known)| known.is_none().then_some(name))
        .collect();
    if !dropped.is_empty() {
        let note = format!(
            "without a coefficient, being constant or a sum of others: {}",
            dropped.join(", ")
        );
        notes.push(("rank".to_owned(), note));
    }
    Ok(Fitted {
        trained: Trained::Linear(Score::of_fit(&preparation, fit.intercept, &coefficients)),
        notes,
    })
}

/// Clusters that a summary of the rows gives, moved over all rows until they stay where they are.
pub(super) fn fit_kmeans(
    columns: &[Column],
    k: usize,
    standardize: bool,
    max_iterations: Option<usize>,
    seed: u64,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<Fitted, Error> {
    let how = How {
        drop_reference: false,
        standardize,
    };
    let preparation = Preparation::learn(columns, how)?;
    let width = preparation.width();
    let rows = turned(&preparation.columns(columns)?);
    let count = rows.len() / width.max(1);
    if k > count {
        return Err(Error::Rows(format!("k = {k} is more than the {count} rows there are")));
    }
    let mut state = kmeans::State::new(k, seed)?;
    state.update(&rows, width)?;
    let start = state
        .finish()?
        .ok_or_else(|| Error::Rows("there are no rows to fit".to_owned()))?;
    let mut centroids = start.centroids;
    let mut sizes = start.sizes;
    let mut inertia = start.inertia;
    let most = max_iterations.unwrap_or(MOST_PASSES);
    let mut converged = false;
    let mut passes = 0;
    while passes < most && !converged {
        check(is_cancelled)?;
        let mut pass = kmeans::Pass::new(&centroids)?;
        pass.update(&rows, width)?;
        let step = pass.finish();
        converged = step.shift <= STILL * width as f64;
        (centroids, sizes, inertia) = (step.centroids, step.sizes, step.inertia);
        passes += 1;
    }
    if !inertia.is_finite() {
        return Err(kmeans::too_large());
    }
    let mut notes = vec![
        ("k".to_owned(), centroids.len().to_string()),
        ("iterations".to_owned(), passes.to_string()),
        ("inertia".to_owned(), inertia.to_string()),
    ];
    if !converged {
        let note = "the clusters still moved when the fit stopped; raise max_iterations";
        notes.push(("converged".to_owned(), note.to_owned()));
    }
    Ok(Fitted {
        trained: Trained::KMeans(Clusters {
            preparation,
            centroids,
            sizes,
        }),
        notes,
    })
}

/// The most passes over all rows where nothing is said about it, as scikit-learn has it.
const MOST_PASSES: usize = 300;

/// Centres that move less than this, squared and for each column, have come to rest.
const STILL: f64 = 1e-10;

/// Columns as rows, one after the other.
pub(super) fn turned(columns: &[Vec<f64>]) -> Vec<f64> {
    let rows = columns.first().map_or(0, Vec::len);
    let of_row = |row: usize| columns.iter().map(move |column| column[row]);
    (0..rows).flat_map(of_row).collect()
}
