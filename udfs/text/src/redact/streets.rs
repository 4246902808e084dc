//! Addresses as English writes them: a number, a name, and what kind of street it is; P.O. boxes; city, state and ZIP.

use regex::Regex;

use super::around::before;
use super::cues::{Cue, Hit};
use super::words::Words;
use super::{Category, Find};

/// The parts of an address, from which the patterns are made.
const HEAD: &str =
    r"(?:(?:Unit|Apt\.?|Apartment|Flat|Suite|Ste\.?|Room|Floor|Level|Shop)\s#?[A-Z]?\d{1,5}[A-Z]?(?:,\s|\s|/))?";
const NUMBER: &str = r"\d{1,6}(?:[A-Z](?-u:\b)|[-/]\d{1,5})?";
const NAME: &str = r"(?:\s(?:[NSEW]\.?|NE|NW|SE|SW|North|South|East|West))?(?:\s(?:[A-Z][a-z'’]*[A-Za-z]*\.?|\d{1,3}(?:st|nd|rd|th)|of|the|de|la)){1,4}";
const KIND: &str = r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Square|Sq|Terrace|Ter|Parkway|Pkwy|Highway|Hwy|Circle|Cir|Way|Close|Crescent|Row|Gardens|Mews|Trail|Trl|Alley|Plaza|Loop)(?-u:\b)\.?";
const DIRECTION: &str = r"(?:\s(?:NE|NW|SE|SW|N|S|E|W|North|South|East|West)(?-u:\b)\.?)?";
const UNIT: &str = r"(?:,?\s(?:(?i:apt|apartment|suite|ste|unit|floor|fl|room|rm|flat|bldg|building)(?-u:\b)\.?\s?#?[A-Za-z]?\d{0,5}[A-Z]?(?-u:\b)|#\s?\d{1,5}(?:-\d{1,5})?[A-Z]?(?-u:\b)|\d{1,3}(?:st|nd|rd|th)\s(?i:floor)))*";
const STATE: &str = r"(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY])";
const CITY: &str = r"[A-Z][a-z]+\.?(?:[\s-][A-Z][a-z]+){0,2}";
const POSTCODE: &str = r"[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}(?-u:\b)";

fn patterns() -> [String; 3] {
    let us = format!(r"{STATE}(?:,?\s|\s{{2}})\d{{5}}(?:-\d{{4}})?(?-u:\b)");
    let canada = r"(?:AB|BC|MB|NB|NL|NS|ON|PE|QC|SK)\s[A-Z]\d[A-Z]\s?\d[A-Z]\d(?-u:\b)";
    let australia = r"(?:NSW|VIC|QLD|WA|SA|TAS|ACT|NT)\s\d{4}(?-u:\b)";
    let code = format!(r"(?:Singapore\s\d{{6}}(?-u:\b)|{us}|{canada}|{australia}|{POSTCODE})");
    let tail =
        format!(r"(?:(?:,\s?|\s){CITY}(?:,\s?{CITY})?(?:,\s?|\s){code}|,?\s{code}|,\s{CITY},\s{STATE}(?-u:\b))?");
    [
        format!(r"(?-u:\b){HEAD}{NUMBER}{NAME}?\s{KIND}{DIRECTION}{UNIT}{tail}"),
        format!(r"(?-u:\b)(?:(?i:p\.?\s?o\.?\s?box)|Post Office Box)\s#?\d{{1,6}}(?-u:\b){tail}"),
        format!(r"(?-u:\b){CITY},\s?{us}"),
    ]
}

/// Words after a number that make it a quantity.
const QUANTITIES: Words = Words(
    "GB|TB|MB|Star|Inch|Day|Days|Hour|Hours|Mile|Miles|Minute|Minutes|Year|Years|Month|Months|Great|Best|Easy|Pack|\
     Piece|Watt|Volt|Hz|Way|Mph|Ft|Oz|Lb|Lbs|Dollar|New|Good",
);

/// Finds English addresses.
#[derive(Debug)]
pub(super) struct Streets {
    street: Regex,
    post_box: Regex,
    city: Regex,
}

impl Streets {
    pub(super) fn new() -> Result<Self, regex::Error> {
        let [street, post_box, city] = patterns();
        Ok(Self {
            street: Regex::new(&street)?,
            post_box: Regex::new(&post_box)?,
            city: Regex::new(&city)?,
        })
    }

    pub(super) fn find(&self, text: &str, hits: &[Hit], finds: &mut Vec<Find>) {
        let has_digit = text.bytes().any(|sign| sign.is_ascii_digit());
        let first = finds.len();
        if has_digit && hits.iter().any(|hit| hit.is(Cue::Street)) {
            let streets = self
                .street
                .find_iter(text)
                .filter(|found| is_street(text, found.start(), found.as_str()));
            let boxes = self.post_box.find_iter(text);
            let found = streets.chain(boxes).map(|found| (found.start(), found.as_str()));
            finds.extend(found.map(|(start, address)| {
                let address = without_stop(text, start, address);
                Find::new(Category::Address, start, start + address.len())
            }));
        }
        if has_digit && has_zip(text) {
            for found in self.city.find_iter(text) {
                let is_part = finds[first..]
                    .iter()
                    .any(|find| find.start < found.end() && found.start() < find.end);
                if !is_part {
                    finds.push(Find::new(Category::Address, found.start(), found.end()));
                }
            }
        }
    }
}

/// Whether five digits follow two capitals: what a pattern for every text would be too slow for.
fn has_zip(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.windows(8).any(|window| {
        window[0].is_ascii_uppercase()
            && window[1].is_ascii_uppercase()
            && window[2] == b' '
            && window[3..].iter().all(u8::is_ascii_digit)
    })
}

fn is_street(text: &str, start: usize, address: &str) -> bool {
    // The part with the number, between that of the flat and the city.
    let street = address
        .split(", ")
        .find(|part| part.starts_with(|c: char| c.is_ascii_digit()))
        .unwrap_or(address);
    let is_quantity = street.split(' ').any(|word| QUANTITIES.has(word));
    let is_part = before(text, start).is_some_and(|c| matches!(c, '$' | '.' | ',' | '#' | '-' | '/' | ':' | '+'));
    // "88 St" names no street: something must stand between the number and the kind.
    let has_name = street
        .split(' ')
        .filter(|word| word.starts_with(|c: char| c.is_ascii_alphanumeric()))
        .count()
        >= 3;
    has_name && !is_quantity && !is_part
}

/// An address without the dot that ends the sentence; the one of an abbreviation stays where the sentence goes on.
fn without_stop<'a>(text: &str, start: usize, address: &'a str) -> &'a str {
    let rest = text[start + address.len()..].trim_start();
    match address.strip_suffix('.') {
        Some(shorter) if rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_uppercase()) => shorter,
        _ => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let hits = super::super::cues::Cues::new().expect("built").hits(text);
        let mut finds = Vec::new();
        Streets::new().expect("built").find(text, &hits, &mut finds);
        finds.iter().map(|find| &text[find.start..find.end]).collect()
    }

    #[test]
    fn addresses_of_several_countries_are_found_whole() {
        for address in [
            "742 Evergreen Terrace, Apt 5B, Springfield, IL 62704",
            "1600 Pennsylvania Avenue NW, Washington, DC 20500",
            "221B Baker Street, London NW1 6XE",
            "350 Fifth Avenue, Suite 3300, New York, NY 10118",
            "Unit 7, 120 Collins Street, Melbourne VIC 3000",
            "P.O. Box 1138, Austin, TX 78701",
            "1200 W. 5th Street #12",
            "Springfield, IL 62704-1234",
            "88 King St",
        ] {
            assert_eq!(found(&format!("It is at {address} today")), [address]);
        }
        assert_eq!(found("I live at 12 Oak Rd. Call me."), ["12 Oak Rd"]);
    }

    #[test]
    fn quantities_and_ways_are_no_addresses() {
        for text in [
            "It took 2 days on the road, 5 star drive, 3 way stop.",
            "The 2 TB Drive and the 128 GB card",
            "10 Great Ways to lose 20 pounds, 7 Easy Way",
            "the 7 train to 5th avenue",
            "I drove 12 miles down Main Street to return 3 boxes.",
            "Order AB 12345 is OK 12345",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
