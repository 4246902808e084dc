//! The labelled texts and how much of them is found, and what no text may do.

use super::*;

const TEXTS: &str = include_str!("../../data/redact.txt");

/// A text with its marks: the text alone, and what is marked.
fn read(line: &str) -> (String, Vec<Find>) {
    let mut text = String::new();
    let mut marked = Vec::new();
    let line = line.replace("\\n", "\n");
    let mut rest = line.as_str();
    while let Some((plain, mark)) = rest.split_once("[[") {
        let (category, mark) = mark.split_once('|').expect("a category");
        let (inside, after) = mark.split_once("]]").expect("an end");
        let category = Category::ALL
            .into_iter()
            .find(|known| known.mark().trim_matches(['[', ']']) == category);
        text.push_str(plain);
        let start = text.len();
        text.push_str(inside);
        marked.push(Find::new(category.expect("a known category"), start, text.len()));
        rest = after;
    }
    text.push_str(rest);
    (text, marked)
}

/// The labelled texts of one part of the file.
fn part(name: &str) -> Vec<(String, Vec<Find>)> {
    let start = TEXTS.find(&format!("## {name}")).expect("a part");
    let lines = TEXTS[start..]
        .lines()
        .skip(1)
        .take_while(|line| !line.starts_with("## "));
    lines
        .filter(|line| !line.is_empty() && !line.starts_with("# "))
        .map(read)
        .collect()
}

/// How many marks of a category are found from where to where they are, of how many, and how many are found at all.
fn score(texts: &[(String, Vec<Find>)], category: Category) -> (usize, usize, usize) {
    let redactor = Redactor::get().expect("built");
    let (mut right, mut all, mut found) = (0, 0, 0);
    for (text, marked) in texts {
        let finds = redactor.find(text, Categories::ALL);
        let marked = marked.iter().filter(|find| find.category == category);
        found += finds.iter().filter(|find| find.category == category).count();
        all += marked.clone().count();
        right += marked.filter(|find| finds.contains(find)).count();
    }
    (right, all, found)
}

/// Checks that of a part's marks at most so many are missed, and at most so many are found that are none; 0 and 0 for a
/// category that is not named.
fn assert_scores(name: &str, texts: usize, faults: &[(Category, usize, usize)]) {
    let part = part(name);
    assert_eq!(part.len(), texts, "{name}: texts");
    let mut table = format!("{name}: recall, precision\n");
    let mut is_fine = true;
    for category in Category::ALL {
        let (right, all, found) = score(&part, category);
        let known = faults.iter().find(|(known, _, _)| *known == category);
        let (missed, wrong) = known.map_or((0, 0), |&(_, missed, wrong)| (missed, wrong));
        is_fine &= right + missed >= all && found <= right + wrong;
        table += &format!("{:14} {right}/{all}, {right}/{found}\n", category.name());
    }
    assert!(is_fine, "{table}");
}

#[test]
fn known_texts_are_read_right() {
    assert_scores("Known", 174, &[(Category::Name, 0, 1)]);
}

#[test]
fn texts_that_the_rules_did_not_know_are_read_nearly_as_well() {
    assert_scores("Blind", 101, &[(Category::Name, 1, 1)]);
}

#[test]
fn most_of_what_was_made_to_break_the_rules_does_not() {
    let faults = [
        (Category::Name, 11, 0),
        (Category::Phone, 2, 0),
        (Category::IdCard, 0, 1),
        (Category::Address, 3, 1),
    ];
    assert_scores("Later", 97, &faults);
}

#[test]
fn a_third_of_the_texts_holds_nothing_to_find() {
    let texts: Vec<_> = ["Known", "Blind", "Later"].into_iter().flat_map(part).collect();
    let plain = texts.iter().filter(|(_, marked)| marked.is_empty()).count();
    assert!(plain * 3 >= texts.len(), "{plain} of {}", texts.len());
}

fn replaced(text: &str, names: &[&str]) -> Option<String> {
    let categories = Categories::named(names.iter().copied()).expect("known");
    let redactor = Redactor::get().expect("built");
    redactor.replace(text, categories, Category::mark).map(Cow::into_owned)
}

#[test]
fn only_the_wanted_categories_are_replaced() {
    let text = "我叫李晓明，电话１３９１２３４５６７８，邮箱 li@qq.com";
    assert_eq!(
        replaced(text, &["phone"]).as_deref(),
        Some("我叫李晓明，电话[PHONE]，邮箱 li@qq.com")
    );
    assert_eq!(
        replaced(text, &["NAME", "email"]).as_deref(),
        Some("我叫[NAME]，电话１３９１２３４５６７８，邮箱 [EMAIL]")
    );
    assert_eq!(Categories::named(["phone", "shoe"]), Err("shoe"));
}

#[test]
fn the_longest_of_several_counts() {
    assert_eq!(
        replaced("13812345678@163.com", &["phone", "email"]).as_deref(),
        Some("[EMAIL]")
    );
    assert_eq!(
        replaced("https://a.cn/13812345678", &["phone", "url"]).as_deref(),
        Some("[URL]")
    );
    // What is not wanted hides nothing.
    assert_eq!(
        replaced("13812345678@163.com", &["phone"]).as_deref(),
        Some("[PHONE]@163.com")
    );
}

#[test]
fn two_that_overlap_are_covered_together() {
    let finds = vec![
        Find::new(Category::Name, 4, 9),
        Find::new(Category::Address, 0, 6),
        Find::new(Category::Phone, 9, 12),
    ];
    let expected = [Find::new(Category::Address, 0, 9), Find::new(Category::Phone, 9, 12)];
    assert_eq!(without_overlaps(finds), expected);
}

#[test]
fn what_nobody_can_see_is_nothing() {
    for text in ["", " ", "\u{3000}\n", "\u{200b}\u{feff}"] {
        assert_eq!(replaced(text, &["phone"]), None);
    }
    assert_eq!(replaced("好", &["phone"]).as_deref(), Some("好"));
}

/// Numbers that look random and are the same in every run.
fn numbers(seed: u64) -> impl Iterator<Item = usize> {
    let next = |state: &u64| {
        Some(
            state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407),
        )
    };
    std::iter::successors(Some(seed), next).map(|state| (state >> 33) as usize)
}

#[test]
fn no_text_breaks_the_rules() {
    let pieces: Vec<&str> = "138|1234|5678|0|+|86|(|)|-| |.|,|，|:|：|@|//|http:|www.|x|X|姓名|我叫|王|明|欧阳|·|先生|老|老师|号|楼|弄|\
                             栋|路|北京|市|区|村|镇|室|转|Mr|.|Dear|Ms|Jo|O'|\n|é|😀|１|＠|\u{200b}|生日|年|月|日|出生|born|Street|NY|10001|::|fe80|\
                             Box|P.O.|A|(3)|DE89|京|A12|一三八|附|甲|收|微信|id|护照|#|Apt|my name is|一|座|层|，男|'s|-|regards|负"
        .split('|')
        .collect();
    let redactor = Redactor::get().expect("built");
    let mut numbers = numbers(7);
    for _ in 0..3_000 {
        let length = 1 + numbers.next().unwrap_or(0) % 12;
        let text: String = numbers
            .by_ref()
            .take(length)
            .map(|number| pieces[number % pieces.len()])
            .collect();
        let mut end = 0;
        for find in redactor.find(&text, Categories::ALL) {
            assert!(find.start >= end && find.end > find.start, "{text}");
            assert!(text.get(find.start..find.end).is_some(), "{text}");
            end = find.end;
        }
    }
}
