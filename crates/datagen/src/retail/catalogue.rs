//! What the shop sells: the same for every seed.

/// A product.
#[derive(Debug)]
pub(super) struct Product {
    /// Its number, from 0.
    pub(super) number: usize,
    /// The number of its category.
    pub(super) category: usize,
    pub(super) zh: &'static str,
    pub(super) en: &'static str,
    /// List price.
    pub(super) price: f64,
}

/// Products of each category.
const EACH: usize = 12;

const fn product(number: usize, zh: &'static str, en: &'static str, price: f64) -> Product {
    Product {
        number,
        category: number / EACH,
        zh,
        en,
        price,
    }
}

/// Twelve products of each category, in the order of the categories.
pub(super) static PRODUCTS: [Product; 120] = [
    product(0, "无线耳机", "wireless earbuds", 299.0),
    product(1, "充电宝", "power bank", 129.0),
    product(2, "机械键盘", "mechanical keyboard", 359.0),
    product(3, "智能手表", "smart watch", 899.0),
    product(4, "蓝牙音箱", "bluetooth speaker", 219.0),
    product(5, "手机壳", "phone case", 39.0),
    product(6, "数据线", "charging cable", 25.0),
    product(7, "平板电脑", "tablet", 1899.0),
    product(8, "无线鼠标", "wireless mouse", 89.0),
    product(9, "显示器", "monitor", 1099.0),
    product(10, "行车记录仪", "dash cam", 329.0),
    product(11, "路由器", "router", 199.0),
    product(12, "保温杯", "thermos", 79.0),
    product(13, "四件套", "bedding set", 269.0),
    product(14, "扫地机器人", "robot vacuum", 1599.0),
    product(15, "电饭煲", "rice cooker", 299.0),
    product(16, "空气炸锅", "air fryer", 349.0),
    product(17, "台灯", "desk lamp", 119.0),
    product(18, "收纳盒", "storage box", 35.0),
    product(19, "乳胶枕", "latex pillow", 159.0),
    product(20, "不粘锅", "non-stick pan", 139.0),
    product(21, "加湿器", "humidifier", 99.0),
    product(22, "晾衣架", "drying rack", 149.0),
    product(23, "吹风机", "hair dryer", 199.0),
    product(24, "羽绒服", "down jacket", 699.0),
    product(25, "连衣裙", "dress", 239.0),
    product(26, "运动鞋", "sneakers", 399.0),
    product(27, "牛仔裤", "jeans", 199.0),
    product(28, "针织衫", "sweater", 169.0),
    product(29, "双肩包", "backpack", 189.0),
    product(30, "衬衫", "shirt", 129.0),
    product(31, "围巾", "scarf", 69.0),
    product(32, "皮带", "leather belt", 89.0),
    product(33, "帽子", "cap", 59.0),
    product(34, "袜子", "socks", 19.0),
    product(35, "风衣", "trench coat", 499.0),
    product(36, "面霜", "face cream", 189.0),
    product(37, "口红", "lipstick", 129.0),
    product(38, "洗面奶", "face wash", 69.0),
    product(39, "面膜", "face mask", 59.0),
    product(40, "防晒霜", "sunscreen", 99.0),
    product(41, "香水", "perfume", 429.0),
    product(42, "洗发水", "shampoo", 49.0),
    product(43, "精华液", "serum", 269.0),
    product(44, "护手霜", "hand cream", 29.0),
    product(45, "电动牙刷", "electric toothbrush", 219.0),
    product(46, "粉底液", "foundation", 199.0),
    product(47, "身体乳", "body lotion", 65.0),
    product(48, "咖啡豆", "coffee beans", 88.0),
    product(49, "坚果礼盒", "nut gift box", 128.0),
    product(50, "燕麦片", "oatmeal", 32.0),
    product(51, "牛肉干", "beef jerky", 58.0),
    product(52, "绿茶", "green tea", 96.0),
    product(53, "橄榄油", "olive oil", 79.0),
    product(54, "巧克力", "chocolate", 45.0),
    product(55, "蜂蜜", "honey", 55.0),
    product(56, "大米", "rice", 69.0),
    product(57, "酸奶", "yogurt", 36.0),
    product(58, "曲奇", "cookies", 28.0),
    product(59, "螺蛳粉", "snail noodles", 39.0),
    product(60, "瑜伽垫", "yoga mat", 89.0),
    product(61, "跑步机", "treadmill", 1999.0),
    product(62, "哑铃", "dumbbells", 159.0),
    product(63, "羽毛球拍", "badminton racket", 199.0),
    product(64, "登山包", "hiking pack", 329.0),
    product(65, "泳镜", "swim goggles", 59.0),
    product(66, "跳绳", "jump rope", 29.0),
    product(67, "骑行头盔", "bike helmet", 179.0),
    product(68, "帐篷", "tent", 459.0),
    product(69, "护膝", "knee brace", 65.0),
    product(70, "篮球", "basketball", 119.0),
    product(71, "速干衣", "sports shirt", 79.0),
    product(72, "纸尿裤", "diapers", 119.0),
    product(73, "婴儿车", "stroller", 799.0),
    product(74, "奶瓶", "baby bottle", 69.0),
    product(75, "安全座椅", "car seat", 1099.0),
    product(76, "婴儿湿巾", "baby wipes", 29.0),
    product(77, "爬行垫", "play mat", 189.0),
    product(78, "奶粉", "baby formula", 259.0),
    product(79, "儿童餐具", "kids tableware", 49.0),
    product(80, "温奶器", "bottle warmer", 99.0),
    product(81, "婴儿背带", "baby carrier", 229.0),
    product(82, "连体衣", "romper", 59.0),
    product(83, "咬胶", "teether", 25.0),
    product(84, "科幻小说", "science fiction novel", 45.0),
    product(85, "菜谱", "cookbook", 59.0),
    product(86, "绘本", "picture book", 35.0),
    product(87, "英语词典", "dictionary", 79.0),
    product(88, "历史书", "history book", 68.0),
    product(89, "编程书", "programming book", 99.0),
    product(90, "手账本", "journal", 39.0),
    product(91, "漫画", "comic book", 28.0),
    product(92, "考研资料", "exam guide", 89.0),
    product(93, "摄影集", "photo book", 128.0),
    product(94, "儿童百科", "kids encyclopedia", 109.0),
    product(95, "字帖", "handwriting book", 19.0),
    product(96, "猫粮", "cat food", 139.0),
    product(97, "狗粮", "dog food", 159.0),
    product(98, "猫砂", "cat litter", 49.0),
    product(99, "猫爬架", "cat tree", 229.0),
    product(100, "狗窝", "dog bed", 119.0),
    product(101, "牵引绳", "dog leash", 45.0),
    product(102, "自动喂食器", "pet feeder", 269.0),
    product(103, "宠物零食", "pet treats", 29.0),
    product(104, "鱼缸", "fish tank", 299.0),
    product(105, "宠物梳", "pet brush", 25.0),
    product(106, "航空箱", "pet carrier", 149.0),
    product(107, "逗猫棒", "cat toy", 15.0),
    product(108, "积木", "building blocks", 199.0),
    product(109, "拼图", "jigsaw puzzle", 59.0),
    product(110, "遥控车", "remote control car", 169.0),
    product(111, "毛绒玩具", "plush toy", 79.0),
    product(112, "无人机", "drone", 999.0),
    product(113, "桌游", "board game", 109.0),
    product(114, "魔方", "magic cube", 29.0),
    product(115, "玩具枪", "toy blaster", 69.0),
    product(116, "手办", "figurine", 259.0),
    product(117, "画板", "drawing board", 89.0),
    product(118, "轨道火车", "toy train", 139.0),
    product(119, "黏土", "modelling clay", 35.0),
];

impl Product {
    /// Its key.
    pub(super) fn id(&self) -> String {
        format!("P{:04}", 1000 + self.number)
    }
}

/// One of the products of a category, by any number.
pub(super) fn of(category: usize, number: u64) -> &'static Product {
    &PRODUCTS[(category * EACH + number as usize % EACH) % PRODUCTS.len()]
}
