//! The words that tell what stands beside them. One pass over a text finds them all, so that a text without any costs
//! no more than that pass.

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError, MatchKind};

use super::around::{after, before};

/// What a word says about the text beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cue {
    /// 收件人, customer name: a name follows, mostly after a colon.
    Label,
    /// 我叫, my name is: a name follows.
    Called,
    /// 我是, I'm: a name may follow, or anything else.
    Being,
    /// 姓: a surname follows.
    Surnamed,
    /// ，男: a name may stand before it.
    Gender,
    /// 先生, 经理: a name may stand before it.
    Title,
    /// Mr, Dr: a name follows.
    EnglishTitle,
    /// Dear, hi: a name may follow.
    Greeting,
    /// Regards: a name may stand on the next line.
    Farewell,
    /// Spoke with, my wife: a first name may follow.
    Person,
    Passport,
    /// 微信, WeChat: the account's name may follow.
    Account,
    /// 生日, born on: a date may follow.
    Birth,
    /// 号, 栋: part of an address, after a number.
    Unit,
    /// 镇, 村: the end of a place's name.
    Settlement,
    /// Street, avenue: part of an address, after a number and a name.
    Street,
    /// The first two digits of a mobile number, written out.
    Spelled,
    /// The sign in a mail address.
    At,
    /// What a link starts with, or has in it.
    Link,
}

/// A word may have several meanings; a Latin one counts where it stands alone.
const WORDS: &[(Cue, &str)] = &[
    (
        Cue::Label,
        "姓名|名字|联系人|紧急联系人|收件人|收货人|取件人|寄件人|发件人|收款人|付款人|签收人|申请人|投诉人|负责人|经办人|\
         经手人|持卡人|开户人|开户名|户名|户主|车主|房主|机主|业主|法人|法定代表人|监护人|购买人|下单人|订购人|代收人|取货人|委托人|当事人|报修人|报案人|联络人|担保人|介绍人|推荐人|借款人|还款人|租客|房客|学员|预订人|入住人|乘车人|乘机人|投保人|\
         被保险人|患者|乘客|配送员|快递员|送货员|骑手|顾客|客户|用户|收件|收货|本人|客服|技师|司机|名叫|叫做|专员|店员|服务员",
    ),
    (
        Cue::Label,
        "name|full name|first name|last name|customer name|contact name|contact person|recipient|ship to|deliver to|attn|\
         attention|cardholder|name on card|account holder|passenger|patient|guest name|signed by|sold to|bill to|\
         customer|contact|buyer|sender|caller|guest",
    ),
    (
        Cue::Called,
        "我叫|我名叫|我的名字是|我的名字叫|我名字叫|我名字是|姓名是|姓名为|户名是|户名为|收件人是|收货人是|\
         联系人是|my name is|my name's|my full name is|customer's name is|her name is|his name is|i am called",
    ),
    (Cue::Being, "我是|这里是|他叫|她叫|本人是|i am|i'm|this is"),
    (Cue::Surnamed, "姓"),
    (Cue::Gender, "，男|，女|,男|,女|、男|、女|(男|(女"),
    (
        Cue::Title,
        "先生|女士|小姐|太太|夫人|老先生|老太太|老师|经理|总经理|副经理|师傅|医生|大夫|医师|教授|主任|阿姨|大姐|大哥|大妈|\
         大爷|叔叔|律师|警官|护士|护士长|院长|校长|老板|老板娘|董事长|总监|店长|同学|同志|博士|队长|科长|处长",
    ),
    (Cue::EnglishTitle, "mr|mrs|ms|miss|mx|dr|prof|professor|mister"),
    (Cue::Greeting, "dear|hi|hello|hey"),
    (
        Cue::Farewell,
        "regards|sincerely|yours truly|yours faithfully|cheers|thanks|thank you|best wishes|best|respectfully|cordially|\
         thx|love|many thanks|thanks again|thank you very much|all the best|sincerely yours",
    ),
    (
        Cue::Person,
        "spoke with|spoke to|speak with|speak to|talked to|talked with|talk to|chatted with|met with|ask for|asked for|\
         named|agent|rep|representative|associate|technician|manager|supervisor|husband|wife|son|daughter|brother|\
         sister|mother|father|mom|dad|uncle|aunt|cousin|friend|boss|colleague|coworker|roommate|neighbor|neighbour|\
         landlord|contact|call|email|nurse|server|waiter|waitress|receptionist|cashier|clerk|assisted by|helped by|\
         served by|courier|therapist|hygienist|dentist|attorney|instructor|tutor|name was",
    ),
    (
        Cue::Passport,
        "护照|护照号|护照号码|通行证|通行证号|台胞证|回乡证|passport|passport number|passport no",
    ),
    (
        Cue::Account,
        "微信|微信号|微信账号|加微信|加微|qq|qq号|qq号码|扣扣|支付宝|支付宝账号|支付宝账户|支付宝号|旺旺|抖音号|小红书号|vx|wx|v信|\
         weixin|wechat|wechat id|line id|telegram|skype|skype id|qq number",
    ),
    (
        Cue::Birth,
        "生日|出生日期|出生年月|出生年月日|出生时间|出生于|生于|date of birth|birth date|birthdate|birthday|dob|d.o.b|born|\
         born on|born in",
    ),
    (Cue::Unit, "号|弄|栋|幢|座|单元|室|楼|层"),
    (Cue::Settlement, "镇|乡|村|街道|社区"),
    (
        Cue::Street,
        "street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|place|pl|square|sq|terrace|ter|parkway|\
         pkwy|highway|hwy|circle|cir|way|close|crescent|row|gardens|mews|trail|trl|alley|plaza|loop|box",
    ),
    (
        Cue::Spelled,
        "一三|一四|一五|一六|一七|一八|一九|幺三|幺四|幺五|幺六|幺七|幺八|幺九",
    ),
    (Cue::At, "@"),
    (
        Cue::Link,
        "http://|https://|ftp://|www.|.com/|.cn/|.net/|.org/|.io/|.me/|.cc/|.co/|.ly/|.tv/|.hk/|.tw/|.top/|.gl/",
    ),
];

/// Longer words that have one of the above in them, and say nothing.
const NOTHING: &str = "老师傅|小师傅|先生们|女士们|小姐们|老师们|经理们|师傅们|阿姨们|同学们|医生们|大师傅|女士款|女士包|女士表|\
    女士鞋|先生产|百姓|姓氏|我叫了|我是在|我是说|号线|号店|号机|号色|号键|号称|号召|号外|号码|我是想|我是不|我是真|小姐姐|\
    我是从|我是用|我是看|经理人|同学会|课程老师|本人品|本人气|微信支付|支付宝支付";

/// A word of the lists, in a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit {
    cues: u32,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Hit {
    pub(super) fn is(&self, cue: Cue) -> bool {
        self.cues & bit(cue) != 0
    }
}

fn bit(cue: Cue) -> u32 {
    1 << cue as u32
}

/// Finds the words.
#[derive(Debug)]
pub(super) struct Cues {
    automaton: AhoCorasick,
    /// What the words mean, in the automaton's order; 0 for a word that says nothing.
    meanings: Vec<u32>,
}

impl Cues {
    pub(super) fn new() -> Result<Self, BuildError> {
        let mut meanings: HashMap<&str, u32> = NOTHING.split('|').map(|word| (word, 0)).collect();
        for (cue, words) in WORDS {
            for word in words.split('|') {
                *meanings.entry(word).or_default() |= bit(*cue);
            }
        }
        let (words, meanings): (Vec<&str>, Vec<u32>) = meanings.into_iter().unzip();
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .kind(Some(AhoCorasickKind::DFA))
            .build(words)?;
        Ok(Self { automaton, meanings })
    }

    /// The words in a text, from left to right.
    pub(super) fn hits(&self, text: &str) -> Vec<Hit> {
        let hits = self.automaton.find_iter(text).map(|found| Hit {
            cues: self.meanings[found.pattern().as_usize()],
            start: found.start(),
            end: found.end(),
        });
        hits.filter(|hit| hit.cues != 0 && is_word(text, hit)).collect()
    }
}

/// Whether a hit is no part of a longer Latin word.
fn is_word(text: &str, hit: &Hit) -> bool {
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    let word = &text[hit.start..hit.end];
    let goes_on_left =
        word.starts_with(is_letter) && before(text, hit.start).is_some_and(|c| is_letter(c) || c.is_ascii_digit());
    let goes_on_right = word.ends_with(is_letter) && after(text, hit.end).is_some_and(is_letter);
    hit.is(Cue::Link) || !(goes_on_left || goes_on_right)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let cues = Cues::new().expect("built");
        cues.hits(text).iter().map(|hit| &text[hit.start..hit.end]).collect()
    }

    #[test]
    fn the_longest_word_counts() {
        assert_eq!(words("联系人姓名：王"), ["联系人", "姓名"]);
        assert_eq!(words("出生日期"), ["出生日期"]);
        assert_eq!(words("MY NAME IS x"), ["MY NAME IS"]);
    }

    #[test]
    fn a_longer_word_around_it_says_nothing() {
        assert!(words("老师傅们，百姓，6号线").is_empty());
    }

    #[test]
    fn latin_words_stand_alone() {
        assert!(words("hotels, nickname, sweet, history, exam").is_empty());
        assert_eq!(words("加QQ号123"), ["QQ号"]);
    }

    #[test]
    fn a_word_may_have_two_meanings() {
        let cues = Cues::new().expect("built");
        let hit = cues.hits("contact")[0];
        assert!(hit.is(Cue::Label) && hit.is(Cue::Person) && !hit.is(Cue::Title));
    }
}
