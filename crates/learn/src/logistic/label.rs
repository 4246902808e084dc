//! Classes as they stand in the data.

use std::cmp::Ordering;

/// A class as it stands in the data.
#[derive(Debug, Clone, PartialEq)]
pub enum Label {
    /// True or false; false sorts first.
    Flag(bool),
    /// A whole number; the smallest sorts first.
    Integer(i64),
    /// A number; the smallest sorts first.
    Number(f64),
    /// A text; texts sort by their bytes.
    Text(String),
}

impl Label {
    /// As text: `true`, `3`, `2.5`, or the text itself.
    pub fn text(&self) -> String {
        match self {
            Self::Flag(flag) => flag.to_string(),
            Self::Integer(number) => number.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }

    /// In which order classes are numbered.
    pub fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Flag(a), Self::Flag(b)) => a.cmp(b),
            (Self::Integer(a), Self::Integer(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (a, b) => a.kind().cmp(&b.kind()),
        }
    }

    pub(super) fn kind(&self) -> u8 {
        match self {
            Self::Flag(_) => 0,
            Self::Integer(_) => 1,
            Self::Number(_) => 2,
            Self::Text(_) => 3,
        }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Flag(flag) => vec![u8::from(*flag)],
            Self::Integer(number) => number.to_le_bytes().to_vec(),
            Self::Number(number) => number.to_le_bytes().to_vec(),
            Self::Text(text) => text.as_bytes().to_vec(),
        }
    }

    pub(super) fn of_bytes(kind: u8, bytes: &[u8]) -> Option<Self> {
        match kind {
            0 => (bytes.len() == 1).then(|| Self::Flag(bytes[0] != 0)),
            1 => Some(Self::Integer(i64::from_le_bytes(bytes.try_into().ok()?))),
            2 => Some(Self::Number(f64::from_le_bytes(bytes.try_into().ok()?))),
            3 => Some(Self::Text(std::str::from_utf8(bytes).ok()?.to_owned())),
            _ => None,
        }
    }
}
