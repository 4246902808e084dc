//! Labels as small codes.

use std::cmp::Ordering;
use std::collections::HashMap;

/// Up to this many labels, comparing them one by one is faster than hashing.
const FEW: usize = 8;

/// Different labels, each with a code: 0 for the one that was seen first, 1 for the next, and so on.
///
/// Labels are compared as texts. Two dictionaries that saw other rows have other codes: [`merge`](Self::merge) says which
/// are the same, [`order`](Self::order) which come first whatever was seen first.
#[derive(Debug, Default, Clone)]
pub struct Labels {
    texts: Vec<Box<str>>,
    codes: HashMap<Box<str>, u32>,
    last: usize,
    bytes: usize,
}

impl Labels {
    /// The code of `label`, which is remembered if it is new.
    pub fn code(&mut self, label: &str) -> u32 {
        // Equal labels often come one after the other.
        if self.texts.get(self.last).is_some_and(|text| **text == *label) {
            return self.last as u32;
        }
        let code = self.find(label).unwrap_or_else(|| self.add(label));
        self.last = code as usize;
        code
    }

    /// The code of `label`; `None` if it was never seen.
    pub fn find(&self, label: &str) -> Option<u32> {
        if self.texts.len() <= FEW {
            let place = self.texts.iter().position(|text| **text == *label)?;
            return Some(place as u32);
        }
        self.codes.get(label).copied()
    }

    fn add(&mut self, label: &str) -> u32 {
        let code = self.texts.len() as u32;
        self.texts.push(label.into());
        self.codes.insert(label.into(), code);
        self.bytes += 2 * label.len();
        code
    }

    /// The label of a code; `None` for a code that was not given out.
    pub fn text(&self, code: u32) -> Option<&str> {
        self.texts.get(code as usize).map(|text| &**text)
    }

    /// The labels, in the order of their codes.
    pub fn texts(&self) -> impl ExactSizeIterator<Item = &str> {
        self.texts.iter().map(|text| &**text)
    }

    /// How many different labels there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether no label was seen.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Takes over the labels of `other`. Returns what its codes are here.
    pub fn merge<'a>(&mut self, other: impl IntoIterator<Item = &'a str>) -> Vec<u32> {
        other.into_iter().map(|label| self.code(label)).collect()
    }

    /// The codes in the order of their labels: by number if all are whole numbers, else by text.
    pub fn order(&self) -> Vec<u32> {
        let numbers: Option<Vec<i128>> = self.texts.iter().map(|text| text.parse().ok()).collect();
        let mut order: Vec<u32> = (0..self.texts.len() as u32).collect();
        let by_text = |a: u32, b: u32| -> Ordering { self.texts[a as usize].cmp(&self.texts[b as usize]) };
        match numbers {
            // `1` and `01` are two labels.
            Some(numbers) => order.sort_by(|&a, &b| {
                let by_number = numbers[a as usize].cmp(&numbers[b as usize]);
                by_number.then_with(|| by_text(a, b))
            }),
            None => order.sort_by(|&a, &b| by_text(a, b)),
        }
        order
    }

    /// The memory that is held, in bytes.
    pub fn size(&self) -> usize {
        let entry = size_of::<(Box<str>, u32)>() + 1;
        self.bytes + self.texts.capacity() * size_of::<Box<str>>() + self.codes.capacity() * entry
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_given_out_in_order() {
        let mut labels = Labels::default();
        assert_eq!(
            ["b", "a", "b", "c", "a"].map(|label| labels.code(label)),
            [0, 1, 0, 2, 1]
        );
        assert_eq!(labels.text(2), Some("c"));
        assert_eq!(labels.text(3), None);
        assert_eq!(labels.find("x"), None);
        assert_eq!(labels.order(), [1, 0, 2]);
        assert_eq!(labels.merge(["c", "d", "a"]), [2, 3, 1]);
    }

    #[test]
    fn many_labels_are_found_as_well() {
        let mut labels = Labels::default();
        for round in 0..2 {
            for label in 0..1000_u32 {
                assert_eq!(labels.code(&label.to_string()), label, "round {round}");
            }
        }
        assert_eq!(labels.len(), 1000);
        assert!(labels.size() > 1000 * 16);
    }

    #[test]
    fn numbers_are_in_the_order_of_numbers() {
        let mut labels = Labels::default();
        labels.merge(["10", "9", "-1", "09"]);
        let sorted: Vec<_> = labels
            .order()
            .into_iter()
            .filter_map(|code| labels.text(code))
            .collect();
        assert_eq!(sorted, ["-1", "09", "9", "10"]);
        labels.code("x");
        let sorted: Vec<_> = labels
            .order()
            .into_iter()
            .filter_map(|code| labels.text(code))
            .collect();
        assert_eq!(sorted, ["-1", "09", "10", "9", "x"]);
    }
}
