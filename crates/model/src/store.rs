//! What keeps answers from run to run: the engine implements it over Parquet files in the warehouse.
//!
//! Answers lie in files that never change once they are there, on one shelf for each question to each model. Any number
//! of processes may add files at the same time.

use std::fmt::{Debug, Write};

use crate::answers::Key;

/// Keeps answers. All calls block.
pub trait AnswerStore: Debug + Send + Sync {
    /// The files on a shelf, the newest first.
    ///
    /// # Errors
    /// When the shelf cannot be looked at. A shelf that nobody has put anything on is empty.
    fn list(&self, shelf: &Shelf) -> Result<Vec<StoredFile>, StoreError>;

    /// What is in a file; `None` if it has gone, since others tidy up as well.
    ///
    /// # Errors
    /// When it cannot be read, or is not what [`write`](Self::write) has written.
    fn read(&self, shelf: &Shelf, file: &StoredFile) -> Result<Option<Entries>, StoreError>;

    /// Puts answers into a new file, which is seen by others as a whole or not at all. Makes room for it first: all
    /// shelves together take no more than `most_bytes`. Returns the name of the file.
    ///
    /// # Errors
    /// When the file is not there.
    fn write(&self, shelf: &Shelf, entries: &Entries, most_bytes: u64) -> Result<String, StoreError>;
}

/// Why kept answers cannot be read or written.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct StoreError {
    /// What happened, with the place.
    pub message: String,
}

/// The place of the answers to one question to one model.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Shelf {
    digest: String,
    question: String,
}

/// A file on a shelf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// Its name, unique for ever.
    pub name: String,
    /// How long it is.
    pub bytes: u64,
}

impl Shelf {
    /// The shelf of a question, by the name that its readings and their versions give it, to the model with this digest.
    pub fn new(digest: &str, question: &str) -> Self {
        Self {
            digest: digest.to_owned(),
            question: question.to_owned(),
        }
    }

    /// The shelf as a relative path of two segments: the model's digest, and the question in letters, digits, `_`, `-`
    /// and `=` before the hexadecimal code of any other byte.
    pub fn path(&self) -> String {
        /// Names of parts of a path may have 255 bytes nearly everywhere.
        const LONGEST: usize = 120;
        let mut question = String::new();
        for byte in self.question.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') {
                question.push(char::from(byte));
            } else {
                let _ = write!(question, "={byte:02x}");
            }
        }
        if question.is_empty() {
            question.push('=');
        }
        if question.len() > LONGEST {
            question.truncate(LONGEST);
            let _ = write!(question, "={}", &blake3::hash(self.question.as_bytes()).to_hex()[..32]);
        }
        format!("{}/{question}", self.digest)
    }
}

/// Answers with the hashes of their questions and texts, which are all that is kept of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Entries {
    keys: Vec<Key>,
    /// Where in `values` each row ends.
    ends: Vec<usize>,
    values: Vec<f32>,
}

impl Entries {
    /// Adds one answer.
    pub fn push(&mut self, key: Key, row: &[f32]) {
        self.keys.push(key);
        self.values.extend_from_slice(row);
        self.ends.push(self.values.len());
    }

    /// How many answers.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The answers in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &[f32])> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let rows = starts.zip(&self.ends).map(|(start, &end)| &self.values[start..end]);
        self.keys.iter().zip(rows)
    }

    /// Tells these answers from all others: what is read must have the checksum that was written.
    pub fn checksum(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for (key, row) in self.iter() {
            hasher.update(key).update(&(row.len() as u64).to_le_bytes());
            row.iter().for_each(|value| {
                hasher.update(&value.to_le_bytes());
            });
        }
        hasher.finalize().to_hex().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shelf_is_a_path_whatever_the_question_is_called() {
        let path = |question: &str| Shelf::new("d1", question).path();
        assert_eq!(path("sentiment"), "d1/sentiment");
        assert_eq!(path("../a b"), "d1/=2e=2e=2fa=20b");
        let long = [path(&"长".repeat(100)), path(&"长".repeat(101))];
        assert_ne!(long[0], long[1]);
        assert!(long.iter().all(|path| path.len() < 200), "{long:?}");
    }

    #[test]
    fn entries_come_out_as_they_went_in() {
        let mut entries = Entries::default();
        entries.push([1; 16], &[0.5, 1.5]);
        entries.push([2; 16], &[]);
        entries.push([3; 16], &[2.5]);
        let rows: Vec<_> = entries.iter().map(|(key, row)| (key[0], row.to_vec())).collect();
        assert_eq!(rows, [(1, vec![0.5, 1.5]), (2, vec![]), (3, vec![2.5])]);
    }

    #[test]
    fn a_checksum_sees_where_rows_end() {
        let (mut one, mut other) = (Entries::default(), Entries::default());
        one.push([1; 16], &[1.0]);
        one.push([2; 16], &[2.0]);
        other.push([1; 16], &[1.0, 2.0]);
        other.push([2; 16], &[]);
        assert_ne!(one.checksum(), other.checksum());
    }
}
