//! Mail addresses, links, and addresses of machines.

use std::net::Ipv6Addr;

use super::around::{after, before, stands_alone};
use super::cues::{Cue, Hit};
use super::numbers::Group;
use super::words::{Words, is_called};
use super::{Category, Find};

/// Finds mail addresses: something, the sign, and a domain with a dot.
pub(super) fn find_emails(text: &str, hits: &[Hit], finds: &mut Vec<Find>) {
    for hit in hits.iter().filter(|hit| hit.is(Cue::At)) {
        let of_name = |sign: &u8| sign.is_ascii_alphanumeric() || b"._%+-".contains(sign);
        let name = text[..hit.start].bytes().rev().take_while(of_name).count();
        let name = text[hit.start - name..hit.start].trim_start_matches(['.', '-', '%', '+']);
        let length = domain(&text[hit.end..]);
        if !name.is_empty() && length > 0 {
            finds.push(Find::new(Category::Email, hit.start - name.len(), hit.end + length));
        }
    }
}

/// How many bytes of a text's start are a domain: labels of letters, digits and dashes, the last one of letters.
fn domain(text: &str) -> usize {
    let of_domain = |sign: &u8| sign.is_ascii_alphanumeric() || b".-".contains(sign);
    let length = text.bytes().take_while(of_domain).count();
    let domain = text[..length].trim_end_matches(['.', '-']);
    match domain.rsplit_once('.') {
        Some((host, top)) => {
            let is_top = top.len() >= 2 && top.bytes().all(|sign| sign.is_ascii_alphabetic());
            let is_host = host.split('.').all(|label| !label.is_empty());
            if is_top && is_host { domain.len() } else { 0 }
        }
        None => 0,
    }
}

/// Finds links: with a scheme, with www., or a domain with something after it. A domain alone names a shop.
pub(super) fn find_urls(text: &str, hits: &[Hit], finds: &mut Vec<Find>) {
    let mut end = 0;
    for hit in hits.iter().filter(|hit| hit.is(Cue::Link)) {
        if hit.start < end {
            continue;
        }
        let is_inside = text[hit.start..].starts_with('.');
        let start = if is_inside {
            let of_host = |sign: &u8| sign.is_ascii_alphanumeric() || b".-".contains(sign);
            hit.start - text[..hit.start].bytes().rev().take_while(of_host).count()
        } else {
            hit.start
        };
        let of_link = |c: &char| c.is_ascii_graphic() && !"<>\"\\^`{|}".contains(*c);
        let length = text[start..].chars().take_while(of_link).count();
        let link = without_end(&text[start..start + length]);
        let shortest = if is_inside {
            hit.end - start + 1
        } else {
            hit.end - hit.start + 3
        };
        if link.len() >= shortest && start < hit.start + usize::from(!is_inside) {
            finds.push(Find::new(Category::Url, start, start + link.len()));
            end = start + link.len();
        }
    }
}

/// A link without what ends the sentence around it.
fn without_end(link: &str) -> &str {
    let count = |sign: u8| link.bytes().filter(|&byte| byte == sign).count();
    // How many of them close what the link did not open.
    let mut round = count(b')').saturating_sub(count(b'('));
    let mut square = count(b']').saturating_sub(count(b'['));
    let mut length = link.len();
    for sign in link.bytes().rev() {
        let open = match sign {
            b'.' | b',' | b';' | b':' | b'!' | b'?' | b'\'' | b'*' | b'(' | b'[' => None,
            b')' => Some(&mut round),
            b']' => Some(&mut square),
            _ => break,
        };
        if let Some(open) = open {
            let Some(fewer) = open.checked_sub(1) else { break };
            *open = fewer;
        }
        length -= 1;
    }
    &link[..length]
}

/// What has four numbers with dots between and is no address.
const VERSIONS: Words = Words(
    "版本|版本号|版本号为|版|固件|系统|升级到|更新到|version|firmware|release|ver|v|build|update|ios|android|driver|\
     section|chapter|第|看|见|章|节|rev|app|macos|windows|kernel",
);

/// What has an address.
const MACHINES: Words = Words("ip|address|地址|dns|ping|服务器|server|host");

/// Finds addresses of machines, of both versions of the protocol.
pub(super) fn find_addresses(text: &str, groups: &[Group], finds: &mut Vec<Find>) {
    let mut has_versions = false;
    for four in groups.windows(4).filter(|four| is_dotted(text, four)) {
        let start = four[0].start;
        // A version is mostly told by the word before it, and one may be compared with another.
        let lead = text[..start].trim_end_matches([' ', ':', '为', '是', '到', '(', '号']);
        let rest = &text[four[3].end..];
        let is_version = VERSIONS.end(lead).is_some() || rest.starts_with(['节', '章', '版']);
        has_versions |= is_version;
        let is_said = || is_called(text, start, MACHINES);
        if !is_version && (!has_versions && !is_tiny(text, four) || is_said()) {
            finds.push(Find::new(Category::Ip, start, four[3].end));
        }
    }
    find_ipv6(text, finds);
}

/// Whether each number has one digit, as dates and prices that were mistyped have, and not all the same one, as 8.8.8.8.
fn is_tiny(text: &str, four: &[Group]) -> bool {
    let first = text.as_bytes()[four[0].start];
    four.iter().all(|group| group.len() == 1) && four.iter().any(|group| text.as_bytes()[group.start] != first)
}

/// Whether four numbers are written as an address is: up to 255, with dots between, nothing around them.
fn is_dotted(text: &str, four: &[Group]) -> bool {
    let is_dotted = four.windows(2).all(|pair| &text[pair[0].end..pair[1].start] == ".");
    let in_range = |group: &Group| {
        group.len() <= 3
            && text[group.start..group.end]
                .parse::<u16>()
                .is_ok_and(|value| value <= 255)
    };
    let has_zero = |group: &Group| group.len() > 1 && text[group.start..].starts_with('0');
    let (start, end) = (four[0].start, four[3].end);
    let goes_on = after(text, end) == Some('.') && after(text, end + 1).is_some_and(|c| c.is_ascii_alphanumeric());
    let is_tail = matches!(before(text, start), Some('.' | '-')) || !stands_alone(text, start, end);
    is_dotted
        && four.iter().all(in_range)
        && !four.iter().any(has_zero)
        && !text[start..].starts_with("0.")
        && !goes_on
        && !is_tail
}

fn find_ipv6(text: &str, finds: &mut Vec<Find>) {
    if !text.contains("::") && text.matches(':').count() < 7 {
        return;
    }
    let of_address = |c: char| c.is_ascii_hexdigit() || c == ':' || c == '.';
    let mut at = 0;
    while let Some(start) = text[at..].find(of_address).map(|found| at + found) {
        let length = text[start..].find(|c| !of_address(c)).unwrap_or(text.len() - start);
        at = start + length;
        let run = text[start..at].trim_end_matches('.');
        let run = if run.ends_with("::") {
            run
        } else {
            run.trim_end_matches(':')
        };
        let end = start + run.len();
        // `a::b` is also how programs write names, `::1` every machine's own address.
        let is_long = run.split(':').filter(|group| group.len() >= 3).count() >= 1
            && run.bytes().any(|sign| sign.is_ascii_digit());
        if is_long && run.len() >= 6 && stands_alone(text, start, end) && run.parse::<Ipv6Addr>().is_ok() {
            finds.push(Find::new(Category::Ip, start, end));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_has_a_dot_and_ends_in_letters() {
        assert_eq!(domain("qq.com，谢谢"), 6);
        assert_eq!(domain("mail.example.co.uk, please"), 18);
        assert_eq!(domain("localhost"), 0);
        assert_eq!(domain("1.5倍"), 0);
        assert_eq!(domain("a..com"), 0);
    }

    #[test]
    fn a_link_ends_before_the_end_of_the_sentence() {
        assert_eq!(without_end("https://a.cn/b)."), "https://a.cn/b");
        assert_eq!(without_end("https://a.cn/b_(c)"), "https://a.cn/b_(c)");
    }
}
