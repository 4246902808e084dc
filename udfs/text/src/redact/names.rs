//! Chinese names: where a word such as 姓名 or 先生 says that one stands beside it, beside a telephone number or an
//! address, and wherever a name found so stands again. No other two characters are taken for a name.

use super::around::{HanSet, after, before, han_end, han_start, is_han, stands_alone};
use super::cues::{Cue, Hit};
use super::lists::{
    COMMON_SURNAMES, COMPOUND_STARTS, COMPOUND_SURNAMES, GIVEN, JAPANESE_SURNAMES, NEVER, NO_NAMES, SURNAMES, WORD_ENDS,
};
use super::words::Words;
use super::{Category, Find};

/// Finds names beside words, and beside what `finds` has already.
pub(super) fn find(text: &str, hits: &[Hit], finds: &mut Vec<Find>) {
    for hit in hits {
        let found = if hit.is(Cue::Called) {
            forward(text, hit.end, Trust::Told)
        } else if hit.is(Cue::Label) {
            labelled(text, hit)
        } else if hit.is(Cue::Being) {
            forward(text, hit.end, Trust::Alone)
        } else if hit.is(Cue::Surnamed) {
            surnamed(text, hit.end)
        } else if hit.is(Cue::Gender) {
            before_gender(text, hit)
        } else if hit.is(Cue::Title) {
            // 王经理, or 经理王强
            before_title(text, hit).or_else(|| forward(text, hit.end, Trust::Alone))
        } else {
            None
        };
        if let Some((start, end)) = found {
            finds.push(Find::new(Category::Name, start, end));
        }
    }
    beside(text, finds);
}

/// How far the word before a name can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// A name follows, says a label with a colon.
    Labelled,
    /// A name follows, says 我叫.
    Told,
    /// Anything may follow: it must look like a name and stand alone.
    Alone,
}

/// 姓名：李晓明, 收件人(先生)：张伟, 联系人 周静怡, 快递员赵志刚.
fn labelled(text: &str, hit: &Hit) -> Option<(usize, usize)> {
    const BLANKS: [char; 2] = [' ', '\t'];
    let mut rest = &text[hit.end..];
    if let Some(remark) = rest.strip_prefix('(') {
        let close = remark.char_indices().take(7).find(|&(_, c)| c == ')');
        rest = close.map_or(rest, |(place, _)| &remark[place + 1..]);
    }
    let name = rest.trim_start_matches(BLANKS);
    if let Some(name) = name.strip_prefix([':', '|', '/', '=']) {
        let start = text.len() - name.trim_start_matches(BLANKS).len();
        return forward(text, start, Trust::Labelled);
    }
    let word = Words("是|为|叫|名叫").start(name).map_or(0, str::len);
    forward(text, text.len() - name.len() + word, Trust::Alone)
}

/// The name that starts at `start`.
fn forward(text: &str, start: usize, trust: Trust) -> Option<(usize, usize)> {
    if let Some(end) = dotted(text, start) {
        return Some((start, end));
    }
    let surname = surname(text, start)?;
    let given: Vec<char> = text[start..han_end(text, start, 6)].chars().skip(surname).collect();
    let ends = |count: usize| han_end(text, start, count);
    let is_word = starts_with_word(text, start);
    // 王女士 and the like are found by the title.
    let is_titled = TITLES.start(&text[ends(surname)..]).is_some();
    if is_titled {
        return None;
    }
    let all = |of: &dyn Fn(char) -> bool, count: usize| given.len() >= count && given[..count].iter().all(|&c| of(c));
    let is_given = |count| all(&|c| GIVEN.contains(c), count);
    let is_possible = |count| all(&|c| !NEVER.contains(c), count);
    let length = match (given.len(), trust) {
        (1 | 2, Trust::Labelled) if is_possible(given.len()) && (!is_word || is_given(given.len())) => given.len(),
        (1 | 2, Trust::Told) if is_possible(given.len()) && !is_word => given.len(),
        (_, Trust::Alone) if is_word || given.len() > 2 => {
            let count = alone(&given, is_given(2), is_given(1));
            count.filter(|_| !is_word && is_common(text, start))?
        }
        (1 | 2, Trust::Alone) if is_given(given.len()) => given.len(),
        (1 | 2, Trust::Alone) => alone(&given, is_given(2), is_given(1)).filter(|&count| count < given.len())?,
        (3.., _) if is_given(2) && !is_word => 2,
        (2.., _) if is_given(1) && !is_word => 1,
        _ => return None,
    };
    Some((start, ends(surname + length)))
}

/// How many characters of a longer run are a given name: those before a word that cannot be part of it.
fn alone(given: &[char], two: bool, one: bool) -> Option<usize> {
    let stops = |count: usize| given.get(count).is_none_or(|&c| NEVER.contains(c));
    if two && stops(2) {
        Some(2)
    } else if one && stops(1) {
        Some(1)
    } else {
        None
    }
}

/// Titles that make what is before them a surname.
const TITLES: Words = Words("先生|女士|小姐|太太|老师|经理|师傅|医生|主任|教授|阿姨|总|工");

/// How many characters the surname at `start` has.
fn surname(text: &str, start: usize) -> Option<usize> {
    if is_compound(text, start) {
        return Some(2);
    }
    after(text, start).filter(|&c| SURNAMES.contains(c)).map(|_| 1)
}

fn is_common(text: &str, start: usize) -> bool {
    after(text, start).is_some_and(|c| COMMON_SURNAMES.contains(c)) || is_compound(text, start)
}

fn is_compound(text: &str, start: usize) -> bool {
    let starts = after(text, start).is_some_and(|c| COMPOUND_STARTS.contains(c));
    starts && COMPOUND_SURNAMES.start(&text[start..]).is_some()
}

fn starts_with_word(text: &str, start: usize) -> bool {
    NO_NAMES.start(&text[start..]).is_some()
}

/// 阿依古丽·买买提: where it ends.
fn dotted(text: &str, start: usize) -> Option<usize> {
    let first = han_end(text, start, 8);
    let mut end = first;
    // Names have up to four parts.
    for _ in 1..4 {
        let next = end + '·'.len_utf8();
        if end == start || !text[end..].starts_with('·') || han_end(text, next, 8) == next {
            break;
        }
        end = han_end(text, next, 8);
    }
    (end > first).then_some(end)
}

/// 我姓沈: the surname, where nothing goes on that would make it another word.
fn surnamed(text: &str, start: usize) -> Option<(usize, usize)> {
    let length = surname(text, start)?;
    let end = han_end(text, start, length);
    let next = after(text, end);
    let is_end = next.is_none_or(|c| !is_han(c) || "的，先女小老师经是".contains(c));
    is_end.then_some((start, end))
}

/// Characters after which a name may start: they end a phrase.
const PHRASE_ENDS: HanSet = HanSet::new(
    "的了是和与跟给找让请被由叫向为把问到于送帮位名个谢听说见系服员师长工家台递机东装修货户里着过像对有感赞这那此某称从替当住老小姓\
     及候客前后来去时看如读果因",
);

/// Titles of everyone; before those that people have at work stand many words that are no names.
const POLITE: Words = Words("先生|女士|小姐|太太|夫人");

/// 王先生, 欧阳老师, 张颖经理: the name before a title, without the title.
fn before_title(text: &str, hit: &Hit) -> Option<(usize, usize)> {
    let end = hit.start;
    let chars: Vec<(usize, char)> = text[..end]
        .char_indices()
        .rev()
        .take(5)
        .take_while(|&(_, c)| is_han(c))
        .collect();
    let is_polite = POLITE.has(&text[hit.start..hit.end]);
    let mut best = None;
    for length in 1..=chars.len().min(4) {
        let start = chars[length - 1].0;
        let name: Vec<char> = chars[..length].iter().rev().map(|&(_, c)| c).collect();
        if is_titled_name(text, start, &name, is_polite) {
            best = Some((start, end));
        }
    }
    best
}

fn is_titled_name(text: &str, start: usize, name: &[char], is_polite: bool) -> bool {
    let is_compound = name.len() > 1 && (is_compound(text, start) || JAPANESE_SURNAMES.start(&text[start..]).is_some());
    let surname = if is_compound { 2 } else { 1 };
    if name.len() > surname + 2 || !(is_compound || SURNAMES.contains(name[0])) {
        return false;
    }
    let left = before(text, start);
    let is_phrase = left.is_none_or(|c| !is_han(c) || PHRASE_ENDS.contains(c));
    let is_common = is_compound || COMMON_SURNAMES.contains(name[0]);
    let given = &name[surname..];
    // 俞敏洪: a given name may end in what is also a surname.
    let is_last_surname = is_common && is_phrase && given.last().is_some_and(|&c| COMMON_SURNAMES.contains(c));
    let listed = if is_last_surname {
        &given[..given.len() - 1]
    } else {
        given
    };
    let is_given = listed.iter().all(|&c| GIVEN.contains(c));
    let is_possible = given
        .iter()
        .all(|&c| !NEVER.contains(c) && !COMMON_SURNAMES.contains(c));
    let is_name = match given.len() {
        0 => is_common || is_phrase,
        _ if is_given => is_phrase || is_common,
        _ => is_polite && is_common && is_possible && is_phrase,
    };
    // 语文老师, 高级经理
    is_name && !ends_word(left, name[0]) && !starts_with_word(text, start)
}

/// Whether a surname is the end of a word that starts with the character on its left.
fn ends_word(left: Option<char>, surname: char) -> bool {
    left.is_some_and(|left| is_han(left) && WORD_ENDS.has(&String::from_iter([left, surname])))
}

/// 李雷，男，45岁: a name that stands alone before what a form says of a person.
fn before_gender(text: &str, hit: &Hit) -> Option<(usize, usize)> {
    let is_field = after(text, hit.end).is_none_or(|c| "，,、； )。性".contains(c) || c.is_ascii_digit());
    alone_between(text, han_start(text, hit.start, 5), hit.start)
        .filter(|_| is_field)
        .map(|find| (find.start, find.end))
}

/// What may stand between a name and a telephone number or an address of the same person.
const BETWEEN: &[char] = &[
    ' ', '，', ',', '、', ':', ';', '；', '/', '|', '\t', '\n', '(', ')', '-',
];

/// Words between them.
const BETWEEN_WORDS: Words = Words("电话|手机|手机号|联系电话|地址|收|tel|号码|联系方式");

/// 陈浩，15912345678: a name that stands alone beside what identifies the same person.
fn beside(text: &str, finds: &mut Vec<Find>) {
    let is_contact = |find: &&Find| {
        matches!(
            find.category,
            Category::Phone | Category::Address | Category::IdCard | Category::BankCard
        )
    };
    let contacts: Vec<Find> = finds.iter().filter(is_contact).copied().collect();
    for contact in contacts {
        let left = without_between(&text[..contact.start]).len();
        if left < contact.start {
            finds.extend(alone_between(text, han_start(text, left, 5), left));
        }
        let right = text.len() - text[contact.end..].trim_start_matches(BETWEEN).len();
        if (1..=4).contains(&(right - contact.end)) {
            let name = text[right..han_end(text, right, 5)].trim_end_matches('收');
            finds.extend(alone_between(text, right, right + name.len()));
        }
    }
}

fn without_between(text: &str) -> &str {
    let mut text = text;
    for _ in 0..6 {
        let shorter = text.trim_end_matches(BETWEEN);
        let shorter = BETWEEN_WORDS
            .end(shorter)
            .map_or(shorter, |word| &shorter[..shorter.len() - word.len()]);
        if shorter.len() == text.len() {
            break;
        }
        text = shorter;
    }
    text
}

/// A run of characters that as a whole is a name.
fn alone_between(text: &str, start: usize, end: usize) -> Option<Find> {
    let surname = surname(text, start)?;
    let given: Vec<char> = text[start..end].chars().skip(surname).collect();
    let is_given = (1..=2).contains(&given.len()) && given.iter().all(|&c| GIVEN.contains(c));
    (is_given && !starts_with_word(text, start)).then(|| Find::new(Category::Name, start, end))
}

/// The most names that are looked for again: a list of thousands has each where it is found.
const MOST_NAMES: usize = 50;

/// Finds the names that `finds` has wherever else they stand.
pub(super) fn find_again(text: &str, finds: &mut Vec<Find>) {
    let names = finds.iter().filter(|find| find.category == Category::Name);
    let mut names: Vec<&str> = names
        .map(|find| &text[find.start..find.end])
        .filter(|name| is_telling(name))
        .collect();
    names.sort_unstable();
    names.dedup();
    for name in names.into_iter().take(MOST_NAMES) {
        let places = text.match_indices(name).map(|(start, _)| (start, start + name.len()));
        let places = places.filter(|&(start, end)| !name.is_ascii() || stands_alone(text, start, end));
        finds.extend(places.map(|(start, end)| Find::new(Category::Name, start, end)));
    }
}

/// Whether a name is long enough to be that person's wherever it stands: 王 alone is a common character.
fn is_telling(name: &str) -> bool {
    let count = name.chars().count();
    if name.is_ascii() {
        count >= 3 && name.starts_with(|c: char| c.is_ascii_uppercase())
    } else {
        count >= 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let hits = super::super::cues::Cues::new().expect("built").hits(text);
        let mut finds = Vec::new();
        find(text, &hits, &mut finds);
        find_again(text, &mut finds);
        finds.sort_by_key(|find| find.start);
        finds.dedup();
        finds.iter().map(|find| &text[find.start..find.end]).collect()
    }

    #[test]
    fn a_name_follows_a_label() {
        assert_eq!(found("姓名:李晓明，男"), ["李晓明"]);
        assert_eq!(found("收件人:张伟 电话"), ["张伟"]);
        assert_eq!(found("我叫王伟想退货"), ["王伟"]);
        assert_eq!(found("我叫慕容雪，会员"), ["慕容雪"]);
        assert_eq!(found("姓名:阿依古丽·买买提，"), ["阿依古丽·买买提"]);
        assert_eq!(found("我姓沈，"), ["沈"]);
    }

    #[test]
    fn a_name_stands_before_a_title() {
        assert_eq!(found("感谢欧阳老师推荐"), ["欧阳"]);
        assert_eq!(found("客服赵先生态度好"), ["赵"]);
        assert_eq!(found("前台张颖经理说"), ["张颖"]);
        assert_eq!(found("加深对杨绛先生的了解"), ["杨绛"]);
        assert_eq!(found("谢谢林女士"), ["林"]);
        assert_eq!(found("刘德海先生的服务"), ["刘德海"]);
    }

    #[test]
    fn other_words_stand_there_too() {
        for text in [
            "前台小姐，服务小姐，客房小姐",
            "语文老师、历史老师和音乐老师，班主任老师",
            "大堂经理，值班经理，客户经理",
            "由于老师傅不在，对于先生们",
            "我是高中生，我是常客，我是老客户",
            "我先生，这位女士，老先生，谢谢老师",
            "收件人写错了，姓名填错，联系人头像",
            "安装师傅，快递师傅，单身女士，时尚女士",
            "老百姓，姓名栏",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn a_name_is_found_again() {
        assert_eq!(found("我叫李晓明，请叫李晓明来"), ["李晓明", "李晓明"]);
    }
}
