//! Tronie's SQL functions for machine learning: one function, one file, the same name, one entry below.

mod accuracy;
mod averages;
mod calls;
mod cluster_distance;
mod cluster_id;
mod confusion;
mod confusion_matrix;
mod data_split;
mod f1_score;
mod fitted;
mod is_outlier;
mod kmeans;
mod label_encode;
mod labels;
mod linear_regression;
mod log_loss;
mod logistic_regression;
mod mae;
mod measured;
mod min_max_scale;
mod ml_onnx;
mod ml_onnx_importance;
mod mse;
mod named;
mod one_hot;
mod pairs;
mod positive;
mod precision_score;
mod predict;
mod predict_proba;
mod r2_score;
mod recall_score;
mod rmse;
mod robust_scale;
mod roc_auc;
mod scores;
mod silhouette_score;
mod standardize;
#[cfg(test)]
mod tests;
mod top_attributions;
mod windows;

use tronie_udf_kit::FunctionSet;

/// The functions of this crate.
pub const FUNCTIONS: FunctionSet = FunctionSet {
    title: "Machine learning",
    functions: &[
        accuracy::function,
        cluster_distance::function,
        cluster_id::function,
        confusion_matrix::function,
        data_split::function,
        f1_score::function,
        is_outlier::function,
        kmeans::function,
        label_encode::function,
        linear_regression::function,
        log_loss::function,
        logistic_regression::function,
        mae::function,
        min_max_scale::function,
        ml_onnx::function,
        ml_onnx_importance::function,
        mse::function,
        one_hot::function,
        precision_score::function,
        predict::function,
        predict_proba::function,
        r2_score::function,
        recall_score::function,
        rmse::function,
        robust_scale::function,
        roc_auc::function,
        silhouette_score::function,
        standardize::function,
        top_attributions::function,
    ],
    readers: &[],
};
