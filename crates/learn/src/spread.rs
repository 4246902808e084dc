//! Where numbers lie, and how far they are spread: what scales a column, and what is far out.
//!
//! All functions take finite numbers, at least one.

/// How a column is scaled: (x - centre) / width.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// What becomes 0.
    pub centre: f64,
    /// What becomes 1 away from it; never 0.
    pub width: f64,
}

impl Scale {
    /// The smallest number becomes 0, the largest 1; a constant column 0. As scikit-learn's `MinMaxScaler`.
    pub fn min_max(numbers: &[f64]) -> Self {
        let (min, max) = range(numbers);
        Self::of(min, max - min)
    }

    /// The mean becomes 0, one standard deviation 1; a constant column 0. As scikit-learn's `StandardScaler`, with the
    /// standard deviation of the population.
    pub fn standard(numbers: &[f64]) -> Self {
        let (mean, deviation) = mean_and_deviation(numbers);
        Self::of(mean, deviation)
    }

    /// The median becomes 0, the distance between the quartiles 1; where that is 0, nothing but the median is taken away.
    /// As scikit-learn's `RobustScaler`. `numbers` are brought into another order.
    pub fn robust(numbers: &mut [f64]) -> Self {
        numbers.sort_unstable_by(f64::total_cmp);
        Self::of(
            quantile(numbers, 0.5),
            quantile(numbers, 0.75) - quantile(numbers, 0.25),
        )
    }

    fn of(centre: f64, width: f64) -> Self {
        let width = if width == 0.0 { 1.0 } else { width };
        Self { centre, width }
    }

    /// A number, scaled; not a finite one where the column is too wide for that (by far above 1e150).
    pub fn apply(&self, number: f64) -> f64 {
        if self.width.is_finite() {
            (number - self.centre) / self.width
        } else {
            f64::NAN
        }
    }
}

/// What is no outlier: the numbers from `from` to `to`, both included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Inside {
    /// The smallest one.
    pub from: f64,
    /// The largest one.
    pub to: f64,
}

impl Inside {
    /// Up to `threshold` times the distance between the quartiles away from them (Tukey 1977, who took 1.5).
    pub fn quartiles(numbers: &mut [f64], threshold: f64) -> Self {
        numbers.sort_unstable_by(f64::total_cmp);
        let (low, high) = (quantile(numbers, 0.25), quantile(numbers, 0.75));
        let reach = threshold * (high - low);
        Self {
            from: low - reach,
            to: high + reach,
        }
    }

    /// Up to `threshold` standard deviations of the population away from the mean.
    pub fn deviations(numbers: &[f64], threshold: f64) -> Self {
        let (mean, deviation) = mean_and_deviation(numbers);
        Self {
            from: mean - threshold * deviation,
            to: mean + threshold * deviation,
        }
    }

    /// Up to a modified z-score of `threshold` (Iglewicz and Hoaglin 1993, who took 3.5): 0.6745 times the distance from the
    /// median over the median of all such distances; where that is 0, the distance over 1.253314 times their mean.
    pub fn median_deviations(numbers: &mut [f64], threshold: f64) -> Self {
        numbers.sort_unstable_by(f64::total_cmp);
        let median = quantile(numbers, 0.5);
        let mut distances: Vec<f64> = numbers.iter().map(|number| (number - median).abs()).collect();
        distances.sort_unstable_by(f64::total_cmp);
        let middle = quantile(&distances, 0.5);
        let unit = if middle > 0.0 {
            middle / 0.6745
        } else {
            1.253_314 * mean(&distances)
        };
        Self {
            from: median - threshold * unit,
            to: median + threshold * unit,
        }
    }

    /// Whether a number is an outlier.
    pub fn excludes(&self, number: f64) -> bool {
        number < self.from || number > self.to
    }
}

fn range(numbers: &[f64]) -> (f64, f64) {
    let start = (f64::INFINITY, f64::NEG_INFINITY);
    numbers.iter().fold(start, |(min, max), &n| (min.min(n), max.max(n)))
}

fn mean(numbers: &[f64]) -> f64 {
    // From the first number on: what all have in common is not summed.
    let first = numbers.first().copied().unwrap_or_default();
    let offset = numbers.iter().map(|number| number - first).sum::<f64>() / numbers.len().max(1) as f64;
    first + offset
}

/// The mean, and the standard deviation of the population: exactly 0 for numbers that are all the same.
fn mean_and_deviation(numbers: &[f64]) -> (f64, f64) {
    let (min, max) = range(numbers);
    if min == max {
        return (min, 0.0);
    }
    let mean = mean(numbers);
    // Two passes; the second sum is what rounding left in the mean (Chan, Golub and LeVeque 1983).
    let (mut squares, mut rest) = (0.0, 0.0);
    for number in numbers {
        let distance = number - mean;
        squares += distance * distance;
        rest += distance;
    }
    let rows = numbers.len() as f64;
    let variance = (squares - rest * rest / rows) / rows;
    (mean, variance.max(0.0).sqrt())
}

/// The number below which the share `q` of sorted numbers lies, between two of them on the line from one to the other, as
/// numpy's `percentile`.
fn quantile(sorted: &[f64], q: f64) -> f64 {
    let place = q * sorted.len().saturating_sub(1) as f64;
    let (floor, share) = (place.floor(), place.fract());
    let at = |place: usize| sorted.get(place).or(sorted.last()).copied().unwrap_or_default();
    let (low, high) = (at(floor as usize), at(floor as usize + 1));
    if share < 0.5 {
        low + (high - low) * share
    } else {
        high - (high - low) * (1.0 - share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constant_columns_are_not_scaled() {
        let constant = [0.1; 7];
        for scale in [
            Scale::min_max(&constant),
            Scale::standard(&constant),
            Scale::robust(&mut constant.clone()),
        ] {
            assert_eq!(scale.apply(0.1), 0.0, "{scale:?}");
        }
        for inside in [
            Inside::quartiles(&mut constant.clone(), 1.5),
            Inside::deviations(&constant, 3.0),
            Inside::median_deviations(&mut constant.clone(), 3.5),
        ] {
            assert!(!inside.excludes(0.1), "{inside:?}");
        }
    }

    #[test]
    fn far_numbers_are_outside() {
        let numbers = [10.0, 11.0, 12.0, 11.5, 10.5, 11.0, 50.0];
        let inside = Inside::quartiles(&mut numbers.clone(), 1.5);
        assert_eq!((inside.from, inside.to), (9.25, 13.25));
        assert!(inside.excludes(50.0) && !inside.excludes(12.0));
        let inside = Inside::median_deviations(&mut numbers.clone(), 3.5);
        assert!(inside.excludes(50.0) && !inside.excludes(12.0));
        // One of seven cannot be three standard deviations away.
        assert!(!Inside::deviations(&numbers, 3.0).excludes(50.0));
        assert!(Inside::deviations(&numbers, 2.0).excludes(50.0));
        // More than half are equal: the mean distance takes the place of the median one.
        let inside = Inside::median_deviations(&mut [1.0, 1.0, 1.0, 1.0, 9.0], 3.5);
        assert!(inside.excludes(9.0) && !inside.excludes(1.0));
    }

    #[test]
    fn a_large_mean_does_not_hide_the_spread() {
        let numbers: Vec<f64> = (0..1000).map(|i| 1e12 + f64::from(i % 10)).collect();
        let (mean, deviation) = mean_and_deviation(&numbers);
        assert!((mean - 1e12 - 4.5).abs() < 1e-3 && (deviation - 8.25_f64.sqrt()).abs() < 1e-9);
        let wide = Scale::min_max(&[-1e308, 1e308]);
        assert!(!wide.apply(0.0).is_finite());
    }
}
