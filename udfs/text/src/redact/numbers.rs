//! Numbers of several digits, however they are grouped: what each of them is.

use super::around::{after, before};
use super::words::{Words, is_called};
use super::{Category, Find, papers, phones};

/// What a number is called that names a thing and no person.
const THINGS: Words = Words(
    "订单|订单号|单号|订单编号|运单|快递单|物流|编号|流水|货号|型号|款号|条码|条形码|序列号|串号|发票|税号|保单|商品|\
     工单|批号|批次|交易|合同|货单|时间戳|礼品卡|会员卡|会员|购物卡|卡券|兑换码|验证码|激活码|积分|备案|许可证|第|单|\
     下单|编码|条|书号|工号|考号|学号|航班|车次|order|tracking|invoice|ref|reference|case|ticket|sku|upc|ean|isbn|\
     asin|imei|serial|model|part|item|batch|lot|vin|transaction|confirmation|claim|policy|product|gift card|voucher|\
     coupon|barcode|awb|s/n|sn|po|rma|order id|transaction id|code|shipment|package|parcel|receipt|booking|\
     reservation|account|versions|version|￥|¥|$|€|£",
);

/// Counts and units that follow an amount.
const UNITS: Words = Words("元|块|万|亿|%|秒|分钟|小时|天|条|件|次|张|米|毫|克|公里|美元|人民币|积分|欢乐豆");

/// The most digits of a number that may be anything of a person's: an IBAN has letters and is read elsewhere.
const MOST_DIGITS: usize = 19;

/// The most groups that one number comes in: a mobile number with a blank after each digit.
const MOST_GROUPS: usize = 11;

/// A run of digits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Group {
    pub(super) fn len(&self) -> usize {
        self.end - self.start
    }
}

/// The runs of ASCII digits in a text.
pub(super) fn groups(text: &str) -> Vec<Group> {
    let bytes = text.as_bytes();
    let mut groups = Vec::new();
    // Without a branch for each byte: most texts have no digit.
    if !bytes.iter().fold(false, |found, byte| found | byte.is_ascii_digit()) {
        return groups;
    }
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        while at < bytes.len() && bytes[at].is_ascii_digit() {
            at += 1;
        }
        if at > start {
            groups.push(Group { start, end: at });
        }
        at += 1;
    }
    groups
}

/// One or more groups of digits that may be one number, in their text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Number<'a> {
    pub(super) text: &'a str,
    pub(super) groups: &'a [Group],
}

impl<'a> Number<'a> {
    pub(super) fn start(&self) -> usize {
        self.groups.first().map_or(0, |group| group.start)
    }

    pub(super) fn end(&self) -> usize {
        self.groups.last().map_or(0, |group| group.end)
    }

    /// How many digits it has.
    pub(super) fn len(&self) -> usize {
        self.groups.iter().map(Group::len).sum()
    }

    pub(super) fn digits(&self) -> String {
        self.groups
            .iter()
            .map(|group| &self.text[group.start..group.end])
            .collect()
    }

    /// Whether the groups have these sizes.
    pub(super) fn has_sizes(&self, sizes: &[usize]) -> bool {
        self.groups.len() == sizes.len() && self.groups.iter().zip(sizes).all(|(group, &size)| group.len() == size)
    }

    /// What stands between the groups.
    pub(super) fn gaps(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.groups
            .windows(2)
            .map(|pair| &self.text[pair[0].end..pair[1].start])
    }

    /// Whether one and the same of `signs` stands between all groups.
    pub(super) fn is_joined_by(&self, signs: &[&str]) -> bool {
        let Some(first) = self.gaps().next() else {
            return true;
        };
        signs.contains(&first) && self.gaps().all(|gap| gap == first)
    }

    pub(super) fn is_called(&self, words: Words) -> bool {
        is_called(self.text, self.start(), words)
    }

    pub(super) fn names_a_thing(&self) -> bool {
        self.is_called(THINGS)
    }

    /// Whether it is a number of its own: no part of a word, a fraction, a longer number or an amount.
    fn is_whole(&self) -> bool {
        let (start, end) = (self.start(), self.end());
        let left = before(self.text, start);
        let right = after(self.text, end);
        let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        let left_of = |c: char| before(self.text, start - c.len_utf8());
        let right_of = |c: char| after(self.text, end + c.len_utf8());
        let goes_on_left = match left {
            Some(c) if c.is_ascii_alphabetic() => !phones::is_word_before(self.text, start),
            Some('_' | '$' | '¥' | '€' | '£') => true,
            Some('*') => true,
            Some(c @ ('.' | ',')) => is_digit(left_of(c)),
            // A dash joins it to letters as well, but for words such as tel-.
            Some('-') => {
                left_of('-').is_some_and(|c| c.is_ascii_alphanumeric()) && !phones::is_word_before(self.text, start - 1)
            }
            _ => false,
        };
        let goes_on_right = match right {
            Some(c) if c.is_ascii_alphabetic() => !c.eq_ignore_ascii_case(&'x') && !c.eq_ignore_ascii_case(&'e'),
            Some('_' | '*') => true,
            // A few digits after a dash are an extension.
            Some('-') => {
                right_of('-').is_some_and(|c| c.is_ascii_alphanumeric()) && !phones::has_extension(self.text, end)
            }
            Some(c @ ('.' | ',')) => is_digit(right_of(c)) && self.groups.len() == 1 && c == '.',
            _ => UNITS.start(&self.text[end..]).is_some(),
        };
        !goes_on_left && !goes_on_right
    }
}

/// Finds phone numbers, identity cards and bank cards.
pub(super) fn find(text: &str, groups: &[Group], finds: &mut Vec<Find>) {
    for chain in chains(text, groups) {
        let mut first = 0;
        while first < chain.len() {
            // The longest that is something: a landline with its extension rather than without.
            let most = chain.len().min(first + MOST_GROUPS);
            let found = (first + 1..=most).rev().find_map(|last| {
                let number = Number {
                    text,
                    groups: &chain[first..last],
                };
                kind(&number, &chain[last..])
            });
            if let Some(find) = found {
                first += chain[first..].iter().take_while(|group| group.start < find.end).count();
                finds.push(find);
            } else {
                first += 1;
            }
        }
    }
}

/// Groups that may be one number: only blanks, dashes, dots and parentheses between them.
fn chains<'a>(text: &'a str, groups: &'a [Group]) -> impl Iterator<Item = &'a [Group]> {
    groups.chunk_by(|left, right| {
        let gap = &text[left.end..right.start];
        gap.len() <= 3 && gap.bytes().all(|sign| b" -.()".contains(&sign))
    })
}

fn kind(number: &Number<'_>, rest: &[Group]) -> Option<Find> {
    let digits = number.len();
    if digits > MOST_DIGITS {
        return None;
    }
    if let Some((start, end)) = phones::international(number) {
        return Some(Find::new(Category::Phone, start, end));
    }
    if let Some((category, start, end)) = papers::lettered(number) {
        return Some(Find::new(category, start, end));
    }
    if digits < 7 || !number.is_whole() {
        return None;
    }
    if let Some(end) = papers::identity_card(number) {
        return Some(Find::new(Category::IdCard, number.start(), end));
    }
    if let Some((start, end)) = phones::phone(number) {
        return Some(Find::new(Category::Phone, start, end));
    }
    papers::is_bank_card(number, rest).then(|| Find::new(Category::BankCard, number.start(), number.end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_come_in_groups_and_groups_in_chains() {
        let text = "138 1234-5678，3个，400 820";
        let groups = groups(text);
        let chains: Vec<usize> = chains(text, &groups).map(<[Group]>::len).collect();
        assert_eq!(chains, [3, 1, 2]);
    }

    #[test]
    fn parts_of_something_longer_are_no_numbers() {
        let is_whole = |text: &str| {
            let groups = groups(text);
            let last = groups.len() - 1;
            Number {
                text,
                groups: &groups[last..],
            }
            .is_whole()
        };
        assert!(is_whole("打13812345678吧"));
        assert!(is_whole("tel13812345678"));
        for text in [
            "SF13812345678",
            "0.13812345678",
            "13812345678元",
            "¥13812345678",
            "id_13812345678",
            "13812345678b",
        ] {
            assert!(!is_whole(text), "{text}");
        }
    }
}
