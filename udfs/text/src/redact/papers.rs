//! Numbers of papers and cards, each with the check that its issuer gave it.

use super::around::{after, before, stands_alone};
use super::cues::{Cue, Hit};
use super::numbers::{Group, Number};
use super::words::{Words, is_called};
use super::{Category, Find};

/// What an identity card is called.
const IDENTITY_CARDS: Words =
    Words("身份证|身分证|身份证号|证件|证件号|ssn|social security|id card|national id|identity card|id");

/// What a bank card is called.
const BANK_CARDS: Words = Words(
    "银行卡|卡号|账号|帐号|账户|储蓄卡|信用卡|借记卡|建行卡|工行卡|农行卡|招行卡|中行卡|建行|工行|农行|招行|中行|bank card|credit card|\
     debit card|visa|mastercard|amex",
);

/// The first two digits of a Chinese identity card: the province.
const PROVINCES: Words = Words(
    "11|12|13|14|15|21|22|23|31|32|33|34|35|36|37|41|42|43|44|45|46|50|51|52|53|54|61|62|63|64|65|71|81|82|83|91",
);

/// Where the identity card ends that starts with this number: a Chinese one of 18 or 15 digits, or an American one.
pub(super) fn identity_card(number: &Number<'_>) -> Option<usize> {
    if !number.gaps().all(|gap| matches!(gap, " " | "-")) {
        return None;
    }
    let digits = number.digits();
    let called = || number.is_called(IDENTITY_CARDS);
    match digits.len() {
        17 => {
            let rest = &number.text[number.end()..];
            let x = rest.trim_start_matches([' ', '-']);
            let end = number.text.len() - x.len() + 1;
            let is_x = x.starts_with(['x', 'X'])
                && rest.len() - x.len() <= 1
                && stands_alone(number.text, number.start(), end);
            (is_x && is_born(&digits[6..14]) && is_of_province(&digits) && (check_sign(&digits) == 'X' || called()))
                .then_some(end)
        }
        18 => {
            let is_checked = digits.ends_with(check_sign(&digits[..17])) || called();
            (is_born(&digits[6..14]) && is_of_province(&digits) && is_checked).then(|| number.end())
        }
        // The old cards have nothing to check but the date, as many order numbers do: only where a word says so.
        15 => {
            let date = format!("19{}", &digits[6..12]);
            (is_born(&date) && is_of_province(&digits) && called()).then(|| number.end())
        }
        9 => is_social_security(number, &digits).then(|| number.end()),
        _ => None,
    }
}

fn is_of_province(digits: &str) -> bool {
    PROVINCES.start(digits).is_some()
}

/// The sign at the end of a Chinese identity card: ISO 7064, MOD 11-2.
fn check_sign(digits: &str) -> char {
    let mut sum = 0;
    for digit in digits.bytes() {
        sum = (sum + u32::from(digit - b'0')) * 2 % 11;
    }
    match (12 - sum) % 11 {
        10 => 'X',
        sign => char::from_digit(sign, 10).unwrap_or('X'),
    }
}

/// Whether eight digits are a day on which somebody alive, or lately so, was born.
fn is_born(date: &str) -> bool {
    let number = |digits: &str| digits.parse::<u32>().unwrap_or(0);
    let (year, month, day) = (number(&date[..4]), number(&date[4..6]), number(&date[6..]));
    (1890..=2049).contains(&year) && is_day(year, month, day)
}

/// Whether there is such a day.
fn is_day(year: u32, month: u32, day: u32) -> bool {
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// 536-22-8745, as the American Social Security Administration gives them out.
fn is_social_security(number: &Number<'_>, digits: &str) -> bool {
    let is_given = !digits.starts_with("000") && !digits.starts_with("666") && !digits.starts_with('9');
    let is_given = is_given && &digits[3..5] != "00" && &digits[5..] != "0000";
    let is_grouped = number.has_sizes(&[3, 2, 4]) && number.is_joined_by(&["-", " "]);
    let is_plain = number.groups.len() == 1 && number.is_called(Words("ssn|social security"));
    is_given && (is_grouped && !number.names_a_thing() || is_plain)
}

/// What issuers' numbers start with, one or from one to another, and how many digits they have.
const ISSUERS: Words = Words(
    "4:16|51-55:16|2221-2720:16|34:15|37:15|3528-3589:16|300-305:14|36:14|38-39:14|6011:16|644-659:16|62:16-19|81:16-19|9558:19",
);

/// Whether a number is that of a bank card: of an issuer, with the right check digit, and not followed by more.
pub(super) fn is_bank_card(number: &Number<'_>, rest: &[Group]) -> bool {
    let digits = number.digits();
    if !number.gaps().all(|gap| matches!(gap, " " | "-")) || !is_issued(&digits) || !is_card_grouped(number) {
        return false;
    }
    let goes_on = rest
        .first()
        .is_some_and(|next| next.len() == 4 && number.groups.len() > 1);
    // A word that says so makes up for a mistyped digit; a number that is named after a thing needs the word.
    let is_said = number.is_called(BANK_CARDS);
    !goes_on && (is_said || is_luhn(&digits)) && !number.names_a_thing()
}

fn is_issued(digits: &str) -> bool {
    ISSUERS.iter().any(|issuer| {
        let (prefixes, lengths) = issuer.split_once(':').unwrap_or_default();
        let (first, last) = prefixes.split_once('-').unwrap_or((prefixes, prefixes));
        let (least, most) = lengths.split_once('-').unwrap_or((lengths, lengths));
        let length = digits.len().to_string();
        let prefix = digits.get(..first.len()).unwrap_or_default();
        (first..=last).contains(&prefix) && (least..=most).contains(&length.as_str())
    })
}

/// Fours with a rest, or the groups of American Express and of banks.
fn is_card_grouped(number: &Number<'_>) -> bool {
    let groups = number.groups;
    let fours = groups.iter().take(groups.len() - 1).all(|group| group.len() == 4);
    let is_plain = groups.len() == 1 && !(number.len() == 14 && number.text[number.start()..].starts_with("30"));
    is_plain || groups.len() > 1 && fours || number.has_sizes(&[4, 6, 5]) || groups.len() == 2 && groups[0].len() == 6
}

/// The check digit of Luhn, ISO/IEC 7812-1.
fn is_luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0');
            match (place % 2, digit) {
                (0, digit) => digit,
                (_, 0..=4) => digit * 2,
                (_, _) => digit * 2 - 9,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Numbers with letters: a Hong Kong or Taiwan identity card, or an IBAN. From where to where.
pub(super) fn lettered(number: &Number<'_>) -> Option<(Category, usize, usize)> {
    let [group] = number.groups else { return None };
    let letters = number.text[..group.start]
        .bytes()
        .rev()
        .take_while(u8::is_ascii_uppercase)
        .take(3)
        .count();
    let start = group.start - letters;
    if before(number.text, start).is_some_and(|c| c.is_ascii_alphanumeric() || c == '_') {
        return None;
    }
    let text = number.text;
    match (letters, group.len()) {
        (1 | 2, 6) => hong_kong(text, start, group.end).map(|end| (Category::IdCard, start, end)),
        (1, 9) if is_called(text, start, IDENTITY_CARDS) && is_taiwanese(&text[start..group.end]) => {
            Some((Category::IdCard, start, group.end))
        }
        (2, 2..) => iban(text, start).map(|end| (Category::BankCard, start, end)),
        _ => None,
    }
}

/// A123456(3): the end, if the sign in parentheses is right.
fn hong_kong(text: &str, start: usize, digits_end: usize) -> Option<usize> {
    let mut rest = text[digits_end..].chars();
    let (open, sign, close) = (rest.next()?, rest.next()?, rest.next()?);
    if open != '(' || close != ')' {
        return None;
    }
    let sign = match sign {
        'A' => 10,
        _ => sign.to_digit(10)?,
    };
    // A card with one letter counts as if it had a blank, worth 36, before it.
    let padding = if digits_end - start == 7 { 36 * 9 } else { 0 };
    let values = text[start..digits_end].chars().filter_map(|c| c.to_digit(36));
    let weights = if padding > 0 { 8 } else { 9 };
    let sum: u32 = values
        .zip((2..=weights).rev())
        .map(|(value, weight)| value * weight)
        .sum();
    ((sum + padding + sign).is_multiple_of(11)).then_some(digits_end + 3)
}

/// A123456789, with the check digit of Taiwan.
fn is_taiwanese(card: &str) -> bool {
    const LETTERS: &str = "ABCDEFGHJKLMNPQRSTUVXYWZIO";
    let Some(letter) = card.chars().next().and_then(|letter| LETTERS.find(letter)) else {
        return false;
    };
    let region = letter + 10;
    let digits = card.bytes().skip(1).map(|digit| usize::from(digit - b'0'));
    let weights = [8, 7, 6, 5, 4, 3, 2, 1, 1];
    let sum: usize = digits.zip(weights).map(|(digit, weight)| digit * weight).sum();
    (region / 10 + region % 10 * 9 + sum).is_multiple_of(10) && matches!(card.as_bytes()[1], b'1' | b'2' | b'8' | b'9')
}

/// Countries with international bank account numbers, and how many signs those have.
const IBANS: Words = Words(
    "AE23|AT20|BE16|BG22|CH21|CY28|CZ24|DE22|DK18|EE20|ES24|FI18|FR27|GB22|GR27|HR21|HU28|IE22|IL23|IS26|IT27|LI21|\
     LT20|LU20|LV21|MC27|MT31|NL18|NO15|PL28|PT25|RO24|SA24|SE24|SI19|SK24|TR26|UA29",
);

/// Where the bank account number ends that starts here, if its check digits are right: ISO 13616, MOD 97-10.
fn iban(text: &str, start: usize) -> Option<usize> {
    let country = text.get(start..start + 2)?;
    let length = IBANS
        .iter()
        .find_map(|known| known.strip_prefix(country))?
        .parse()
        .ok()?;
    let mut signs = Vec::with_capacity(length);
    let mut end = start;
    for (place, sign) in text[start..].char_indices() {
        match sign {
            'A'..='Z' | '0'..='9' => signs.push(sign),
            ' ' if place > 0 => continue,
            _ => break,
        }
        if signs.len() == length {
            end = start + place + 1;
            break;
        }
    }
    if end == start || !stands_alone(text, start, end) {
        return None;
    }
    signs.rotate_left(4);
    let remainder = signs
        .iter()
        .filter_map(|sign| sign.to_digit(36))
        .fold(0, |remainder, value| {
            let shift = if value > 9 { 100 } else { 10 };
            (remainder * shift + value) % 97
        });
    (remainder == 1).then_some(end)
}

/// Finds passports and travel permits, which have no check: only where a word says so.
pub(super) fn find_passports(text: &str, hits: &[Hit], finds: &mut Vec<Find>) {
    for hit in hits.iter().filter(|hit| hit.is(Cue::Passport)) {
        let rest = text[hit.end..].trim_start_matches(|c: char| " :#是为号码.".contains(c));
        let word = Words("number|number is|no.|no|is").start(rest).map_or(0, str::len);
        let rest = rest[word..].trim_start_matches([' ', ':', '#']);
        let start = text.len() - rest.len();
        let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let number = &rest[..length];
        let letters = number.bytes().take_while(u8::is_ascii_alphabetic).count();
        let digits = number.bytes().skip(letters).filter(u8::is_ascii_digit).count();
        // Some countries write a letter among the digits.
        if (6..=11).contains(&length) && letters <= 3 && digits >= 5 && after(text, start + length) != Some('_') {
            finds.push(Find::new(Category::Passport, start, start + length));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_identity_cards_are_checked() {
        assert_eq!(check_sign("11010519491231002"), 'X');
        assert_eq!(check_sign("44010419881206123"), '9');
        assert!(is_born("20240229") && !is_born("20230229") && !is_born("19001301") && !is_born("12340101"));
    }

    #[test]
    fn bank_cards_are_checked() {
        assert!(is_luhn("4111111111111111") && !is_luhn("4111111111111112"));
        assert!(is_issued("6222021000112345672") && is_issued("378282246310005"));
        assert!(!is_issued("1234567890123456") && !is_issued("62220210001"));
    }

    #[test]
    fn identity_cards_of_hong_kong_and_taiwan_are_checked() {
        assert_eq!(hong_kong("A123456(3)", 0, 7), Some(10));
        assert_eq!(hong_kong("Z683365(A)", 0, 7), Some(10));
        assert_eq!(hong_kong("A123456(4)", 0, 7), None);
        assert!(is_taiwanese("A123456789") && is_taiwanese("F223189762") && !is_taiwanese("A123456788"));
    }

    #[test]
    fn bank_accounts_are_checked() {
        assert_eq!(iban("DE89 3704 0044 0532 0130 00 ok", 0), Some(27));
        assert_eq!(iban("GB82WEST12345698765432", 0), Some(22));
        assert_eq!(iban("DE88 3704 0044 0532 0130 00", 0), None);
        assert_eq!(iban("IT is 12345", 0), None);
    }
}
