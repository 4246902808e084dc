//! Dates of birth: a date where a word says that somebody was born then. Other dates stay.

use regex::Regex;

use super::cues::{Cue, Hit};
use super::numbers::Group;
use super::words::Words;
use super::{Category, Find};

/// A date at the start of a text: 1990年5月1日, 1990-05-01, 19900501, 5月1日, 八月十五, 05/14/1987, March 3, 1992.
const DATE: &str = r"(?x)^(?:
    (?:19|20)?\d\d\s?年\s?\d{1,2}\s?月(?:\s?\d{1,2}\s?[日号])?
  | (?:19|20)\d\d([-/.])\d{1,2}(?:[-/.]\d{1,2}(?-u:\b))?
  | (?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?-u:\b)
  | (?:农历|阴历|阳历|公历)?\s?(?:\d{1,2}|[一二三四五六七八九十正冬腊]{1,2})\s?月\s?(?:\d{1,2}|初?[一二三四五六七八九十廿]{1,3})\s?[日号]?
  | \d{1,2}[-/.]\d{1,2}[-/.](?:19|20)?\d\d(?-u:\b)
  | \d{1,2}(?:st|nd|rd|th)?\s(?:of\s)?(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?(?:\s(?:19|20)\d\d)?(?-u:\b)
  | (?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s\d{1,2}(?:st|nd|rd|th)?(?-u:\b)(?:,?\s(?:19|20)\d\d(?-u:\b))?
)";

/// What may stand between the word and the date.
const BETWEEN: Words = Words("日期|是在|是|为|在|于|：|:| |(|\"|is|was|on|=|-|the|应该|应为|写的|填的|登记的");

/// Finds dates of birth.
#[derive(Debug)]
pub(super) struct Births {
    date: Regex,
}

impl Births {
    pub(super) fn new() -> Result<Self, regex::Error> {
        Ok(Self {
            date: Regex::new(DATE)?,
        })
    }

    pub(super) fn find(&self, text: &str, hits: &[Hit], groups: &[Group], finds: &mut Vec<Find>) {
        for hit in hits.iter().filter(|hit| hit.is(Cue::Birth)) {
            let mut start = hit.end;
            while let Some(word) = BETWEEN.start(&text[start..]) {
                start += word.len();
            }
            if let Some(length) = self.length(text, start) {
                finds.push(Find::new(Category::DateOfBirth, start, start + length));
            }
        }
        // 1990年5月1日出生: only a date with its year, or the day of a festival would be a birth.
        for group in groups.iter().filter(|group| matches!(group.len(), 2 | 4 | 8)) {
            let Some(length) = self.length(text, group.start) else {
                continue;
            };
            let end = group.start + length;
            if is_year(text, group) && is_birth(&text[end..]) {
                finds.push(Find::new(Category::DateOfBirth, group.start, end));
            }
        }
    }

    fn length(&self, text: &str, start: usize) -> Option<usize> {
        self.date.find(&text[start..]).map(|found| found.len())
    }
}

fn is_year(text: &str, group: &Group) -> bool {
    let digits = &text[group.start..group.end];
    (group.len() != 2 || text[group.end..].starts_with('年'))
        && (group.len() == 2 || digits.starts_with("19") || digits.starts_with("20"))
}

/// Words that start with 生 and speak of no birth.
const NO_BIRTH: Words = Words("生产|生效|生日|生活|生意|生成|生气|生病|出生证|生的气|生鲜");

fn is_birth(rest: &str) -> bool {
    let rest = rest.trim_start();
    let is_birthday = rest.starts_with("的生日") && Words("礼|蛋糕|会|派").start(&rest["的生日".len()..]).is_none();
    is_birthday || ((rest.starts_with("出生") || rest.starts_with('生')) && NO_BIRTH.start(rest).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_many_shapes() {
        let births = Births::new().expect("built");
        let length = |text: &str| births.length(text, 0);
        for date in [
            "1990年5月1日",
            "90年5月",
            "1985-12-06",
            "1968.02.11",
            "19901231",
            "5月1号",
            "农历八月十五",
            "05/14/1987",
            "March 3, 1992",
            "12 June 2019",
            "Sept. 5th",
            "1990/7",
        ] {
            assert_eq!(length(date), Some(date.len()), "{date}");
        }
        for other in ["100元", "1990个", "12345678", "3次", "v1.2"] {
            assert_eq!(length(other), None, "{other}");
        }
    }

    #[test]
    fn milk_is_produced_and_people_are_born() {
        assert!(is_birth("出生的") && is_birth("生，男") && is_birth("的生日"));
        assert!(!is_birth("生产") && !is_birth("的生日蛋糕") && !is_birth("买的") && !is_birth("生日会"));
    }
}
