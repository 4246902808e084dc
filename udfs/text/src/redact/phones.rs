//! Telephone numbers: Chinese mobiles, landlines and service numbers, and those of other countries.

use super::around::{after, before};
use super::cues::{Cue, Hit};
use super::numbers::{Group, Number};
use super::words::Words;
use super::{Category, Find};

/// What a telephone number is called.
const PHONES: Words = Words(
    "电话|手机|座机|固话|热线|致电|拨打|联系方式|联系|来电|回电|传真|打|拨|tel|telephone|phone|mobile|cell|cellphone|\
     call|text|fax|whatsapp|hotline|ph|mob|call me|reach me|text me|call us|dial|contact|contact me",
);

/// Latin words to which the number may be joined without a blank.
const JOINED: Words = Words("tel|phone|mobile|t|m|mob|fax|call|qq|wx|vx|v|cell");

pub(super) fn is_word_before(text: &str, at: usize) -> bool {
    JOINED.end(&text[..at]).is_some()
}

/// From where to where the telephone number goes that a number of seven digits or more is.
pub(super) fn phone(number: &Number<'_>) -> Option<(usize, usize)> {
    let digits = number.digits();
    let is_chinese = is_mobile_number(number, &digits) || is_landline(number, &digits) || is_service(number, &digits);
    let is_phone = is_chinese
        || is_american(number, &digits)
        || is_grouped_with_zero(number, &digits)
        || is_local(number, &digits);
    if !is_phone || number.names_a_thing() {
        return None;
    }
    Some((open_parenthesis(number), extension(number.text, number.end())))
}

/// Mobile numbers of mainland China, by the three digits that the regulator has given out.
fn is_mobile(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    bytes.len() == 11
        && bytes[0] == b'1'
        && match bytes[1] {
            b'3' | b'8' | b'9' => true,
            b'4' => !matches!(bytes[2], b'2' | b'3'),
            b'5' => bytes[2] != b'4',
            b'6' => matches!(bytes[2], b'2' | b'5' | b'6' | b'7'),
            b'7' => bytes[2] != b'9',
            _ => false,
        }
}

/// How people group them.
const MOBILE_GROUPS: &[&[usize]] = &[
    &[3, 4, 4],
    &[3, 8],
    &[7, 4],
    &[4, 4, 3],
    &[4, 3, 4],
    &[3, 3, 5],
    &[5, 6],
    &[4, 7],
    &[5, 3, 3],
    &[3, 2, 2, 2, 2],
    &[3, 4, 2, 2],
    &[1; 11],
];

/// A Chinese mobile number with or without the country's 86, in one piece or in groups.
fn is_mobile_number(number: &Number<'_>, digits: &str) -> bool {
    let groups = number.groups;
    let groups = match (
        groups[0].len(),
        digits.strip_prefix("86").or(digits.strip_prefix("0086")),
    ) {
        (2 | 4, Some(rest)) if is_mobile(rest) => &groups[1..],
        (_, Some(rest)) if groups.len() == 1 => return is_mobile(rest),
        _ => groups,
    };
    let own = Number { groups, ..*number };
    let own_digits = own.digits();
    let is_grouped = match own.gaps().next() {
        None => true,
        Some(".") => own.has_sizes(&[3, 4, 4]),
        Some(_) => MOBILE_GROUPS.iter().any(|sizes| own.has_sizes(sizes)),
    };
    is_mobile(&own_digits)
        && is_grouped
        && own.is_joined_by(&[" ", "-", ".", " - "])
        // Eight zeros are an amount.
        && !own_digits.ends_with("00000000")
}

/// The areas of China that have three digits after the 0, one or from one to another; those with two are 10 and 20 to 29.
const AREAS: Words = Words(
    "310-319|335|349-359|370-379|391-398|411-419|421|427|429|431-439|440|451-459|464|467-469|470-479|482-483|510-519|523|527|\
     530-539|543|546|550-559|561-566|570-580|591-599|631-635|660|662|663|668|691-692|701|710-719|722|724|728|730-739|743-746|\
     750-759|760|762-763|766|768-769|770-779|790-799|812-813|816-818|825-827|830-839|851-859|870-879|880-888|891-897|898|\
     901-903|906|908-909|910-919|930-939|941|943|951-955|970-979|990-999",
);

fn is_area(digits: &str) -> bool {
    AREAS.iter().any(|area| {
        let (first, last) = area.split_once('-').unwrap_or((area, area));
        (first..=last).contains(&digits)
    })
}

/// A Chinese landline with its area: 010-12345678, (0571)8768 4321, 02062316680.
fn is_landline(number: &Number<'_>, digits: &str) -> bool {
    let digits = digits
        .strip_prefix("86")
        .filter(|_| number.groups[0].len() == 2)
        .unwrap_or(digits);
    let Some(area) = digits.strip_prefix('0') else {
        return false;
    };
    let area = match area.as_bytes() {
        [b'1', b'0', ..] => 3,
        [b'2', second, ..] if *second != b'6' => 3,
        [_, _, _, ..] if is_area(&area[..3]) => 4,
        _ => return false,
    };
    let local = &digits.as_bytes()[area..];
    let begins_with_area = number.groups.len() == 1 || number.groups.iter().any(|group| group.len() == area);
    let is_grouped = number.groups.len() <= 4 && number.gaps().all(|gap| !gap.contains('.') || gap == ".");
    begins_with_area
        && is_grouped
        && match local.len() {
            // In one piece and without a sign: rather a landline than anything else only where the lengths agree.
            8 => area == 3 || number.groups.len() > 1 || matches!(local[0], b'2'..=b'8'),
            7 => area == 4,
            _ => false,
        }
        && matches!(local.first(), Some(b'2'..=b'8'))
}

/// A service number of ten digits that starts with 400 or 800. Shorter ones, such as 95588 and 12315, are everybody's.
fn is_service(number: &Number<'_>, digits: &str) -> bool {
    let is_number = digits.len() == 10 && (digits.starts_with("400") || digits.starts_with("800"));
    let is_grouped = number.groups.len() > 1 && number.is_joined_by(&["-", " "]);
    is_number
        && if is_grouped {
            let sizes = [[3, 3, 4], [4, 3, 3], [3, 4, 3]];
            sizes.iter().any(|sizes| number.has_sizes(sizes)) || number.has_sizes(&[3, 7]) || number.has_sizes(&[4, 6])
        } else {
            number.groups.len() == 1
        }
}

/// A number of the North American plan: area and exchange start with 2 to 9.
fn is_american(number: &Number<'_>, digits: &str) -> bool {
    let (groups, ten) = match digits.strip_prefix('1') {
        Some(rest) if rest.len() == 10 && number.groups[0].len() == 1 => (&number.groups[1..], rest),
        Some(rest) if rest.len() == 10 && number.groups.len() == 1 => (number.groups, rest),
        _ => (number.groups, digits),
    };
    let ten = ten.as_bytes();
    let is_planned = ten.len() == 10 && matches!(ten[0], b'2'..=b'9') && matches!(ten[3], b'2'..=b'9');
    let own = Number { groups, ..*number };
    let is_shaped = own.has_sizes(&[3, 3, 4]) && (own.is_joined_by(&["-", ".", " "]) || is_in_parentheses(&own));
    is_planned && (is_shaped || (own.groups.len() == 1 && number.is_called(PHONES)))
}

/// (415) 555-2671
fn is_in_parentheses(number: &Number<'_>) -> bool {
    let mut gaps = number.gaps();
    before(number.text, number.start()) == Some('(')
        && matches!(gaps.next(), Some(") " | ")" | ")-"))
        && gaps.all(|gap| matches!(gap, "-" | " " | "."))
}

/// A number with a leading 0 in groups, as in Britain, Germany, Taiwan: 07700 900123, 0912-345-678.
fn is_grouped_with_zero(number: &Number<'_>, digits: &str) -> bool {
    let bytes = digits.as_bytes();
    matches!(digits.len(), 10 | 11)
        && bytes[0] == b'0'
        && bytes[1] != b'0'
        && number.groups.len() > 1
        && number.groups[0].len() >= 3
        && number.groups.iter().all(|group| group.len() >= 2)
        && number.is_joined_by(&[" ", "-"])
}

/// A number without its area, where a word says that it is one.
fn is_local(number: &Number<'_>, digits: &str) -> bool {
    let sizes = [&[8][..], &[4, 4], &[7], &[3, 4]];
    sizes.iter().any(|sizes| number.has_sizes(sizes))
        && number.is_joined_by(&["-", " "])
        && matches!(digits.as_bytes()[0], b'2'..=b'8')
        && !digits.starts_with("20")
        && number.is_called(PHONES)
}

/// Countries, and from how many to how many digits their numbers have after the country's code.
const COUNTRIES: Words = Words(
    "1:10-10|7:10-10|20:8-10|27:9-9|30:10-10|31:9-9|32:8-9|33:9-9|34:9-9|36:8-9|39:8-11|40:9-9|41:9-9|43:7-12|\
     44:9-11|45:8-8|46:7-10|47:8-8|48:9-9|49:7-12|51:8-9|52:10-11|54:10-11|55:10-11|56:9-9|57:10-10|60:8-10|61:9-10|\
     62:8-12|63:10-10|64:8-10|65:8-8|66:8-9|81:9-10|82:8-10|84:9-10|90:10-10|91:10-10|92:9-10|94:9-9|95:8-10|\
     98:10-10|212:9-9|234:8-10|254:9-9|351:9-9|352:8-9|353:8-9|358:7-11|380:9-9|420:9-9|852:8-8|853:8-8|855:8-9|\
     856:8-10|880:8-10|886:8-9|966:8-9|971:8-9|972:8-9|976:8-8|977:8-10",
);

/// Whether these are a country's code and as many digits as its numbers have.
fn is_of_country(digits: &str) -> bool {
    COUNTRIES.iter().any(|country| {
        let (code, lengths) = country.split_once(':').unwrap_or_default();
        let (least, most) = lengths.split_once('-').unwrap_or_default();
        let own = digits
            .strip_prefix(code)
            .map(|own| own.strip_prefix('0').unwrap_or(own).len());
        let number = |length: &str| length.parse::<usize>().unwrap_or_default();
        own.is_some_and(|own| (number(least)..=number(most)).contains(&own))
    })
}

/// From where to where the telephone number goes that starts with a plus or 00 and a country's code.
pub(super) fn international(number: &Number<'_>) -> Option<(usize, usize)> {
    let start = number.start();
    let mut digits = number.digits();
    let start = match before(number.text, start) {
        Some('+') => start - 1,
        _ => {
            digits = digits.strip_prefix("00")?.to_owned();
            start
        }
    };
    // "A+8613.." is no country, nor is "1+1".
    if before(number.text, start).is_some_and(|c| c.is_ascii_alphanumeric() || c == '+') {
        return None;
    }
    let start =
        if before(number.text, start) == Some('(') && number.gaps().next().is_some_and(|gap| gap.starts_with(')')) {
            start - 1
        } else {
            start
        };
    let goes_on = after(number.text, number.end()).is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    let is_tight = number
        .groups
        .iter()
        .skip(1)
        .all(|group| group.len() >= 2 || digits_in_parentheses(number.text, group));
    if goes_on || !is_tight || number.names_a_thing() {
        return None;
    }
    if let Some(own) = digits.strip_prefix("86") {
        let own = own.strip_prefix('0').unwrap_or(own);
        let is_landline =
            matches!(own.len(), 10 | 11) && matches!(own.as_bytes()[0], b'1'..=b'9') && !own.starts_with("11");
        return (is_mobile(own) || is_landline).then(|| (start, extension(number.text, number.end())));
    }
    is_of_country(&digits).then(|| (start, extension(number.text, number.end())))
}

/// The (0) in +44 (0)20 7946 0958.
fn digits_in_parentheses(text: &str, group: &Group) -> bool {
    before(text, group.start) == Some('(') && after(text, group.end) == Some(')')
}

/// Where the number starts with the parenthesis around its area.
fn open_parenthesis(number: &Number<'_>) -> usize {
    let start = number.start();
    let closes_inside = number.gaps().any(|gap| gap.starts_with(')'));
    if closes_inside && before(number.text, start) == Some('(') {
        start - 1
    } else {
        start
    }
}

const EXTENSIONS: Words = Words("转分机|转|分机|-|ext.|ext|x|#");

pub(super) fn has_extension(text: &str, end: usize) -> bool {
    extension(text, end) > end
}

/// Where a number ends with its extension: 转8012, ext. 22.
fn extension(text: &str, end: usize) -> usize {
    let rest = text[end..].trim_start_matches([' ', ',', '，']);
    let Some(word) = EXTENSIONS.start(rest) else {
        return end;
    };
    let number = rest[word.len()..].trim_start_matches([' ', ':']);
    let digits = number.bytes().take_while(u8::is_ascii_digit).count();
    let goes_on = number[digits..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-');
    if (1..=5).contains(&digits) && !goes_on {
        text.len() - number.len() + digits
    } else {
        end
    }
}

/// Finds mobile numbers whose digits are written out, so that no program sees them: 一三八零零一三八零零零.
pub(super) fn find_spelled(text: &str, hits: &[Hit], finds: &mut Vec<Find>) {
    const NUMERALS: &str = "零一二三四五六七八九";
    let value = |c: char| match c {
        '幺' => Some('1'),
        _ => NUMERALS
            .chars()
            .position(|numeral| numeral == c)
            .and_then(|value| char::from_digit(value as u32, 10)),
    };
    for hit in hits.iter().filter(|hit| hit.is(Cue::Spelled)) {
        let digits: String = text[hit.start..].chars().take(12).map_while(value).collect();
        let is_first = before(text, hit.start).is_none_or(|c| value(c).is_none());
        if is_first && is_mobile(&digits) {
            finds.push(Find::new(
                Category::Phone,
                hit.start,
                hit.start + digits.len() * '零'.len_utf8(),
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::cues::Cues;
    use super::super::numbers;
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let mut finds = Vec::new();
        numbers::find(text, &numbers::groups(text), &mut finds);
        find_spelled(text, &Cues::new().expect("built").hits(text), &mut finds);
        let phones = finds.iter().filter(|find| find.category == Category::Phone);
        phones.map(|find| &text[find.start..find.end]).collect()
    }

    #[test]
    fn chinese_mobile_numbers_are_found_however_they_are_grouped() {
        for phone in [
            "13812345678",
            "138 1234 5678",
            "138-1234-5678",
            "+86 186-1234-5678",
            "+8613812345678",
            "8613698765432",
            "0086 13812345678",
            "1 3 8 0 0 1 3 8 0 0 0",
            "138 12345678",
            "一三八零零一三八零零零",
        ] {
            assert_eq!(found(&format!("打{phone}，谢谢")), [phone]);
        }
        assert_eq!(found("13812345678/13987654321"), ["13812345678", "13987654321"]);
    }

    #[test]
    fn landlines_have_an_area_or_a_word_before_them() {
        for phone in [
            "010-88214567",
            "0571-87684321",
            "(0571)8768 4321",
            "02062316680",
            "021-65432100转8012",
            "0755-26012345-803",
            "400-820-8820",
            "4008-123-456",
            "8008208820",
        ] {
            assert_eq!(found(&format!("打{phone}，谢谢")), [phone]);
        }
        assert_eq!(found("电话:86951999"), ["86951999"]);
        assert!(found("一共86951999元，电话20231105").is_empty());
    }

    #[test]
    fn numbers_of_other_countries_are_found() {
        for phone in [
            "(415) 555-2671",
            "415-555-0132",
            "1-800-555-0199",
            "+1 212.555.0187",
            "+44 20 7946 0958",
            "+44 (0)20 7946 0958",
            "+852 9123 4567",
            "+49 151 23456789",
            "07700 900123",
            "0912-345-678",
            "1 (650) 555-0100 ext. 22",
        ] {
            assert_eq!(found(&format!("at {phone} please")), [phone]);
        }
        assert_eq!(found("call my cell 6175550143 now"), ["6175550143"]);
    }

    #[test]
    fn numbers_of_things_are_no_telephones() {
        for text in [
            "订单10982438747",
            "运单号：13812345678901",
            "编号15900001234",
            "SF13812345678",
            "共13800000000元",
            "第13812345678条",
            "order number 415-555-2671",
            "SKU 415-555-2671-B",
            "Case #4155552671",
            "123-456-7890",
            "12345678901",
            "192.168.31.105",
            "2023-11-11 20:00:00",
            "6901234567892",
            "+100积分",
            "138****5678",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
