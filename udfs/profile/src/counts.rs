//! How often each group has each value.
//!
//! Values become codes, the same for all groups, so that a group keeps a few small numbers and no texts.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int64Array, ListArray, StringArray, UInt64Array, new_null_array,
};
use arrow::buffer::OffsetBuffer;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Int64Type, UInt64Type};
use datafusion_common::{HashMap, Result, exec_err, plan_err};
use tronie_udf_kit::text_rows;

/// The most values that a group keeps in a list; more are found by hash.
const FEW: usize = 24;

/// The type in which values are read: any text as it is, other types that have few values as they are.
///
/// # Errors
/// A planning error for a type whose values are hardly ever the same.
pub(crate) fn value_type(function: &str, argument: &str, got: &DataType) -> Result<DataType> {
    match got {
        DataType::Null => Ok(DataType::Utf8),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Boolean | DataType::Date32 => {
            Ok(got.clone())
        }
        whole if whole.is_integer() => Ok(whole.clone()),
        DataType::Dictionary(_, value) => match value_type(function, argument, value)? {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Ok(got.clone()),
            plain => Ok(plain),
        },
        other => plan_err!(
            "{function} counts texts, whole numbers, booleans and dates, but `{argument}` is {other}; convert it first, such \
             as with cast(.. as varchar)"
        ),
    }
}

/// The type in which values come back: texts of any layout as Utf8.
pub(crate) fn value_of(read: &DataType) -> DataType {
    match read {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..) => DataType::Utf8,
        other => other.clone(),
    }
}

/// Different values, in the order in which they were met; their places are their codes.
#[derive(Debug)]
pub(crate) struct Values {
    of: DataType,
    texts: HashMap<Arc<str>, u32>,
    all_texts: Vec<Arc<str>>,
    whole: HashMap<i64, u32>,
    all_whole: Vec<i64>,
    /// The bytes of the texts.
    bytes: usize,
}

/// The code of what has none.
pub(crate) const NONE: u32 = u32::MAX;

impl Values {
    /// No values yet; they will come in arrays of type `read`.
    pub(crate) fn new(read: &DataType) -> Self {
        Self {
            of: value_of(read),
            texts: HashMap::default(),
            all_texts: Vec::new(),
            whole: HashMap::default(),
            all_whole: Vec::new(),
            bytes: 0,
        }
    }

    fn of_text(&mut self, text: &str) -> Result<u32> {
        if let Some(code) = self.texts.get(text) {
            return Ok(*code);
        }
        let code = next(self.all_texts.len())?;
        let text: Arc<str> = Arc::from(text);
        self.bytes += text.len() + 2 * size_of::<usize>();
        self.all_texts.push(Arc::clone(&text));
        self.texts.insert(text, code);
        Ok(code)
    }

    fn of_whole(&mut self, whole: i64) -> Result<u32> {
        if let Some(code) = self.whole.get(&whole) {
            return Ok(*code);
        }
        let code = next(self.all_whole.len())?;
        self.all_whole.push(whole);
        self.whole.insert(whole, code);
        Ok(code)
    }

    /// The code of each row; `None` for NULL.
    pub(crate) fn codes(&mut self, array: &ArrayRef) -> Result<Vec<Option<u32>>> {
        if self.of != DataType::Utf8 {
            let whole = as_whole(array)?;
            let code = |whole: Option<i64>| whole.map(|whole| self.of_whole(whole)).transpose();
            return whole.iter().map(code).collect();
        }
        if let DataType::Dictionary(..) = array.data_type() {
            let dictionary = array.as_any_dictionary();
            if dictionary.values().is_empty() {
                return Ok(vec![None; array.len()]);
            }
            // A value is looked up when a row has it, once.
            let values = text_rows(dictionary.values().as_ref())?;
            let mut codes = vec![NONE; values.len()];
            let code = |(row, key): (usize, usize)| match values[key] {
                Some(text) if array.is_valid(row) => {
                    if codes[key] == NONE {
                        codes[key] = self.of_text(text)?;
                    }
                    Ok(Some(codes[key]))
                }
                _ => Ok(None),
            };
            return dictionary.normalized_keys().into_iter().enumerate().map(code).collect();
        }
        let code = |text: Option<&str>| text.map(|text| self.of_text(text)).transpose();
        text_rows(array.as_ref())?.into_iter().map(code).collect()
    }

    /// The code of each row among the values that are known, [`NONE`] for another value; `None` for NULL.
    pub(crate) fn known(&self, array: &ArrayRef) -> Result<Vec<Option<u32>>> {
        if self.of != DataType::Utf8 {
            let code = |whole: i64| self.whole.get(&whole).copied().unwrap_or(NONE);
            return Ok(as_whole(array)?.iter().map(|whole| whole.map(code)).collect());
        }
        let code = |text: &str| self.texts.get(text).copied().unwrap_or(NONE);
        Ok(text_rows(array.as_ref())?
            .into_iter()
            .map(|text| text.map(code))
            .collect())
    }

    /// The values of codes, as an array.
    pub(crate) fn array(&self, codes: impl Iterator<Item = u32>) -> Result<ArrayRef> {
        if self.of == DataType::Utf8 {
            let texts = codes.map(|code| self.all_texts.get(code as usize).map(AsRef::<str>::as_ref));
            return Ok(Arc::new(texts.collect::<StringArray>()));
        }
        let whole: Int64Array = codes.map(|code| self.all_whole.get(code as usize).copied()).collect();
        of_whole(whole, &self.of)
    }

    /// For each code its place in the order of the values.
    pub(crate) fn ranks(&self) -> Vec<u32> {
        let count = self.all_texts.len().max(self.all_whole.len());
        let mut order: Vec<u32> = (0..count as u32).collect();
        match self.of {
            DataType::Utf8 => order.sort_unstable_by_key(|&code| &self.all_texts[code as usize]),
            DataType::UInt64 => order.sort_unstable_by_key(|&code| self.all_whole[code as usize] as u64),
            _ => order.sort_unstable_by_key(|&code| self.all_whole[code as usize]),
        }
        let mut ranks = vec![0; count];
        for (rank, code) in order.into_iter().enumerate() {
            ranks[code as usize] = rank as u32;
        }
        ranks
    }

    fn size(&self) -> usize {
        let texts = self.texts.capacity() * (size_of::<(Arc<str>, u32)>() + 1);
        let whole = self.whole.capacity() * (size_of::<(i64, u32)>() + 1);
        let all = self.all_texts.capacity() * size_of::<Arc<str>>() + self.all_whole.capacity() * size_of::<i64>();
        texts + whole + all + self.bytes
    }
}

fn next(count: usize) -> Result<u32> {
    match u32::try_from(count) {
        Ok(code) if code != NONE => Ok(code),
        _ => exec_err!("more than {} different values; leave out the rare ones first", NONE - 1),
    }
}

/// Whole numbers, booleans and dates as i64; u64 by its bits.
fn as_whole(array: &ArrayRef) -> Result<Int64Array> {
    match array.data_type() {
        DataType::UInt64 => {
            let whole = array.as_primitive::<UInt64Type>();
            Ok(whole.unary(|whole| whole as i64))
        }
        DataType::Date32 => Ok(cast(&cast(array, &DataType::Int32)?, &DataType::Int64)?
            .as_primitive::<Int64Type>()
            .clone()),
        _ => Ok(cast(array, &DataType::Int64)?.as_primitive::<Int64Type>().clone()),
    }
}

/// Back from [`as_whole`].
fn of_whole(whole: Int64Array, to: &DataType) -> Result<ArrayRef> {
    match to {
        DataType::UInt64 => {
            let whole: UInt64Array = whole.unary(|whole| whole as u64);
            Ok(Arc::new(whole))
        }
        DataType::Boolean => {
            let flags: BooleanArray = whole.iter().map(|whole| whole.map(|whole| whole != 0)).collect();
            Ok(Arc::new(flags))
        }
        DataType::Date32 => Ok(cast(&cast(&whole, &DataType::Int32)?, &DataType::Date32)?),
        _ => Ok(cast(&whole, to)?),
    }
}

/// How often one group has each code.
#[derive(Debug, Clone)]
pub(crate) enum Tally {
    Few(Vec<(u32, u32)>),
    Many(Box<HashMap<u32, u64>>),
}

impl Tally {
    /// Counts `more` rows with a code.
    fn add(&mut self, code: u32, more: u64) {
        match self {
            Self::Few(counts) => {
                let place = counts.iter().position(|(known, _)| *known == code);
                let is_added = match (place, u32::try_from(more)) {
                    (Some(place), Ok(more)) => match counts[place].1.checked_add(more) {
                        Some(sum) => {
                            counts[place].1 = sum;
                            true
                        }
                        None => false,
                    },
                    (None, Ok(more)) if counts.len() < FEW => {
                        counts.push((code, more));
                        true
                    }
                    _ => false,
                };
                if !is_added {
                    let counts = counts.drain(..).map(|(code, count)| (code, u64::from(count)));
                    *self = Self::Many(Box::new(counts.collect()));
                    self.add(code, more);
                }
            }
            Self::Many(counts) => *counts.entry(code).or_default() += more,
        }
    }

    /// The codes and their counts.
    pub(crate) fn iter(&self) -> Box<dyn Iterator<Item = (u32, u64)> + '_> {
        match self {
            Self::Few(counts) => Box::new(counts.iter().map(|&(code, count)| (code, u64::from(count)))),
            Self::Many(counts) => Box::new(counts.iter().map(|(&code, &count)| (code, count))),
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Few(counts) => counts.capacity() * size_of::<(u32, u32)>(),
            Self::Many(counts) => size_of::<HashMap<u32, u64>>() + counts.capacity() * (size_of::<(u32, u64)>() + 1),
        }
    }
}

/// The counts of all groups.
#[derive(Debug)]
pub(crate) struct Counted {
    read: DataType,
    pub(crate) values: Values,
    tallies: Vec<Tally>,
    /// The bytes that tallies point to, kept up to date: there may be too many to ask all after every batch.
    held: usize,
}

fn item(of: DataType) -> FieldRef {
    Arc::new(Field::new_list_field(of, true))
}

impl Counted {
    /// No groups yet; values will come in arrays of type `read`.
    pub(crate) fn new(read: &DataType) -> Self {
        Self {
            read: read.clone(),
            values: Values::new(read),
            tallies: Vec::new(),
            held: 0,
        }
    }

    pub(crate) fn empty(&self) -> Self {
        Self::new(&self.read)
    }

    pub(crate) fn state_types(read: &DataType) -> Vec<(&'static str, DataType)> {
        // A row that is its own state needs no lists: most rows of data with many groups are sent on like that.
        vec![
            ("value", value_of(read)),
            ("values", DataType::List(item(value_of(read)))),
            ("counts", DataType::List(item(DataType::UInt64))),
        ]
    }

    pub(crate) fn grow(&mut self, total: usize) {
        if total > self.tallies.len() {
            self.tallies.resize(total, Tally::Few(Vec::new()));
        }
    }

    fn add(&mut self, group: usize, code: u32, more: u64) {
        let tally = &mut self.tallies[group];
        let before = tally.size();
        tally.add(code, more);
        self.held = (self.held + tally.size()).saturating_sub(before);
    }

    pub(crate) fn update(&mut self, values: &ArrayRef, groups: &[usize]) -> Result<()> {
        let codes = self.values.codes(values)?;
        for (code, &group) in codes.into_iter().zip(groups) {
            if let Some(code) = code {
                self.add(group, code, 1);
            }
        }
        Ok(())
    }

    /// A state for each row.
    pub(crate) fn each(&self, values: &ArrayRef) -> Result<Vec<ArrayRef>> {
        let values = match values.data_type() {
            of if *of == value_of(of) => Arc::clone(values),
            of => cast(values, &value_of(of))?,
        };
        let lists = |of: &DataType| -> ArrayRef { Arc::new(ListArray::new_null(item(of.clone()), values.len())) };
        let (all, counts) = (lists(values.data_type()), lists(&DataType::UInt64));
        Ok(vec![values, all, counts])
    }

    pub(crate) fn merge(&mut self, states: &[ArrayRef], groups: &[usize]) -> Result<()> {
        self.update(&states[0], groups)?;
        let (Some(values), Some(counts)) = (states[1].as_list_opt::<i32>(), states[2].as_list_opt::<i32>()) else {
            return exec_err!(
                "states of {} and {} are no counts",
                states[1].data_type(),
                states[2].data_type()
            );
        };
        if values.null_count() == values.len() {
            return Ok(());
        }
        // Only the part of the items that these lists have is looked at.
        let offsets = values.value_offsets();
        let (start, end) = (offsets[0] as usize, offsets[values.len()] as usize);
        let codes = self.values.codes(&values.values().slice(start, end - start))?;
        let numbers = counts.values().as_primitive::<UInt64Type>();
        for (row, &group) in groups.iter().enumerate() {
            if values.is_null(row) || counts.is_null(row) {
                continue;
            }
            let from = counts.value_offsets()[row] as usize;
            for (place, at) in (offsets[row] as usize..offsets[row + 1] as usize).enumerate() {
                if let Some(code) = codes[at - start] {
                    self.add(group, code, numbers.value(from + place));
                }
            }
        }
        Ok(())
    }

    /// The counts of the first groups.
    pub(crate) fn first(&self, count: usize) -> impl Iterator<Item = &Tally> {
        self.tallies.iter().take(count)
    }

    pub(crate) fn states(&self, count: usize) -> Result<Vec<ArrayRef>> {
        let mut codes = Vec::new();
        let mut counts = Vec::new();
        let mut lengths = Vec::with_capacity(count);
        for tally in self.first(count) {
            let before = codes.len();
            for (code, count) in tally.iter() {
                codes.push(code);
                counts.push(count);
            }
            lengths.push(codes.len() - before);
        }
        let list = |items: ArrayRef| {
            let offsets = OffsetBuffer::<i32>::from_lengths(lengths.iter().copied());
            ListArray::try_new(item(items.data_type().clone()), offsets, items, None)
        };
        let values = self.values.array(codes.into_iter())?;
        Ok(vec![
            new_null_array(values.data_type(), lengths.len()),
            Arc::new(list(values)?),
            Arc::new(list(Arc::new(UInt64Array::from(counts)))?),
        ])
    }

    pub(crate) fn forget(&mut self, count: usize) {
        let gone: usize = self
            .tallies
            .drain(..count.min(self.tallies.len()))
            .map(|tally| tally.size())
            .sum();
        self.held = self.held.saturating_sub(gone);
    }

    pub(crate) fn groups(&self) -> usize {
        self.tallies.len()
    }

    pub(crate) fn size(&self) -> usize {
        self.values.size() + self.tallies.capacity() * size_of::<Tally>() + self.held
    }
}
