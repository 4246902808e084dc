//! Embeddings as vectors of unit length.

use tronie_model::{Model, Output, OutputKind};
use tronie_udf_kit::Asked;

/// How many numbers the embeddings of `output` have, or the reason why it has none.
pub(crate) fn dimensions(model: &Model, output: &Output) -> Result<i32, String> {
    if output.kind != OutputKind::Embedding {
        return Err(format!("its output `{}` is no embedding", output.name));
    }
    match i32::try_from(model.columns(output)) {
        Ok(columns) if columns > 0 => Ok(columns),
        _ => Err(format!("its output `{}` does not say how wide it is", output.name)),
    }
}

/// The embeddings in a model's answers, each brought to unit length; one without a length is left out.
pub(crate) fn units(asked: &Asked) -> Vec<Option<Vec<f32>>> {
    asked
        .rows
        .iter()
        .map(|row| row.as_ref().and_then(|row| unit(row)))
        .collect()
}

fn unit(vector: &[f32]) -> Option<Vec<f32>> {
    let length = vector.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a quotient of at most 1 is rounded to single precision"
    )]
    let scaled = |&x: &f32| (f64::from(x) / length) as f32;
    (length > 0.0).then(|| vector.iter().map(scaled).collect())
}

/// The cosine of the angle between two vectors of unit length, -1 to 1.
pub(crate) fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot: f64 = a.iter().zip(b).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum();
    dot.clamp(-1.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::{cosine, unit};

    #[test]
    fn a_vector_is_brought_to_unit_length() {
        assert_eq!(unit(&[3.0, 4.0]), Some(vec![0.6, 0.8]));
        assert_eq!(unit(&[0.0, 0.0]), None);
    }

    #[test]
    fn the_cosine_of_a_vector_with_itself_is_one_and_with_its_opposite_minus_one() {
        assert!((cosine(&[0.6, 0.8], &[0.6, 0.8]) - 1.0).abs() < 1e-6);
        assert!((cosine(&[0.6, 0.8], &[-0.6, -0.8]) + 1.0).abs() < 1e-6);
    }
}
