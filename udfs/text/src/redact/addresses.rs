//! Chinese addresses: from the province down to the room, as far as they are given. A town or a street alone says where
//! something is; it takes a number on a street, or a building in a named place, to say where a person is.

use super::around::{HanSet, after, before, han_end, is_han};
use super::cues::{Cue, Hit};
use super::lists::CITIES;
use super::words::Words;
use super::{Category, Find};

/// What a street's name ends in.
const ROADS: Words = Words(
    "大道|大街|公路|国道|省道|胡同|东段|西段|南段|北段|中段|一段|二段|三段|四段|路|街|道|巷|里|路东|路西|路南|路北|\
     街东|街西|步行街",
);

/// Words with the same ends.
const NO_ROADS: Words = Words(
    "知道|味道|通道|报道|频道|渠道|说道|管道|地道|赛道|轨道|难道|车道|一道|一路|半路|迷路|线路|思路|电路|退路|走路|\
     上路|网路|的路|条路|逛街|上街|条街|这里|那里|家里|店里|手里|心里|夜里|村里|城里|屋里|公里|箱里|柜里|盒里|包里|\
     库里|哪里|子里|海里|英里|厅里|楼里|院里|区里|群里|间里|房里|道里|套路|马路|街道",
);

/// What the name of a place with buildings or houses ends in.
const PLACES: Words = Words(
    "小区|花园|家园|公寓|新村|社区|宿舍|家属院|大院|大厦|广场|中心|大楼|写字楼|工业园|产业园|科技园|开发区|园区|大学|\
     学院|医院|中学|小学|国际|世家|名城|别墅|商城|街道|庄园|苑|园|庭|府|湾|城|轩|阁|居|村|镇|乡|组|队|屯|庄|堡|寨|营|\
     坊|墅|郡|岸|邸|期|区|县|市|厂|都|里",
);

/// Words with the same ends.
const NO_PLACES: Words = Words(
    "超市|门市|城市|都市|上市|夜市|菜市|地区|商圈|时期|日期|周期|分期|长期|学期|假期|近期|前期|后期|定期|过期|到期|\
     效期|质期|工厂|原厂|出厂|小组|排队|部队|商城|京东商城|本区|全都|首都|邻居|定居|家居|政府|客服中心|服务中心|\
     售后中心|市中心|学校|团队|军队|乐队|分组|客厅",
);

/// After one of these an address starts.
const BEGINNINGS: Words = Words(
    "在|到|住|址|寄|寄给|送|送至|寄至|搬至|发至|位于|居于|去|往|来自|是|的|了|我|你|您|他|她|们|我家|家里|老家|家住|\
     公司|单位|给|叫|改成|换成|改为|换为|写成|填成|就|请|从|被|把|要|个|这|放|发|收|店铺|门店|总部|取|退|人|有|还有|\
     处|旁|旁边|附近|对面|后面|前面|里面|上面|下面|跟|与|帮",
);

/// Names of places that such a word is part of.
const NO_BEGINNINGS: Words = Words(
    "从化|发展|开发|研发|人民|人和|工人|新发|兴发|发达|取水|要塞|解放|放鹤|开放|送变|来往|仁人|丰收|收费|个旧|老人|\
     人才|夫人|军人|批发|发祥|大发|就业|请安|这边|有色|富有|国有",
);

/// Signs that may follow a number in a name that goes on: no part of an address, but a count.
const COUNTED: HanSet = HanSet::new("元块个件年月日天次条张瓶包箱盒袋斤克米公多万千百岁点分秒折层人");

/// After the number of a house it is a day of the month.
const DAYS: Words =
    Words("发货|到货|下单|买|晚|早|上午|中午|下午|前|后|之前|之后|才|收|开始|发|到|就|那天|左右|以前|以后|拍|签收|订");

/// Numbers that Chinese writes out.
const NUMERALS: HanSet = HanSet::new("零一二三四五六七八九十百两");

/// Finds addresses around the numbers of houses, buildings and rooms, and names of villages under their counties.
pub(super) fn find(text: &str, hits: &[Hit], finds: &mut Vec<Find>) {
    let mut done = 0;
    for hit in hits {
        if hit.start < done {
            continue;
        }
        let found = if hit.is(Cue::Unit) {
            numbered(text, hit)
        } else if hit.is(Cue::Settlement) {
            settlement(text, hit)
        } else {
            None
        };
        let Some((start, end)) = found else {
            continue;
        };
        match finds.last_mut() {
            Some(last) if last.category == Category::Address && start < last.end => {
                (last.start, last.end) = (last.start.min(start), end);
            }
            _ => finds.push(Find::new(Category::Address, start, end)),
        }
        done = end;
    }
}

/// 文三路478号, 幸福小区6栋2单元1103, 3栋2单元501.
fn numbered(text: &str, hit: &Hit) -> Option<(usize, usize)> {
    let number = number_before(text, hit.start)?;
    let unit = &text[hit.start..hit.end];
    if unit == "弄" && !text[number..].starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (end, levels) = details(text, hit.end, unit);
    let named = place_before(text, number);
    let is_house = unit == "号" && levels == 1 && !text[hit.end..].starts_with(['楼', '院']);
    match named {
        Some(place) if place.is_road => {
            let is_day = is_house && DAYS.start(&text[end..]).is_some();
            let is_floor = matches!(unit, "层") && levels == 1;
            (!is_floor && (!is_day || place.is_in_city)).then_some((place.start, end))
        }
        Some(place) => {
            let is_precise = !matches!(unit, "楼" | "层") || levels > 1;
            (is_precise && (!is_house || place.is_in_city || place.is_village)).then_some((place.start, end))
        }
        None => {
            let is_building = matches!(unit, "栋" | "幢" | "座" | "单元") || text[hit.start..].starts_with("号楼");
            // 一座四层 is a building, but not one of some number.
            let is_counted = text[number..].starts_with(|c| NUMERALS.contains(c)) && unit == "座";
            let has_room =
                text[..end].ends_with(|c: char| c.is_ascii_digit() || matches!(c, '室' | '房' | '户' | '元'));
            (levels > 1 && is_building && has_room && !is_counted).then_some((number, end))
        }
    }
}

/// 太康县马头镇, where the county and what it belongs to are named.
fn settlement(text: &str, hit: &Hit) -> Option<(usize, usize)> {
    const ABOVE: [char; 5] = ['省', '市', '区', '县', '旗'];
    // Most villages are spoken of without their county: a look to the left is enough.
    let near = text[..hit.start].chars().rev().take(30);
    if near.filter(|c| ABOVE.contains(c)).count() < 2 {
        return None;
    }
    let place = place_before(text, hit.end)?;
    let above = text[place.start..hit.start].matches(ABOVE).count();
    (place.is_in_city && above >= 2).then_some((place.start, hit.end))
}

/// Where the number before a unit starts: 12, 12-3, 12甲, A, 甲92, 三十.
fn number_before(text: &str, at: usize) -> Option<usize> {
    let of_number = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '#' || NUMERALS.contains(c);
    let number = text[..at].trim_end_matches(of_number);
    let start = number.len();
    let digits = &text[start..at];
    let shape = digits.trim_start_matches('-');
    let start = at - shape.len();
    let letters = shape.bytes().filter(u8::is_ascii_alphabetic).count();
    if shape.is_empty() || letters > 2 || shape.len() > 12 {
        return None;
    }
    let prefix = before(text, start).filter(|c| matches!(c, '甲' | '乙' | '丙' | '附' | '第'));
    Some(start - prefix.map_or(0, char::len_utf8))
}

/// A named place that ends where a number starts.
struct Place {
    start: usize,
    is_road: bool,
    is_village: bool,
    /// Whether the name of a city or a province is part of it.
    is_in_city: bool,
}

fn place_before(text: &str, at: usize) -> Option<Place> {
    let name = text[..at].trim_end_matches(' ');
    let road = ROADS.end(name).filter(|_| NO_ROADS.end(name).is_none());
    let place = || PLACES.end(name).filter(|_| NO_PLACES.end(name).is_none());
    let suffix = road.or_else(place)?;
    let region = region(name);
    let start = beginning(name, region, name.len() - suffix.len());
    let own = name[start..]
        .strip_suffix(suffix)?
        .chars()
        .filter(|&c| is_han(c))
        .count();
    let is_in_city = CITIES.start(&name[start..]).is_some();
    // 小区3栋 is some place's third building, but nobody knows which place's.
    if own < if road.is_some() { 1 } else { 2 } && !is_in_city {
        return None;
    }
    Some(Place {
        start,
        is_road: road.is_some(),
        is_village: matches!(suffix, "村" | "组" | "屯" | "庄" | "镇"),
        is_in_city,
    })
}

/// Where the run of characters starts that may be an address, at the end of `name`.
fn region(name: &str) -> usize {
    let mut start = name.len();
    for (count, (place, c)) in name.char_indices().rev().enumerate() {
        let is_gap = c == ' '
            && before(name, place).is_some_and(|c| ENDS.contains(c))
            && after(name, place + 1).is_some_and(is_han);
        if count > 40 || !(is_han(c) || c.is_ascii_alphanumeric() || c == '·' || c == '-' || is_gap) {
            break;
        }
        start = place;
    }
    start
}

/// Characters after which an address may go on behind a blank.
const ENDS: HanSet = HanSet::new("省市区县旗镇乡村路街道");

/// Where the address starts, between `region` and the start of its street's or place's kind.
fn beginning(name: &str, region: usize, kind: usize) -> usize {
    let mut start = region;
    for (place, c) in name[region..kind].char_indices() {
        let place = region + place;
        let here = &name[place..kind];
        let is_part = NO_BEGINNINGS.iter().any(|word| {
            let from_c = word.find(c).and_then(|offset| place.checked_sub(offset));
            from_c.is_some_and(|from| name.get(from..).is_some_and(|name| name.starts_with(word)))
        });
        let word = BEGINNINGS.start(here);
        if let Some(word) = word.filter(|_| !is_part) {
            start = start.max(place + word.len());
        }
    }
    let address = &name[start..kind];
    let city = address
        .char_indices()
        .map(|(place, _)| start + place)
        .find(|&place| is_city(&name[place..]));
    if let Some(city) = city {
        return city;
    }
    // Nothing tells where a long run starts: a street's own name is short.
    let most = if address.contains(['区', '县', '市', '镇']) {
        12
    } else {
        6
    };
    address
        .char_indices()
        .rev()
        .nth(most - 1)
        .map_or(start, |(place, _)| start + place)
}

/// Whether a text starts with the name of a city or a province, and not with that of a road such as 北京路.
fn is_city(text: &str) -> bool {
    let city = CITIES.start(text);
    city.is_some_and(|city| {
        Words("路|街|大道|东路|西路|南路|北路|中路")
            .start(&text[city.len()..])
            .is_none()
    })
}

/// What a building's name ends in.
const BUILDINGS: Words = Words(
    "大厦|广场|中心|公寓|小区|花园|家园|大楼|写字楼|商城|名城|国际|新村|宿舍|宿舍楼|大院|园区|苑|城|园|府|庭|湾|院",
);

/// Units of what is inside a house or a street.
const UNITS: Words = Words("号楼|单元|栋|幢|座|室|楼|层|房|号|户|铺|门|区|院|弄|组|梯");

/// The most numbers and names that follow the first number: house, building, staircase, floor, room, and some more.
const MOST_LEVELS: usize = 8;

/// Where an address ends that goes on after its first number and unit, and how many numbers with units it then has.
fn details(text: &str, from: usize, first: &str) -> (usize, usize) {
    let mut end = from;
    let mut levels = 1;
    let mut last = first;
    if first == "号"
        && let Some(noun) = Words("宿舍楼|院内|大院|楼|院|门面|商铺|厂房|库").start(&text[end..])
    {
        end += noun.len();
        last = noun;
    }
    for _ in 0..MOST_LEVELS {
        let rest = &text[end..];
        let gap = rest.len() - rest.trim_start_matches([' ', '-', '附']).len();
        let is_tight = gap == 0 || rest.starts_with('附') || rest.starts_with('-');
        let inner = &rest[gap..];
        if gap > 3 {
            break;
        }
        if let Some((length, unit)) = number_and_unit(inner) {
            // The next house, or a day of the month, is no part of this one.
            if unit == "号" && !is_tight {
                break;
            }
            (end, last, levels) = (end + gap + length, unit, levels + 1);
        } else if let Some(length) =
            room(inner, last).filter(|_| is_tight || matches!(last, "座" | "栋" | "幢" | "号楼" | "单元" | "楼"))
        {
            (end, levels) = (end + gap + length, levels + 1);
            break;
        } else if let Some(length) = building(inner).filter(|_| gap == 0) {
            (end, last) = (end + length, "楼");
        } else {
            break;
        }
    }
    (end, levels)
}

/// A number, or one letter, with a unit after it.
fn number_and_unit(text: &str) -> Option<(usize, &'static str)> {
    let of_number = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '#' || NUMERALS.contains(c) || c == '负';
    let length = text.find(|c| !of_number(c)).unwrap_or(text.len());
    let number = &text[..length];
    let letters = number.bytes().filter(u8::is_ascii_alphabetic).count();
    if number.is_empty() || letters > 2 || length > 12 {
        return None;
    }
    let rest = &text[length..];
    let unit = UNITS.start(rest)?;
    // 2层楼房, 1室2厅, 3号线
    let goes_on = Words("号线|号机|层楼|室一厅|门课|户型").start(rest).is_some();
    (!goes_on).then_some((length + unit.len(), unit))
}

/// A room's number without a unit, after what has rooms.
fn room(text: &str, last: &str) -> Option<usize> {
    let length = text
        .find(|c: char| !c.is_ascii_digit() && c != '-')
        .unwrap_or(text.len());
    let number = text[..length].trim_end_matches('-');
    let has_rooms = matches!(
        last,
        "座" | "栋" | "幢" | "号楼" | "单元" | "楼" | "层" | "宿舍楼" | "梯"
    );
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let is_room = (has_rooms && (2..=4).contains(&number.len()) && digits == number.len())
        || (number.contains('-') && (2..=8).contains(&digits) && number.split('-').all(|part| !part.is_empty()));
    let next = after(text, number.len());
    let goes_on =
        next.is_some_and(|c| c.is_ascii_alphanumeric() || COUNTED.contains(c) || matches!(c, ':' | '.' | '/' | '%'));
    (is_room && !goes_on).then_some(number.len())
}

/// A building's name, up to eight characters and what kind of building it is.
fn building(text: &str) -> Option<usize> {
    let run = &text[..han_end(text, 0, 12)];
    let ends = BUILDINGS.iter().filter_map(|kind| {
        run.find(kind)
            .filter(|&place| place >= 6)
            .map(|place| place + kind.len())
    });
    let end = ends.max()?;
    let is_name = !BEGINNINGS.iter().any(|word| run[..end].contains(word));
    let goes_on = after(text, end).is_some_and(is_han);
    let has_number = number_and_unit(&text[end..]).is_some();
    (is_name && (!goes_on || has_number)).then_some(end)
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
    fn an_address_is_found_from_the_province_to_the_room() {
        for address in [
            "北京市海淀区中关村大街27号院3号楼2单元501室",
            "上海市浦东新区张江路500弄12号302室",
            "浙江省杭州市西湖区文三路478号华星时代广场A座1203",
            "重庆市渝中区解放碑步行街88号15-3",
            "广东省 深圳市 南山区 科技园南路8号",
            "河南省周口市太康县马头镇李庄村12号",
            "幸福小区6栋2单元1103",
            "建国路甲92号",
            "3栋2单元501",
            "河南省周口市太康县马头镇",
        ] {
            assert_eq!(found(&format!("快递送到{address}，谢谢")), [address]);
        }
    }

    #[test]
    fn a_place_is_no_address() {
        for text in [
            "我住的是5号楼，3号楼在装修",
            "走了两条路，过了三条街，5号出口左转",
            "10号发货，15号到的，42号鞋",
            "知道3号发货，一路5号到",
            "超市3号开业，公司5号发货",
            "我们小区3栋楼都坏了，2室1厅",
            "在北京市和上海市都买过",
            "2楼的餐厅，前3排座位，5层蛋糕",
            "北京路步行街很热闹",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
