//! Finding what identifies a person in a text: what `ai_redact` and `ai_mask` replace.
//!
//! One pass finds digits and telling words; only a text with some of them is read further, around them. Each finder
//! reports what it finds of its kind; where two overlap, the longer one counts.

mod accounts;
mod addresses;
mod around;
mod births;
mod column;
mod cues;
mod fold;
mod lists;
mod names;
mod network;
mod numbers;
mod papers;
mod people;
mod phones;
mod plates;
mod streets;
mod words;

use std::borrow::Cow;
use std::error::Error;
use std::sync::LazyLock;

use tronie_common::is_invisible;

use births::Births;
pub(crate) use column::Column;
use cues::Cues;
use fold::Folded;
use plates::Plates;
use streets::Streets;

/// What is found. Of two that cover the same characters the earlier one here counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Category {
    Email,
    Url,
    IdCard,
    Passport,
    Phone,
    BankCard,
    Ip,
    Plate,
    Account,
    DateOfBirth,
    Address,
    Name,
}

impl Category {
    /// All of them, in the order in which they are told to people.
    pub(crate) const ALL: [Self; 12] = [
        Self::Name,
        Self::Phone,
        Self::Email,
        Self::IdCard,
        Self::Passport,
        Self::BankCard,
        Self::Account,
        Self::Address,
        Self::Ip,
        Self::Url,
        Self::Plate,
        Self::DateOfBirth,
    ];

    /// The name in SQL, and the mark that stands for what was there.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Name => ("name", "[NAME]"),
            Self::Phone => ("phone", "[PHONE]"),
            Self::Email => ("email", "[EMAIL]"),
            Self::IdCard => ("id_card", "[ID_CARD]"),
            Self::Passport => ("passport", "[PASSPORT]"),
            Self::BankCard => ("bank_card", "[BANK_CARD]"),
            Self::Account => ("account", "[ACCOUNT]"),
            Self::Address => ("address", "[ADDRESS]"),
            Self::Ip => ("ip", "[IP]"),
            Self::Url => ("url", "[URL]"),
            Self::Plate => ("plate", "[PLATE]"),
            Self::DateOfBirth => ("date_of_birth", "[DATE_OF_BIRTH]"),
        }
    }

    pub(crate) fn name(self) -> &'static str {
        self.words().0
    }

    pub(crate) fn mark(self) -> &'static str {
        self.words().1
    }
}

/// A set of categories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Categories(u16);

impl Categories {
    pub(crate) const ALL: Self = Self((1 << Category::ALL.len()) - 1);

    /// The categories of these names, in any case.
    ///
    /// # Errors
    /// The first name that is none.
    pub(crate) fn named<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, &'a str> {
        let mut categories = Self(0);
        for name in names {
            let category = Category::ALL
                .iter()
                .find(|category| category.name().eq_ignore_ascii_case(name.trim()));
            categories.0 |= category.map(|&category| Self::bit(category)).ok_or(name)?;
        }
        Ok(categories)
    }

    fn bit(category: Category) -> u16 {
        1 << category as u16
    }

    fn has(self, category: Category) -> bool {
        self.0 & Self::bit(category) != 0
    }
}

/// Bytes of a text that identify a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Find {
    pub(crate) category: Category,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Find {
    fn new(category: Category, start: usize, end: usize) -> Self {
        Self { category, start, end }
    }
}

/// A pattern or list of this module that cannot be built.
type BuildError = Box<dyn Error + Send + Sync>;

/// Finds what identifies a person.
#[derive(Debug)]
pub(crate) struct Redactor {
    cues: Cues,
    births: Births,
    plates: Plates,
    streets: Streets,
}

static REDACTOR: LazyLock<Result<Redactor, BuildError>> = LazyLock::new(Redactor::new);

impl Redactor {
    /// The one of this process.
    ///
    /// # Errors
    /// If one of its patterns is too large for this machine.
    pub(crate) fn get() -> Result<&'static Self, String> {
        REDACTOR.as_ref().map_err(ToString::to_string)
    }

    fn new() -> Result<Self, BuildError> {
        Ok(Self {
            cues: Cues::new()?,
            births: Births::new()?,
            plates: Plates::new()?,
            streets: Streets::new()?,
        })
    }

    /// The text with the mark of each category in place of what is found. None for a text that nobody can see.
    pub(crate) fn replace<'a>(
        &self,
        text: &'a str,
        wanted: Categories,
        mark: impl Fn(Category) -> &'static str,
    ) -> Option<Cow<'a, str>> {
        if text.chars().all(|c| c.is_whitespace() || is_invisible(c)) {
            return None;
        }
        let finds = self.find(text, wanted);
        if finds.is_empty() {
            return Some(Cow::Borrowed(text));
        }
        let mut replaced = String::with_capacity(text.len());
        let mut from = 0;
        for find in finds {
            replaced.push_str(&text[from..find.start]);
            replaced.push_str(mark(find.category));
            from = find.end;
        }
        replaced.push_str(&text[from..]);
        Some(Cow::Owned(replaced))
    }

    /// What identifies a person in a text, from left to right; no two overlap.
    pub(crate) fn find(&self, text: &str, wanted: Categories) -> Vec<Find> {
        let folded = Folded::new(text);
        let read = folded.text();
        let hits = self.cues.hits(read);
        let groups = numbers::groups(read);
        if hits.is_empty() && groups.is_empty() {
            return Vec::new();
        }
        let mut finds = Vec::new();
        if !groups.is_empty() {
            numbers::find(read, &groups, &mut finds);
            network::find_addresses(read, &groups, &mut finds);
            self.plates.find(read, &mut finds);
        }
        phones::find_spelled(read, &hits, &mut finds);
        self.births.find(read, &hits, &groups, &mut finds);
        network::find_emails(read, &hits, &mut finds);
        network::find_urls(read, &hits, &mut finds);
        accounts::find(read, &hits, &mut finds);
        papers::find_passports(read, &hits, &mut finds);
        addresses::find(read, &hits, &mut finds);
        self.streets.find(read, &hits, &mut finds);
        if wanted.has(Category::Name) {
            names::find(read, &hits, &mut finds);
            people::find(read, &hits, &mut finds);
            names::find_again(read, &mut finds);
        }
        finds.retain(|find| wanted.has(find.category));
        let mut finds = without_overlaps(finds);
        for find in &mut finds {
            let place = folded.original(find.start..find.end);
            (find.start, find.end) = (place.start, place.end);
        }
        finds
    }
}

/// The finds from left to right. Where some overlap, one remains: it covers them all, so that nothing of what was found
/// is left in the text, and is of the longest one's category.
fn without_overlaps(mut finds: Vec<Find>) -> Vec<Find> {
    finds.sort_by_key(|find| find.start);
    let mut apart: Vec<Find> = Vec::with_capacity(finds.len());
    let mut longest = 0;
    for find in finds {
        let length = find.end - find.start;
        match apart.last_mut() {
            Some(last) if find.start < last.end => {
                if (length, last.category) > (longest, find.category) {
                    (last.category, longest) = (find.category, length);
                }
                last.end = last.end.max(find.end);
            }
            _ => {
                apart.push(find);
                longest = length;
            }
        }
    }
    apart
}

#[cfg(test)]
mod tests;
