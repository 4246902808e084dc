//! Licence plates of Chinese vehicles: 京A12345, new-energy 沪AD12345, 粤Z1234港, 苏A0001警.

use regex::Regex;

use super::around::{before, stands_alone};
use super::words::{Words, is_called};
use super::{Category, Find};

/// The province, the city's letter, and five or six signs without I and O. The last sign may be one for a use.
const PLATE: &str = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领]\
                     [A-HJ-Za-hj-z][ ·.-]?((?:[A-HJ-NP-Za-hj-np-z0-9]{4}[挂学警港澳领试超使])|(?:[A-HJ-NP-Za-hj-np-z0-9]{5,6}))";

/// What goes on after a number that names a model.
const MODELS: Words = Words("型|款|系列|版|套餐|级|号机|元");

/// What the sign of a province is the end of where it is none.
const WORDS_BEFORE: &str = "最全更崭创重换翻清年北南西东四";

/// Finds plates.
#[derive(Debug)]
pub(super) struct Plates {
    plate: Regex,
}

impl Plates {
    pub(super) fn new() -> Result<Self, regex::Error> {
        Ok(Self {
            plate: Regex::new(PLATE)?,
        })
    }

    /// Looks at a text that has digits.
    pub(super) fn find(&self, text: &str, finds: &mut Vec<Find>) {
        if !text.bytes().any(|sign| sign.is_ascii_alphabetic()) {
            return;
        }
        for found in self.plate.captures_iter(text) {
            let (Some(plate), Some(signs)) = (found.get(0), found.get(1)) else {
                continue;
            };
            if is_plate(text, plate.start(), plate.end(), signs.as_str()) {
                finds.push(Find::new(Category::Plate, plate.start(), plate.end()));
            }
        }
    }
}

fn is_plate(text: &str, start: usize, end: usize, signs: &str) -> bool {
    let is_said = is_called(text, start, Words("车牌|牌照|车"));
    let has_small = text[start..end].bytes().any(|sign| sign.is_ascii_lowercase());
    let digits = signs.bytes().filter(u8::is_ascii_digit).count();
    // Of five signs at most two are letters; a new-energy plate has one or two at one end, and digits else.
    let letters = signs.bytes().filter(u8::is_ascii_alphabetic).count();
    let is_shaped = match signs.bytes().filter(u8::is_ascii_alphanumeric).count() {
        6 => letters <= 2 && is_new_energy(signs),
        _ => digits >= 2 && letters <= 3,
    };
    let is_word_before = before(text, start).is_some_and(|c| WORDS_BEFORE.contains(c));
    is_shaped
        && stands_alone(text, start, end)
        && (is_said || !has_small && !is_word_before && MODELS.start(&text[end..]).is_none())
}

/// D12345, DF1234 for small cars, 12345D for large ones.
fn is_new_energy(signs: &str) -> bool {
    let bytes = signs.as_bytes();
    let small = bytes[0].is_ascii_alphabetic() && bytes[2..].iter().all(u8::is_ascii_digit);
    let large = bytes[5].is_ascii_alphabetic() && bytes[..5].iter().all(u8::is_ascii_digit);
    small || large
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let mut finds = Vec::new();
        Plates::new().expect("built").find(text, &mut finds);
        finds.iter().map(|find| &text[find.start..find.end]).collect()
    }

    #[test]
    fn plates_of_every_kind_are_found() {
        for plate in [
            "京A12345",
            "沪AD12345",
            "粤B·8K2Q6",
            "粤Z1234港",
            "苏A0001警",
            "鲁Q3F92挂",
            "川A 6H8P9",
            "浙A12345D",
            "津A1234学",
        ] {
            assert_eq!(found(&format!("那辆{plate}的车")), [plate]);
        }
        assert_eq!(found("车牌沪a12345"), ["沪a12345"]);
    }

    #[test]
    fn models_are_no_plates() {
        for text in [
            "最新B12345型号",
            "新A12款",
            "川A级景区",
            "苏E套餐12345元",
            "京A1234567",
            "新ABCDEF款",
            "苏a12345",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
