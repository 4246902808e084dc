//! What is done to a value on purpose.

use std::borrow::Cow;

use crate::ids::Id;
use crate::random::Random;
use crate::schema::Dirt;

/// A text with dirt on it.
pub(crate) fn text<'a>(dirt: Dirt, text: &'a str, key: u64, dice: &mut Random) -> Cow<'a, str> {
    match dirt {
        // Nobody has more than four accounts: a fifth is in no table.
        Dirt::Unknown => Cow::Owned(
            Id::new(key, 'A', dice.below(1 << 40), 4 + dice.below(1000))
                .as_str()
                .to_owned(),
        ),
        Dirt::Html => Cow::Owned(html(text, dice)),
        Dirt::Mojibake => Cow::Owned(text.bytes().map(char::from).collect()),
        Dirt::Broken => Cow::Owned(broken(text, dice)),
        Dirt::Upper => Cow::Owned(text.to_uppercase()),
        Dirt::Spaced => Cow::Owned(spaced(text, dice)),
        Dirt::Wide => Cow::Owned(text.chars().map(wide).collect()),
        _ => Cow::Borrowed(text),
    }
}

fn html(text: &str, dice: &mut Random) -> String {
    match dice.below(7) {
        0 => format!("<p>{text}</p>"),
        1 => format!("<span style=\"color:#333\">{text}</span>"),
        2 => format!("{text}<br/>"),
        3 => format!("&nbsp;&nbsp;{text}&nbsp;"),
        4 => format!("<div class=\"msg\"><b>{text}</b></div>"),
        5 => format!("{} <!-- from app -->", text.replace(' ', "&nbsp;")),
        _ => format!("<p>&quot;{text}&quot;</p>\n<br>"),
    }
}

fn broken(text: &str, dice: &mut Random) -> String {
    let at = dice.index(text.chars().count());
    text.chars()
        .enumerate()
        .map(|(place, sign)| if place == at { '\u{fffd}' } else { sign })
        .collect()
}

fn spaced(text: &str, dice: &mut Random) -> String {
    let is_phone = text.len() == 11 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_phone {
        return match dice.below(3) {
            0 => format!(" {text}"),
            1 => format!("{text}  "),
            _ => format!("\u{3000}{text} "),
        };
    }
    let (a, rest) = text.split_at(3);
    let (b, c) = rest.split_at(4);
    match dice.below(5) {
        0 => format!("{a} {b} {c}"),
        1 => format!("{a}-{b}-{c}"),
        2 => format!("+86 {text}"),
        3 => format!("+86 {a} {b} {c}"),
        _ => format!(" {text} "),
    }
}

fn wide(sign: char) -> char {
    match sign {
        '0'..='9' => char::from_u32(sign as u32 - '0' as u32 + '０' as u32).unwrap_or(sign),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(dirt: Dirt, value: &str) -> Vec<String> {
        let mut dice = Random::new(1, "dirt", 0);
        (0..50).map(|_| text(dirt, value, 1, &mut dice).into_owned()).collect()
    }

    #[test]
    fn dirt_keeps_what_can_be_cleaned() {
        for spaced in all(Dirt::Spaced, "16012345678") {
            let digits: String = spaced.chars().filter(char::is_ascii_digit).collect();
            assert!(digits.ends_with("16012345678"), "{spaced}");
        }
        assert_eq!(all(Dirt::Wide, "160")[0], "１６０");
        assert_eq!(all(Dirt::Mojibake, "好")[0], "å¥½");
        assert!(
            all(Dirt::Broken, "好的")
                .iter()
                .all(|text| text.contains('\u{fffd}') && text.chars().count() == 2)
        );
        assert!(
            all(Dirt::Html, "好")
                .iter()
                .all(|text| text.contains('好') && text.len() > 3)
        );
        assert_eq!(all(Dirt::Broken, "")[0], "");
    }
}
