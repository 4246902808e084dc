//! Chinese: jieba's tags, those of the Peking University corpus, read as Universal ones.

use super::Tag;
use crate::words::{Kind, Piece};

/// Words whose tag jieba's set cannot tell, or tells otherwise than the Chinese treebanks of Universal Dependencies.
const WORDS: &[(Tag, &[&str])] = &[
    (
        Tag::Auxiliary,
        &[
            "是", "了", "着", "过", "会", "能", "能够", "可", "可以", "要", "应", "应该", "应当", "必须", "得", "可能",
            "不能", "不会", "敢", "肯", "须", "不是", "不要", "不用",
        ],
    ),
    (
        Tag::Particle,
        &[
            "的", "地", "之", "所", "吗", "呢", "吧", "嘛", "啦", "呀", "们", "等", "等等",
        ],
    ),
    (
        Tag::CoordinatingConjunction,
        &[
            "和", "与", "及", "以及", "或", "或者", "并", "并且", "而", "而且", "且", "但", "但是", "可是", "不过",
            "然而", "还是", "跟", "同", "不仅", "不但",
        ],
    ),
    (
        Tag::SubordinatingConjunction,
        &[
            "因为", "由于", "如果", "若", "要是", "假如", "虽然", "尽管", "即使", "只要", "只有", "除非", "既然",
            "因此", "所以", "于是", "因而", "从而", "以便", "以免", "无论", "不管",
        ],
    ),
    (
        Tag::Adverb,
        &[
            "很", "太", "最", "更", "挺", "非常", "都", "也", "还", "就", "才", "再", "又", "却", "没", "不", "一点",
            "一起", "一直", "已经",
        ],
    ),
    (
        Tag::Pronoun,
        &["什么", "谁", "怎么样", "多少", "哪里", "这里", "那里", "自己"],
    ),
];

/// Words that point at a noun when one follows, and stand for one when none does.
const POINTING: &[&str] = &[
    "这", "那", "哪", "每", "各", "某", "该", "此", "本", "任何", "所有", "这个", "那个", "这些", "那些", "这种",
    "那种", "每个", "各种",
];

/// The tag of a word, given jieba's and the piece that follows it.
pub(super) fn tag(word: &str, jieba: &str, next: Option<&Piece<'_>>) -> Tag {
    let next_tag = next.map_or("", |piece| match piece.kind {
        Kind::Chinese(tag) => tag,
        Kind::Word => "n",
        Kind::Mark => "w",
    });
    if POINTING.contains(&word) {
        let stands_alone = next_tag.starts_with(['v', 'd', 'w', 'p', 'c', 'u']) || next_tag.is_empty();
        return if stands_alone { Tag::Pronoun } else { Tag::Determiner };
    }
    if matches!(word, "没有" | "没") {
        let negates = next_tag.starts_with(['v', 'p', 'd', 'a']);
        return if negates { Tag::Adverb } else { Tag::Verb };
    }
    // Words with three characters or more are none of these, but one.
    if word.len() <= "怎么样".len()
        && let Some((tag, _)) = WORDS.iter().find(|(_, words)| words.contains(&word))
    {
        return *tag;
    }
    match jieba.as_bytes() {
        [b'n', b'r' | b's' | b't' | b'z', ..] => Tag::ProperNoun,
        [b'n', ..] | [b'v', b'n', ..] | [b'a', b'n', ..] => Tag::Noun,
        [b'q' | b's' | b't' | b'f' | b'j' | b'g', ..] => Tag::Noun,
        [b'v', ..] | [b'i' | b'l', ..] => Tag::Verb,
        [b'a', b'd', ..] | [b'd', ..] => Tag::Adverb,
        [b'a' | b'b' | b'z', ..] => Tag::Adjective,
        [b'r', ..] => Tag::Pronoun,
        [b'm', ..] => Tag::Number,
        [b'p', ..] => Tag::Adposition,
        [b'c', ..] => Tag::CoordinatingConjunction,
        [b'u' | b'y' | b'h' | b'k', ..] => Tag::Particle,
        [b'e' | b'o', ..] => Tag::Interjection,
        _ => Tag::Other,
    }
}
