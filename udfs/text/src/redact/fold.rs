//! One spelling for what people write in several: full-width and ASCII signs, kinds of dashes and blanks, traditional
//! and simplified characters of addresses and surnames. The way back to the text as it was is kept.

use std::borrow::Cow;
use std::ops::Range;

use tronie_common::is_invisible;

use super::around::HanSet;

/// A text in the spelling that the finders read.
#[derive(Debug)]
pub(super) struct Folded<'a> {
    text: Cow<'a, str>,
    /// For each byte of `text` and for its end: where its character starts in the text as it was. Empty if the two are
    /// the same.
    places: Vec<usize>,
}

impl<'a> Folded<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let Some((first, _)) = text.char_indices().find(|&(_, c)| fold(c) != Some(c)) else {
            return Self {
                text: Cow::Borrowed(text),
                places: Vec::new(),
            };
        };
        let mut folded = String::with_capacity(text.len());
        folded.push_str(&text[..first]);
        let mut places: Vec<usize> = (0..first).collect();
        for (place, c) in text[first..].char_indices() {
            if let Some(c) = fold(c) {
                folded.push(c);
                places.resize(folded.len(), first + place);
            }
        }
        places.push(text.len());
        Self {
            text: Cow::Owned(folded),
            places,
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of the text as it was that a span of this one stands for.
    pub(super) fn original(&self, span: Range<usize>) -> Range<usize> {
        match (self.places.get(span.start), self.places.get(span.end)) {
            (Some(&start), Some(&end)) => start..end,
            _ => span,
        }
    }
}

/// The character that stands for `c`; none for one that cannot be seen.
fn fold(c: char) -> Option<char> {
    match c {
        '\0'..='\x7f' if !c.is_ascii_control() || c.is_ascii_whitespace() => Some(c),
        '\u{4e00}'..='\u{9fff}' => Some(if TRADITIONAL.contains(c) { simplified(c) } else { c }),
        // These end a sentence or part one, in either width; the others are also parts of numbers, addresses or links.
        '，' | '！' | '？' | '；' | '～' => Some(c),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0),
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}' => Some(' '),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' => Some('-'),
        '\u{2018}' | '\u{2019}' => Some('\''),
        '•' | '・' | '‧' | '∙' => Some('·'),
        '〇' => Some('零'),
        '\u{fe0f}' | '\u{20e3}' => None,
        _ if is_invisible(c) && !c.is_whitespace() => None,
        _ => Some(c),
    }
}

const TRADITIONAL_LIST: &str = "號樓區縣鄉鎮棟單電話機間層門牌車郵證聯繫寄給張陳劉黃吳趙楊孫馬鄭謝許馮鄧蔣蕭葉呂盧鍾羅\
                                賈範鄒韓龍萬錢嚴賀龔莊蘇魏顧譚陸溫簡鄔聶盤歐陽東廣灣國華雲臺東溝橋園廈場";
const SIMPLIFIED_LIST: &str = "号楼区县乡镇栋单电话机间层门牌车邮证联系寄给张陈刘黄吴赵杨孙马郑谢许冯邓蒋萧叶吕卢钟罗\
                               贾范邹韩龙万钱严贺龚庄苏魏顾谭陆温简邬聂盘欧阳东广湾国华云台东沟桥园厦场";
const TRADITIONAL: HanSet = HanSet::new(TRADITIONAL_LIST);

fn simplified(c: char) -> char {
    let place = TRADITIONAL_LIST.chars().position(|traditional| traditional == c);
    place.and_then(|place| SIMPLIFIED_LIST.chars().nth(place)).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        Folded::new(text).text().to_owned()
    }

    #[test]
    fn widths_dashes_and_blanks_have_one_spelling() {
        assert_eq!(folded("１３９－１２３４　（５）：Ａ＠ｂ．ｃ"), "139-1234 (5):A@b.c");
        assert_eq!(folded("138—1234–5678"), "138-1234-5678");
        assert_eq!(folded("13\u{200b}8\u{feff}1"), "1381");
        assert_eq!(folded("O’Neil"), "O'Neil");
    }

    #[test]
    fn what_ends_a_sentence_stays() {
        assert_eq!(folded("好，真的！？；。"), "好，真的！？；。");
    }

    #[test]
    fn traditional_characters_of_names_and_addresses_become_simplified() {
        assert_eq!(folded("陳先生，中山路５號三樓"), "陈先生，中山路5号三楼");
        let lists = TRADITIONAL_LIST.chars().zip(SIMPLIFIED_LIST.chars());
        assert_eq!(TRADITIONAL_LIST.chars().count(), SIMPLIFIED_LIST.chars().count());
        for (traditional, simple) in lists {
            assert_eq!(simplified(traditional), simple);
        }
    }

    #[test]
    fn a_span_leads_back_to_the_text_as_it_was() {
        let text = "电话１３９\u{200b}1，好";
        let folded = Folded::new(text);
        let start = folded.text().find("1391").expect("there");
        assert_eq!(&text[folded.original(start..start + 4)], "１３９\u{200b}1");
        assert_eq!(folded.original(0..folded.text().len()), 0..text.len());
    }

    #[test]
    fn a_text_in_that_spelling_is_not_copied() {
        assert!(matches!(Folded::new("好的 ok, 138").text, Cow::Borrowed(_)));
    }
}
