//! The bins of a histogram: round edges that suit the numbers.

/// The most bins where nobody asks for more.
const MOST: usize = 30;

/// How many numbers are in each bin.
#[derive(Debug, PartialEq)]
pub struct Bins {
    /// One more than there are bins. A bin has its lower edge, the last one both.
    pub edges: Vec<f64>,
    pub counts: Vec<u64>,
    /// Whether the last bin has all that is above its lower edge.
    pub is_open: bool,
    /// The highest number.
    pub most: f64,
}

/// Counts sorted finite numbers, at least one. The width of a bin is that of Freedman and Diaconis
/// (2 · interquartile range / n^⅓; On the histogram as a density estimator, 1981), made round.
///
/// A long tail, as money has one, is one open bin: where the highest is further above the 99th of a hundred than that is
/// above the lowest.
pub fn bins(sorted: &[f64], wanted: Option<usize>) -> Bins {
    let at = |share: f64| {
        let index = (sorted.len().saturating_sub(1) as f64 * share).round() as usize;
        sorted.get(index).copied().unwrap_or(0.0)
    };
    let (low, high, common) = (at(0.0), at(1.0), at(0.99));
    let is_open = sorted.len() >= 100 && high - common > common - low && common > low;
    let end = if is_open { common } else { high };
    let span = end - low;
    // Numbers that are as good as equal, or as far apart as numbers can be, are in one bin.
    if span < f64::MIN_POSITIVE * 1e10 || !span.is_finite() {
        return Bins {
            edges: vec![low, high],
            counts: vec![sorted.len() as u64],
            is_open: false,
            most: high,
        };
    }
    let rough = match wanted {
        Some(wanted) => span / wanted.max(1) as f64,
        None => {
            let width = 2.0 * (at(0.75) - at(0.25)) / (sorted.len() as f64).cbrt();
            let width = if width > 0.0 { width } else { span / 10.0 };
            width.max(span / MOST as f64)
        }
    };
    let is_whole = sorted.iter().all(|x| x.fract() == 0.0);
    let width = match is_whole {
        // Few different counts have a bar each.
        true if wanted.is_none() && span < 30.0 => 1.0,
        true => round(rough).max(1.0),
        false => round(rough),
    };
    let first = (low / width).floor();
    // Edges are multiples of the width, not sums of it: no error adds up.
    let bins = ((end / width).floor() - first + 1.0).clamp(1.0, 1000.0) as usize;
    let mut edges: Vec<f64> = (0..=bins).map(|index| (first + index as f64) * width).collect();
    if is_open {
        // The open bin has the width of the others on the page.
        edges.push((first + bins as f64 + 1.0) * width);
    }
    let mut counts = Vec::with_capacity(edges.len());
    let mut start = 0;
    for (index, edge) in edges.iter().enumerate().skip(1) {
        let stop = match index + 1 == edges.len() {
            true => sorted.len(),
            false => sorted.partition_point(|x| x < edge),
        };
        counts.push(stop.saturating_sub(start) as u64);
        start = stop;
    }
    Bins {
        edges,
        counts,
        is_open,
        most: high,
    }
}

/// 1, 2, 2.5 or 5 times a power of ten: the first that is not much smaller.
fn round(x: f64) -> f64 {
    let power = 10f64.powf(x.log10().floor());
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0];
    let step = steps.into_iter().find(|step| step * power >= x * 0.7);
    step.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_counted_once() {
        let numbers: Vec<f64> = (0..1000).map(|n| f64::from(n) / 10.0).collect();
        let bins = bins(&numbers, None);
        assert_eq!(bins.counts.iter().sum::<u64>(), 1000);
        assert_eq!(bins.edges.len(), bins.counts.len() + 1);
        assert!(!bins.is_open && bins.counts.len() <= 45);
        assert!(bins.edges[0] <= 0.0 && bins.edges[bins.counts.len()] >= 99.9);
    }

    #[test]
    fn a_long_tail_is_one_bin() {
        let mut numbers: Vec<f64> = (0..1000).map(f64::from).collect();
        numbers.push(1e6);
        let bins = bins(&numbers, Some(10));
        assert!(bins.is_open);
        assert_eq!(bins.most, 1e6);
        assert_eq!(bins.counts.iter().sum::<u64>(), 1001);
        assert!(bins.counts.len() < 20);
    }

    #[test]
    fn few_or_equal_numbers_have_a_bin() {
        assert_eq!(bins(&[3.0], None).counts, [1]);
        assert_eq!(bins(&[3.0, 3.0], Some(5)).counts, [2]);
        assert_eq!(
            bins(&[0.0, 0.0, 0.0, 0.0, 0.0, 10.0], None).counts.iter().sum::<u64>(),
            6
        );
        assert_eq!(bins(&[-f64::MAX, f64::MAX], None).counts, [2]);
        assert_eq!(bins(&[0.0, 5e-324], None).counts.iter().sum::<u64>(), 2);
    }

    #[test]
    fn widths_are_round() {
        assert_eq!(
            (round(0.7), round(13.0), round(250.0), round(0.003)),
            (0.5, 10.0, 200.0, 0.0025)
        );
    }

    #[test]
    fn counts_of_things_have_bins_of_whole_width() {
        let numbers = [1.0, 1.0, 1.0, 2.0, 2.0, 3.0];
        let bins = bins(&numbers, None);
        assert_eq!((bins.edges, bins.counts), (vec![1.0, 2.0, 3.0, 4.0], vec![3, 2, 1]));
    }
}
