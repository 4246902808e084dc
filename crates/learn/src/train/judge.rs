//! How good sums and classes are on rows.

use crate::Error;
use crate::kmeans::nearest;
use crate::metrics::auc::Auc;
use crate::metrics::pairs::{AbsoluteError, Accuracy, LogLoss, Pairs, R2, RootOfSquaredError};
use crate::metrics::silhouette::Silhouette;
use crate::table::Column;
use crate::trained::{Classes, Clusters, Score, probabilities};

type Metrics = Vec<(String, f64)>;

fn unreadable() -> Error {
    Error::Mismatch("the columns are not those that the model was trained with".to_owned())
}

/// r2, rmse and mae.
pub(super) fn numbers(score: &Score, columns: &[Column], target: &[f64]) -> Result<Metrics, Error> {
    let predicted: Option<Vec<f64>> = (0..target.len()).map(|row| score.of(columns, row)).collect();
    let predicted = predicted.ok_or_else(unreadable)?;
    Ok([
        ("r2", over::<R2>(target, &predicted)),
        ("rmse", over::<RootOfSquaredError>(target, &predicted)),
        ("mae", over::<AbsoluteError>(target, &predicted)),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value?)))
    .collect())
}

/// Log-loss, accuracy, and of two classes the area under the ROC curve. A row of a class that the model does not know costs
/// what the least probability costs.
pub(super) fn classes(
    model: &Classes,
    columns: &[Column],
    codes: &[u32],
    classes: &[String],
) -> Result<Metrics, Error> {
    let place = |class: &String| model.classes.iter().position(|known| known == class);
    let places: Vec<Option<usize>> = classes.iter().map(place).collect();
    let mut of_own = Vec::with_capacity(codes.len());
    let mut hits = Vec::with_capacity(codes.len());
    let mut area = Auc::default();
    for (row, &code) in codes.iter().enumerate() {
        let sums: Option<Vec<f64>> = model.scores.iter().map(|score| score.of(columns, row)).collect();
        let sums = sums.ok_or_else(unreadable)?;
        let shares = probabilities(&sums);
        let own = places[code as usize];
        let best = shares
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(b.1))
            .map(|(place, _)| place);
        of_own.push(own.map_or(0.0, |own| shares[own]));
        hits.push(if own.is_some() && best == own { 1.0 } else { 0.0 });
        if let [sum] = sums.as_slice() {
            area.update(own == Some(1), *sum);
        }
    }
    let ones = vec![1.0; codes.len()];
    let mut metrics = vec![
        ("log_loss", over::<LogLoss>(&ones, &of_own)),
        ("accuracy", over::<Accuracy>(&ones, &hits)),
    ];
    if model.scores.len() == 1 {
        metrics.push(("roc_auc", area.finish()));
    }
    let known = metrics
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Ok(known.collect())
}

/// The silhouette of a sample of the rows, and the mean squared distance of all.
pub(super) fn clusters(clusters: &Clusters, rows: &[f64]) -> Result<Metrics, Error> {
    let width = clusters.preparation.width();
    let names: Vec<String> = (0..clusters.centroids.len()).map(|place| place.to_string()).collect();
    let mut silhouette = Silhouette::new(SAMPLE, 0);
    let mut squares = 0.0;
    let mut count = 0.0;
    for row in rows.chunks_exact(width) {
        let (place, distance) = nearest(&clusters.centroids, row)?;
        silhouette.update(row, place as u32, &names[place])?;
        squares += distance * distance;
        count += 1.0;
    }
    let mut metrics = Vec::new();
    if let Some(value) = silhouette.finish() {
        metrics.push(("silhouette".to_owned(), value));
    }
    metrics.push(("mean_squared_distance".to_owned(), squares / f64::max(count, 1.0)));
    Ok(metrics)
}

/// How many rows a silhouette is taken of.
const SAMPLE: usize = 2000;

fn over<P: Pairs + Default>(actual: &[f64], predicted: &[f64]) -> Option<f64> {
    let mut state = P::default();
    state.update_all(actual, predicted);
    state.finish()
}
