//! Accounts with messengers: a word such as 微信 or WeChat, and what it is called there.

use super::cues::{Cue, Hit};
use super::words::Words;
use super::{Category, Find};

/// What may stand between the word and the account.
const BETWEEN: Words = Words("号码|账号|号|是|为|：|:| |id|加|is|number|(|“|\"|me at|-");

/// Those of them that say that an account follows.
const SAYING: Words = Words("号|号码|账号|是|为|:|id|is|number|加");

/// Finds accounts.
pub(super) fn find(text: &str, hits: &[Hit], finds: &mut Vec<Find>) {
    for hit in hits.iter().filter(|hit| hit.is(Cue::Account)) {
        let mut start = hit.end;
        let mut is_said = Words("号|id|号码|number").end(&text[hit.start..hit.end]).is_some();
        while let Some(word) = BETWEEN.start(&text[start..]) {
            is_said |= SAYING.has(word);
            start += word.len();
        }
        let account = &text[start..];
        let length = account
            .bytes()
            .take_while(|sign| sign.is_ascii_alphanumeric() || matches!(sign, b'_' | b'-'))
            .count();
        let account = &account[..length];
        if is_account(account, is_said) && !text[start + length..].starts_with('@') {
            finds.push(Find::new(Category::Account, start, start + length));
        }
    }
}

/// Whether a word is an account: QQ's are numbers of 5 to 11 digits, WeChat's start with a letter and have 6 to 20 signs.
fn is_account(word: &str, is_said: bool) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    if digits == word.len() {
        return (5..=11).contains(&digits) && !word.starts_with('0');
    }
    let is_marked = digits > 0 || word.contains(['_', '-']);
    (5..=20).contains(&word.len()) && word.starts_with(|c: char| c.is_ascii_alphabetic()) && (is_marked || is_said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_have_a_shape() {
        assert!(is_account("1234567890", false) && is_account("tony_wang99", false) && is_account("wxid_88liu", false));
        assert!(is_account("tonywang", true));
        assert!(
            !is_account("tonywang", false)
                && !is_account("10", true)
                && !is_account("", true)
                && !is_account("a1", true)
        );
    }
}
