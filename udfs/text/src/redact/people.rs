//! English names: after "my name is", Mr., Dear, "Customer name:", on the last line of a letter. A first name alone or two
//! words with capitals are not taken for a person: they are as often a brand, a film or a place.

use super::around::{after, before, is_han};
use super::cues::{Cue, Hit};
use super::lists::FIRST_NAMES;
use super::words::Words;
use super::{Category, Find};

/// Words with a capital that are no person's name where one may stand.
const NO_NAMES: Words = Words(
    "sir|madam|mr|mrs|ms|dr|miss|prof|maam|team|customer|customers|support|service|services|seller|sellers|amazon|\
     apple|samsung|sony|google|microsoft|walmart|target|ebay|netflix|disney|nike|adidas|dell|hp|lenovo|huawei|xiaomi|\
     taobao|alibaba|uber|fedex|ups|usps|dhl|paypal|best|buy|costco|ikea|santa|god|lord|all|everyone|everybody|friend|\
     friends|folks|guys|there|manager|management|valued|whom|hiring|shop|store|shopper|shoppers|buyer|buyers|reader|\
     readers|diary|hotel|staff|company|returns|return|department|dept|office|billing|sales|kitty|siri|alexa|cortana|\
     the|this|that|it|i|we|you|he|she|they|my|your|our|his|her|please|thanks|thank|not|no|yes|and|or|but|for|from|\
     with|about|in|on|at|to|of|is|was|am|are|be|a|an|very|so|just|here|where|when|what|why|how|who|which|if|as|by|now|\
     then|also|only|pepper|coffee|clean|bean|martens|martins|scholl|scholl's|oetker|beast|potato|robot|seuss|strange|\
     heater|mom|dad|mum|baby|honey|sweetheart|darling|world|internet|monday|tuesday|wednesday|thursday|friday|\
     saturday|sunday|january|february|march|april|may|june|july|august|september|october|november|december|product|\
     order|item|refund|phone|email|tel|address|date|number|account|ticket|america|universe|congeniality|saigon|ny|us|\
     uk|usa|tv|dvd|cd|vip|ceo|hr|it's|i'm|info|technical|tech|sincerely|regards|great|good|nice|happy|new|old|bad|any|\
     some|again|inc|ltd|llc|corp|group|bank|airlines|airport|shipping|warehouse|fulfillment|center|centre|front|desk",
);

/// Words in small letters after which no name stands.
const NO_SMALL_NAMES: Words = Words(
    "not|on|in|at|the|a|an|and|or|but|spelled|spelt|misspelled|wrong|incorrect|correct|still|also|too|very|already|\
     listed|missing|different|now|no|printed|engraved|there|here|is|was|being|to|for|of|my|your|his|her|their|its|so|\
     that|this|what|mud|never|always|under|with|as|from|by|i|it|you|we|they|just|only|same|all|because|common|hard|\
     out|up|nowhere|everywhere|legally|changed|shown|visible|unique|simply|really|quite|pretty|great|kind|ok|fine|\
     perfect|fitting|apt|misleading|catchy|stupid|silly|cute|synonymous|deceiving|calling|please|sorry|when|if|while|\
     since|who|which|where|how|can|could|will|would|should|want",
);

/// Words before "name:" that make it no person's.
const THINGS: Words = Words(
    "product|brand|file|company|store|shop|item|model|user|domain|host|display|hotel|restaurant|project|app|event|\
     street|school|pet|dog|cat|book|movie|song|network|wifi|device|business|drug|medication|color|team|city|code|nick|\
     screen|pen|stage|game|movie's|film|show|band",
);

/// Words inside a name.
const PARTICLES: Words = Words("de|van|von|der|den|del|da|di|la|bin|al|el|dos|le|ter");

/// Finds English names.
pub(super) fn find(text: &str, hits: &[Hit], finds: &mut Vec<Find>) {
    for hit in hits {
        let is_english = text.as_bytes()[hit.start].is_ascii_alphabetic();
        let found = if hit.is(Cue::EnglishTitle) {
            titled(text, hit)
        } else if hit.is(Cue::Label) && has_colon(text, hit.end) {
            labelled(text, hit)
        } else if !is_english {
            None
        } else if hit.is(Cue::Called) {
            called(text, hit)
        } else if hit.is(Cue::Being) {
            being(text, hit.end)
        } else if hit.is(Cue::Greeting) {
            greeted(text, hit)
        } else if hit.is(Cue::Farewell) {
            signed(text, hit.end)
        } else if hit.is(Cue::Person) {
            let start = skip(text, hit.end, ", ");
            listed(text, start).filter(|_| start > hit.end)
        } else {
            None
        };
        if let Some((start, end)) = found {
            finds.push(Find::new(Category::Name, start, end));
        }
    }
}

fn has_colon(text: &str, at: usize) -> bool {
    text[at..].trim_start_matches(' ').starts_with(':')
}

fn skip(text: &str, at: usize, signs: &str) -> usize {
    text.len() - text[at..].trim_start_matches(|c| signs.contains(c)).len()
}

/// The words with capitals that start at `start`: where each ends.
fn capitals(text: &str, start: usize, most: usize) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut at = start;
    while ends.len() < most {
        let length = text[at..]
            .bytes()
            .take_while(|sign| sign.is_ascii_alphabetic() || matches!(sign, b'\'' | b'-'))
            .count();
        let word = text[at..at + length].trim_end_matches(['\'', '-']);
        let word = word.strip_suffix("'s").unwrap_or(word);
        let is_particle = !ends.is_empty() && PARTICLES.has(word);
        let goes_on = text[at + word.len()..]
            .starts_with(|c: char| c.is_ascii_digit() || c == '_' || c == '@' || (c.is_alphabetic() && !is_han(c)));
        if !(word.starts_with(|c: char| c.is_ascii_uppercase()) || is_particle) || goes_on {
            break;
        }
        // J. Smith
        let is_initial = word.len() == 1 && text[at + word.len()..].starts_with('.');
        if !is_particle && !is_initial && NO_NAMES.has(&word.split('\'').next().unwrap_or(word).to_ascii_lowercase()) {
            break;
        }
        let end = at + word.len();
        if !is_particle {
            ends.push(end + usize::from(is_initial));
        }
        let next = end + usize::from(is_initial);
        if !text[next..].starts_with(' ') {
            break;
        }
        at = next + 1;
    }
    ends
}

fn word(text: &str, start: usize) -> &str {
    let length = text[start..].bytes().take_while(u8::is_ascii_alphabetic).count();
    &text[start..start + length]
}

fn is_first_name(word: &str) -> bool {
    FIRST_NAMES.contains(word.to_ascii_lowercase().as_str())
}

/// Mr. Thompson
fn titled(text: &str, hit: &Hit) -> Option<(usize, usize)> {
    let dot = hit.end + usize::from(text[hit.end..].starts_with('.'));
    // "MS Office" is no lady's.
    let is_shouted = text.as_bytes()[hit.start + 1].is_ascii_uppercase() && dot == hit.end;
    if !text[hit.start..].starts_with(|c: char| c.is_ascii_uppercase()) || is_shouted {
        return None;
    }
    let start = skip(text, dot, " ");
    let ends = capitals(text, start, 3);
    let first = &text[start..*ends.first()?];
    let is_blank = start == dot && dot == hit.end;
    (!is_blank && first.len() > 1 && start - dot <= 1).then(|| (start, ends[ends.len() - 1]))
}

/// Customer name: Wang Xiaoming
fn labelled(text: &str, hit: &Hit) -> Option<(usize, usize)> {
    let lead = text[..hit.start].trim_end_matches([' ', '\'']);
    if THINGS.end(lead).is_some() {
        return None;
    }
    let start = skip(text, hit.end, " :\t");
    let ends = capitals(text, start, 4);
    let end = *ends.last()?;
    // A label names no sentence: the name ends the line or the field.
    let next = after(text, end);
    let is_end = next.is_none_or(|c| ",;.\n\r\t，。；|/()".contains(c))
        || text[end..].starts_with("  ")
        || is_first_name(word(text, start));
    is_end.then_some((start, end))
}

/// My name is Sarah Johnson, my name is john smith
fn called(text: &str, hit: &Hit) -> Option<(usize, usize)> {
    let start = skip(text, hit.end, " :\"");
    if let Some(&end) = capitals(text, start, 4).last() {
        return Some((start, end));
    }
    let first = word(text, start);
    let is_small =
        |word: &str| word.len() > 1 && word.bytes().all(|sign| sign.is_ascii_lowercase()) && !NO_SMALL_NAMES.has(word);
    if start == hit.end || !is_small(first) {
        return None;
    }
    let end = start + first.len();
    let second = if text[end..].starts_with(' ') {
        word(text, end + 1)
    } else {
        ""
    };
    let goes_on = is_small(second) && is_first_name(first);
    let is_end = after(text, end).is_none_or(|c| ",.;\n!".contains(c)) || NO_SMALL_NAMES.has(second);
    (is_first_name(first) || is_end).then(|| (start, if goes_on { end + 1 + second.len() } else { end }))
}

/// This is Kevin calling, I'm Robert
fn being(text: &str, at: usize) -> Option<(usize, usize)> {
    let start = skip(text, at, " ");
    let ends = capitals(text, start, 3);
    let end = *ends.last()?;
    let next = word(text, skip(text, end, " ,"));
    let is_said = ["calling", "speaking", "writing"].contains(&next);
    (start > at && (is_said || is_first_name(word(text, start)))).then_some((start, end))
}

/// A first name of the list, with the surname after it.
fn listed(text: &str, start: usize) -> Option<(usize, usize)> {
    let ends = capitals(text, start, 3);
    let end = *ends.last()?;
    is_first_name(word(text, start)).then_some((start, end))
}

/// Dear Michael Brown,
fn greeted(text: &str, hit: &Hit) -> Option<(usize, usize)> {
    let start = skip(text, hit.end, " ,");
    let ends = capitals(text, start, 3);
    let end = *ends.last()?;
    let is_end = after(text, end).is_none_or(|c| ",:;!.\n\r，-".contains(c));
    let is_dear = text[hit.start..hit.end].eq_ignore_ascii_case("dear");
    let is_capital = text[hit.start..].starts_with(|c: char| c.is_ascii_uppercase());
    let is_name = is_first_name(word(text, start));
    (start > hit.end && (is_name || (is_end && is_capital && (is_dear || ends.len() == 1)))).then_some((start, end))
}

/// Regards,\nDavid O'Connor
fn signed(text: &str, at: usize) -> Option<(usize, usize)> {
    let start = skip(text, at, " ,.!-\n\r\t");
    let ends = capitals(text, start, 3);
    let end = *ends.last()?;
    let is_new_line = text[at..start].contains('\n');
    let is_end = text[end..].trim_start_matches(['.', ' ', '!']).is_empty()
        || text[end..].trim_start_matches(' ').starts_with(['\n', '\r']);
    let has_comma = text[at..start].contains([',', '-']);
    (is_end && (is_new_line || has_comma && is_first_name(word(text, start))) && before(text, start) != Some('\''))
        .then_some((start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let hits = super::super::cues::Cues::new().expect("built").hits(text);
        let mut finds = Vec::new();
        find(text, &hits, &mut finds);
        finds.iter().map(|find| &text[find.start..find.end]).collect()
    }

    #[test]
    fn a_name_follows_what_announces_it() {
        assert_eq!(found("My name is Sarah Johnson and I ordered"), ["Sarah Johnson"]);
        assert_eq!(found("my name is john smith and i want"), ["john smith"]);
        assert_eq!(found("this is Kevin calling about"), ["Kevin"]);
        assert_eq!(found("Dear Michael Brown,\nYour order"), ["Michael Brown"]);
        assert_eq!(
            found("Mr. Thompson at the desk, Mrs. Garcia-Lopez and Dr. J. van der Berg"),
            ["Thompson", "Garcia-Lopez", "J. van der Berg"]
        );
        assert_eq!(found("Best regards,\nDavid O'Connor"), ["David O'Connor"]);
        assert_eq!(found("Customer name: Wang Xiaoming, phone"), ["Wang Xiaoming"]);
        assert_eq!(found("I spoke with Jessica from support"), ["Jessica"]);
    }

    #[test]
    fn other_words_follow_it_too() {
        for text in [
            "Dear Sir or Madam, Dear customer service, Hi team",
            "My name is not on the ticket, my name is misspelled.",
            "This is not working, this is where calling support fails, I am Happy",
            "Dr Pepper, Mr. Coffee, I miss You",
            "Thanks, Amazon! Best Buy was out of stock.",
            "Product name: Galaxy Buds, brand name: Samsung.",
            "Hello Kitty stickers",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
