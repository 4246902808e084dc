//! Names, and the many ways to type them.

use crate::random::Random;
use crate::text::Language;

const FAMILIES: [(&str, &str); 48] = [
    ("王", "wang"),
    ("李", "li"),
    ("张", "zhang"),
    ("刘", "liu"),
    ("陈", "chen"),
    ("杨", "yang"),
    ("黄", "huang"),
    ("赵", "zhao"),
    ("吴", "wu"),
    ("周", "zhou"),
    ("徐", "xu"),
    ("孙", "sun"),
    ("马", "ma"),
    ("朱", "zhu"),
    ("胡", "hu"),
    ("郭", "guo"),
    ("何", "he"),
    ("林", "lin"),
    ("高", "gao"),
    ("罗", "luo"),
    ("郑", "zheng"),
    ("梁", "liang"),
    ("谢", "xie"),
    ("宋", "song"),
    ("唐", "tang"),
    ("许", "xu"),
    ("韩", "han"),
    ("邓", "deng"),
    ("冯", "feng"),
    ("曹", "cao"),
    ("彭", "peng"),
    ("曾", "zeng"),
    ("肖", "xiao"),
    ("田", "tian"),
    ("董", "dong"),
    ("潘", "pan"),
    ("袁", "yuan"),
    ("蔡", "cai"),
    ("蒋", "jiang"),
    ("余", "yu"),
    ("于", "yu"),
    ("杜", "du"),
    ("叶", "ye"),
    ("程", "cheng"),
    ("魏", "wei"),
    ("苏", "su"),
    ("欧阳", "ouyang"),
    ("司马", "sima"),
];

const FEMALE: [(&str, &str); 36] = [
    ("芳", "fang"),
    ("娜", "na"),
    ("敏", "min"),
    ("静", "jing"),
    ("丽", "li"),
    ("艳", "yan"),
    ("娟", "juan"),
    ("霞", "xia"),
    ("燕", "yan"),
    ("玲", "ling"),
    ("婷", "ting"),
    ("雪", "xue"),
    ("慧", "hui"),
    ("莹", "ying"),
    ("洁", "jie"),
    ("倩", "qian"),
    ("欣", "xin"),
    ("怡", "yi"),
    ("琳", "lin"),
    ("悦", "yue"),
    ("佳", "jia"),
    ("梦", "meng"),
    ("瑶", "yao"),
    ("蕾", "lei"),
    ("薇", "wei"),
    ("颖", "ying"),
    ("晨", "chen"),
    ("雨", "yu"),
    ("思", "si"),
    ("可", "ke"),
    ("文", "wen"),
    ("秀", "xiu"),
    ("云", "yun"),
    ("萍", "ping"),
    ("红", "hong"),
    ("兰", "lan"),
];

const MALE: [(&str, &str); 36] = [
    ("伟", "wei"),
    ("强", "qiang"),
    ("磊", "lei"),
    ("军", "jun"),
    ("勇", "yong"),
    ("杰", "jie"),
    ("涛", "tao"),
    ("明", "ming"),
    ("超", "chao"),
    ("刚", "gang"),
    ("平", "ping"),
    ("辉", "hui"),
    ("鹏", "peng"),
    ("飞", "fei"),
    ("波", "bo"),
    ("斌", "bin"),
    ("宇", "yu"),
    ("浩", "hao"),
    ("凯", "kai"),
    ("健", "jian"),
    ("俊", "jun"),
    ("帆", "fan"),
    ("博", "bo"),
    ("轩", "xuan"),
    ("然", "ran"),
    ("泽", "ze"),
    ("航", "hang"),
    ("志", "zhi"),
    ("文", "wen"),
    ("建", "jian"),
    ("国", "guo"),
    ("华", "hua"),
    ("成", "cheng"),
    ("东", "dong"),
    ("海", "hai"),
    ("林", "lin"),
];

const ENGLISH_FEMALE: [&str; 32] = [
    "Mary",
    "Patricia",
    "Jennifer",
    "Linda",
    "Elizabeth",
    "Susan",
    "Jessica",
    "Sarah",
    "Karen",
    "Nancy",
    "Lisa",
    "Emily",
    "Sandra",
    "Ashley",
    "Kimberly",
    "Donna",
    "Carol",
    "Michelle",
    "Amanda",
    "Melissa",
    "Deborah",
    "Rebecca",
    "Laura",
    "Hannah",
    "Amy",
    "Angela",
    "Anna",
    "Emma",
    "Nicole",
    "Helen",
    "Rachel",
    "Grace",
];

const ENGLISH_MALE: [&str; 32] = [
    "James",
    "Robert",
    "John",
    "Michael",
    "David",
    "William",
    "Richard",
    "Joseph",
    "Thomas",
    "Christopher",
    "Charles",
    "Daniel",
    "Matthew",
    "Anthony",
    "Mark",
    "Donald",
    "Steven",
    "Andrew",
    "Paul",
    "Joshua",
    "Kenneth",
    "Kevin",
    "Brian",
    "Timothy",
    "Ronald",
    "George",
    "Jason",
    "Edward",
    "Ryan",
    "Jacob",
    "Gary",
    "Eric",
];

const ENGLISH_FAMILIES: [&str; 48] = [
    "Smith", "Johnson", "Williams", "Brown", "Jones", "Miller", "Davis", "Wilson", "Anderson", "Taylor", "Thomas",
    "Moore", "Jackson", "Martin", "Lee", "Thompson", "White", "Harris", "Clark", "Lewis", "Robinson", "Walker",
    "Young", "Allen", "King", "Wright", "Scott", "Hill", "Green", "Adams", "Nelson", "Baker", "Hall", "Campbell",
    "Mitchell", "Carter", "Roberts", "Turner", "Phillips", "Evans", "Parker", "Edwards", "Collins", "Stewart",
    "Morris", "Murphy", "Cook", "Bell",
];

/// Somebody's name.
#[derive(Debug, Clone)]
pub(crate) struct Name {
    /// As it stands in a passport.
    pub(crate) full: String,
    /// For e-mail addresses.
    pub(crate) given: String,
    pub(crate) family: String,
}

impl Name {
    /// `family` is the number of a family name.
    pub(crate) fn new(language: Language, is_male: bool, family: u64, dice: &mut Random) -> Self {
        match language {
            Language::Zh => {
                let (sign, family) = FAMILIES[family as usize % FAMILIES.len()];
                let from = if is_male { &MALE } else { &FEMALE };
                let (mut full, mut given) = (sign.to_owned(), String::new());
                for _ in 0..if dice.chance(0.72) { 2 } else { 1 } {
                    let (sign, sound) = dice.pick(from);
                    full.push_str(sign);
                    given.push_str(sound);
                }
                Self {
                    full,
                    given,
                    family: family.to_owned(),
                }
            }
            Language::En => {
                let family = ENGLISH_FAMILIES[family as usize % ENGLISH_FAMILIES.len()];
                let given = if is_male {
                    dice.pick(&ENGLISH_MALE)
                } else {
                    dice.pick(&ENGLISH_FEMALE)
                };
                let full = format!("{given} {family}");
                Self {
                    full,
                    given: given.to_ascii_lowercase(),
                    family: family.to_ascii_lowercase(),
                }
            }
        }
    }

    /// As somebody typed it into a form.
    pub(crate) fn typed(&self, language: Language, dice: &mut Random) -> String {
        let titled = |word: &str| {
            let mut signs = word.chars();
            signs.next().map_or(String::new(), |first| {
                first.to_ascii_uppercase().to_string() + signs.as_str()
            })
        };
        match (language, dice.below(100)) {
            (Language::Zh, 0..3) => format!("{} {}", titled(&self.given), titled(&self.family)),
            (Language::En, 0..4) => self.full.to_ascii_lowercase(),
            (Language::En, 4..6) => self.full.to_ascii_uppercase(),
            (Language::En, 6..9) => format!(
                "{}. {}",
                titled(self.given.get(..1).unwrap_or_default()),
                titled(&self.family)
            ),
            _ => self.full.clone(),
        }
    }
}

/// A doctor's name.
pub(crate) fn doctor(language: Language, number: u64) -> String {
    let mut dice = Random::new(number, "doctor", 0);
    let family = dice.bits() % 46;
    let is_male = dice.chance(0.5);
    Name::new(language, is_male, family, &mut dice).full
}

/// Where those live who write Chinese, with weights, and those who do not.
const CITIES: [(&str, f64); 24] = [
    ("上海", 9.0),
    ("北京", 9.0),
    ("广州", 7.0),
    ("深圳", 7.0),
    ("成都", 6.0),
    ("杭州", 6.0),
    ("重庆", 5.0),
    ("武汉", 5.0),
    ("西安", 4.0),
    ("南京", 4.0),
    ("苏州", 4.0),
    ("天津", 4.0),
    ("长沙", 3.0),
    ("郑州", 3.0),
    ("青岛", 3.0),
    ("宁波", 2.0),
    ("合肥", 2.0),
    ("厦门", 2.0),
    ("福州", 2.0),
    ("济南", 2.0),
    ("昆明", 2.0),
    ("沈阳", 2.0),
    ("大连", 2.0),
    ("哈尔滨", 2.0),
];
const ABROAD: [&str; 12] = [
    "上海",
    "北京",
    "香港",
    "新加坡",
    "纽约",
    "旧金山",
    "洛杉矶",
    "伦敦",
    "悉尼",
    "多伦多",
    "温哥华",
    "芝加哥",
];

pub(crate) fn city(language: Language, dice: &mut Random) -> &'static str {
    match language {
        Language::Zh => CITIES[dice.weighted(&CITIES.map(|(_, weight)| weight))].0,
        Language::En => dice.pick(&ABROAD),
    }
}
