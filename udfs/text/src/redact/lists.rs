//! Lists of names: surnames and the characters of given names, cities, English first names.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::around::HanSet;
use super::words::Words;

/// Surnames of one character that are hardly anything else before a title: about four fifths of all people have one.
pub(super) const COMMON_SURNAMES: HanSet = HanSet::new(
    "王李张刘陈杨赵黄周吴徐孙胡朱林郭罗梁宋郑唐韩曹许邓萧冯曾彭潘袁董余苏叶吕魏蒋田杜丁沈姜范傅钟卢汪戴崔陆廖姚邱夏谭韦贾邹孟熊秦\
     阎薛侯雷龙陶贺郝龚邵钱覃武莫孔汤尹黎赖康毛殷施洪翟倪庞樊俞葛柳邢岳骆齐欧聂焦裴霍蔡肖刁褚阮闫窦谌鄢晏冉卓蔺牟詹程何靳甄祁裘佟",
);

/// These and others, many of which are also words or the ends of words.
pub(super) const SURNAMES: HanSet = HanSet::new(
    "王李张刘陈杨赵黄周吴徐孙胡朱林郭罗梁宋郑唐韩曹许邓萧冯曾彭潘袁董余苏叶吕魏蒋田杜丁沈姜范傅钟卢汪戴崔陆廖姚邱夏谭韦贾邹孟熊秦\
     阎薛侯雷龙陶贺郝龚邵钱覃武莫孔汤尹黎赖康毛殷施洪翟倪庞樊俞葛柳邢岳骆齐欧聂焦裴霍蔡肖刁褚阮闫窦谌鄢晏冉卓蔺牟詹程何靳甄祁裘佟\
     高何马谢程于任方金石白江史顾万易常乔文颜牛温芦季章鲁伍申尤毕丛路梅辛管左涂谷时舒耿卜关苗凌费纪盛童项曲成游阳席卫查屈鲍隋\
     甘景单柏宁柯桂闵解强柴华车房边辜吉饶瞿戚丘古米池滕晋苑邬臧畅宫苟简娄楚郁郎邸谈姬屠郜蒙喻揭迟敖糜冷艾蓝巩井练仲乐虞卞封竺\
     匡宗巫鞠荆伏岑习沙安严包段廉明闻桑凤云栾濮邰麻昌柳强巴容左惠储靖游蓬丰宣贲隆燕伊宿怀蒲刑厉戎红仝\
     仉仇扈穆尚邝暴鄂訾苍",
);

/// Surnames of two characters.
pub(super) const COMPOUND_SURNAMES: Words = Words(
    "欧阳|司马|上官|诸葛|慕容|司徒|令狐|皇甫|尉迟|公孙|夏侯|东方|南宫|端木|独孤|宇文|长孙|轩辕|司空|澹台|西门|百里|\
     呼延|闻人|赫连|拓跋|申屠|钟离|鲜于|闾丘|太史|纳兰|完颜|叶赫",
);

/// Their first characters.
pub(super) const COMPOUND_STARTS: HanSet =
    HanSet::new("欧司上诸慕令皇尉公夏东南端独宇长轩澹西百呼闻赫拓申钟鲜闾太纳完叶");

/// Japanese surnames, before a title.
pub(super) const JAPANESE_SURNAMES: Words = Words(
    "佐藤|铃木|高桥|田中|伊藤|渡边|山本|中村|小林|加藤|吉田|山田|山口|松本|井上|木村|斋藤|清水|村上|东野|宫崎|坂田|小野|中岛|藤田|\
     石川|前田|冈田|后藤|近藤|青木|大野|安倍|松下|森田|原田|三浦|藤原|西村|福田|太田|池田|桥本",
);

/// Characters that given names are made of.
pub(super) const GIVEN: HanSet = HanSet::new(
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂兰华建国志文玉红春梅金凤海燕小晓龙飞鹏辉宇浩然轩雨欣怡佳嘉琪琳雪梦洁莹婷玲珍萍云\
     莲香月琴素荣淑珠翠雅芝媛倩瑶颖露瑞凡璐丹蓉眉君蕊薇菁岚苑婕馨瑾瑜瑗琰韵融园艺咏卿聪澜纯毓悦昭冰爽琬茗羽希宁飘育滢馥筠柔竹霭凝霄枫\
     芸菲寒伊亚宜姬舒影荔枝思毅俊峰保东力永健世广义兴良仁波贵福生元胜学祥才武新清彬富顺信子昌成康星光天达安岩中茂林坚彪博诚敬震\
     振壮群豪心邦承乐绍功松善厚庆民友裕河哲江亮政谦亨奇固朗伯宏言若鸣朋斌梁栋维启克伦翔旭泽晨辰士家树炎德泰盛雄琛钧冠策腾楠榕\
     风航弘淼昊炳焕楷坤晖煜烨炜炫焱琦珂珊璇璟瑛琼琨珏珮玥玮珉晟晗昕晴曦晶景智柏森桐梓棋槿樱橙沐沁沛泓洛津涵淇渊湘溪源潇澄瀚灏烁熙雯\
     霖霏霆韬彤彦彰微忆怀恒恩悠惠慧慈懿捷攀敦旋旗昱朔杉柯桃楚欢歆歌汐浚润滔潮灿焰爱玄玛珈甜登皓皎盈睿石礼秋章童筱简纪红纬纲纶练绮\
     缘翎耀聿胤舟艾芊芮芷苒茵荷莉莎菊萌萱葵蓓蓝蕾藜虎虹蝶衡诗语谊贤贺赫越轶迅迎逸郁鑫钊钢钰铁铃铭锋锐锦青靖鸿麒麟默奕妍妤妮姗姝姣\
     娅娇娥嫣孝宝宣宸容宾寅尚峻崇川州巍帅帆师幸延律意昕禾苗莺鹭鹤骏骁骥骞鲲磐铮锟镇霁颂颜隽雁阳雷雁韦霜益真利立珺瑄祺禹秉稳竣笛粟素\
     绪缨翰聚臻芬芃苓茜荃莞莹菡萧葆蔚薪蕴裴辛辞迪遥邵郡醒钦钟锡锴闯陶隆雄靓音顺颐飏馗骅鲁黛黎宗贝斯尔丁丽甫尧岭嵘彩征恺恬悌慕扬拓\
     捷政斐方旻昀杏柱栩根桦梵楹楼榆正毕民水池沙法洲浦海淳添清渝湛滨漫濠灵炯烈煊照熠燊牧犇理琅琇琏瑀瑶璋璞甲申畅百皆皓盛硕磊祎祯福\
     秀程竹米纯缤罡羚翊翌耘肖胡腊臣舜船艳艺芹苇英茹草莱菀萦蒙蓬薏蝉衍襄西观訇训诺谨豫赞赟跃轲辰远逊道邑郎郦里采野钏铎锁长闻雍雪震\
     颉飒香馥骐高鸥麦龄山佩剑潜仙仪佑侠修允兆冬凌勋勤升品唯喜圆圣基培堂声娴婉守寿少岗岱巧庭廉廷念惜愿慎旺昂昇映暄曙柳桢桥梧汉汝治泉港献盼竞绅继羲翁耕肃芙萃葛蔼蕙虞裔誉谋谷贞辅逢陵韩韶驰魁鸾鹂骄骋焘燮璨瓒鎏寰崧嵩岑岫嶂嵋",
);

/// Characters that no given name has: where one stands, no name goes on.
pub(super) const NEVER: HanSet = HanSet::new(
    "的了是我你他她它们这那哪不没很都也就还又在有和与或及但因所被把给让从对向到去来说问想要能会该吗呢吧啊呀哦嘛么啦个只次件号们您谁怎\
     什啥请谢叫做打电话买卖退货换收发送寄找帮等用写错填几两些每各另别再最太更快慢坏差好吃喝看听读过着得地于为比跟同并而且则却后前里\
     外上下左右已经将可以如果此其它拿放先女老客服员师",
);

/// Words that start with a surname and are no names.
pub(super) const NO_NAMES: Words = Words(
    "高中|高级|高兴|高端|高手|高价|高度|高清|高高|高大|高铁|高尔|何时|何必|何况|马上|马来|马达|马路|马桶|程序|程度|\
     任何|任务|任性|任意|方便|方法|方面|方向|方形|方正|方圆|金牌|金额|金融|金色|金卡|金属|金龙|金士|石家|石头|石材|\
     石油|白领|白色|白金|白天|白白|白酒|江苏|江西|江南|江湖|江北|史上|历史|顾客|顾虑|顾问|万一|万能|万分|万科|万达|\
     万里|易用|易碎|易学|易懂|常客|常常|常用|常见|常年|文字|文章|文艺|文化|文件|文具|文笔|文科|文明|文学|牛奶|牛肉|\
     牛仔|牛人|牛逼|温度|温馨|温州|温柔|温暖|温泉|季节|季度|章节|鲁迅|申请|申通|毕竟|毕业|路上|路边|路由|路过|路人|\
     路程|路途|梅花|辛苦|管家|管理|祝福|祝愿|祝您|祝大|左右|左边|左侧|谷歌|谷物|时间|时候|时尚|时时|时代|舒服|舒适|\
     舒心|舒畅|关于|关键|关注|关系|关心|关机|费用|费劲|费电|费时|纪念|纪录|童年|童鞋|童装|童话|童书|项目|曲线|曲奇|\
     成功|成年|成都|成人|成分|成本|成色|成立|成熟|游戏|游客|游泳|阳台|阳光|卫生|卫浴|查看|查询|屈服|甘肃|甘甜|景色|\
     景区|单位|单价|单身|单独|单反|单人|单间|宁波|宁夏|宁愿|解决|解释|解放|强烈|强力|强大|华为|华丽|华硕|华东|华北|\
     华南|车主|车票|车间|车型|车厘|房东|房间|房子|房客|边上|边缘|边角|吉林|吉他|吉利|古典|古代|古城|米饭|米粉|米色|\
     池水|晋江|简单|简直|简易|简约|简洁|冷风|冷淡|冷水|冷藏|蓝色|蓝牙|蓝莓|蓝天|连锁|连续|连接|连衣|连忙|商场|商品|\
     商家|商务|商店|应该|应用|习惯|习题|沙发|沙滩|安全|安装|安心|安排|安卓|安静|安慰|安徽|严重|严格|严谨|包装|包邮|\
     包括|包裹|包包|段时|明天|明白|明显|明星|明明|明年|党员|党委|花了|花钱|花色|花园|花香|水果|水平|水质|水洗|云南|\
     都是|经济|经常|经典|经理|容易|容量|燕麦|燕窝|红色|红酒|红包|和平|和谐|尚可|尚未|权威|权利|印象|印刷|计算|计划|\
     麻烦|麻辣|支持|支付|封面|封口|封装|乐趣|乐视|乐高|艾叶|艾灸|宫廷|楚楚|宗旨|桑拿|向来|向导|盛夏|毛病|毛衣|毛巾|\
     毛绒|钱包|孙子|孙女|林业|汤圆|武汉|武器|唐山|唐朝|宋体|宋代|龙头|龙虾|熊猫|谢谢|雷人|雷同|康复|康师|贺卡|贺年|\
     柳州|苏州|苏宁|徐州|郑州|郑重|黄金|黄色|黄牛|黄山|黄油|黄页|周末|周边|周到|周围|周年|周转|周期|周一|周二|周三|\
     周四|周五|周六|周日|叶子|田园|田地|丁香|夏天|夏季|夏装|秦皇|秦岭|余额|余下|余味|罗马|罗技|韩国|韩版|唐装|焦虑|\
     焦急|胡说|胡乱|胡同|胡萝|许多|许久|陆续|陈列|陈旧|陈年|杨梅|林肯|吴江|苏打|苏泊|侯爵|莫名|莫非|齐全|欧洲|欧美|\
     欧式|欧莱|洪水|施工|施华|殷勤|葛根|柳叶|岳父|岳母|汪汪|武术|孔雀|汤勺|钟点|钟爱|戴尔|戴上|杜绝|曹操|梁山|宋江|\
     张家|王者|王牌|王府|王朝|李宁|李家|双方|东西|东方|朱红|丁克|曾经|曾是|邓紫|范围|范本|沈阳|姜茶|卢布|贾宝|邹平|\
     孟婆|薛宝|陶瓷|陶醉|赖皮|倪家|庞大|冯唐|樊登|翟天|覃塘|阮氏|平安|老板|本人|客服|学生|先生|女士|老师|小姐|经纪|\
     乐意|乐于|马云|强迫|安利|安踏|向上|白马|白鹿|方太|美的|格力|都市|路易|古驰|华生|金星|金山|温水|海尔|海信|潘婷|\
     西门子|凌晨|周旋|凌乱|钟情|顾全|温和",
);

/// Words of two characters that end in a surname.
pub(super) const WORD_ENDS: Words = Words(
    "对于|由于|关于|至于|等于|属于|处于|终于|鉴于|在于|位于|过于|善于|限于|基于|出于|便于|用于|敢于|小时|同时|有时|\
     当时|及时|随时|按时|准时|平时|临时|暂时|到时|那时|这时|何时|时时|语文|中文|英文|作文|课文|论文|国文|历史|音乐|\
     快乐|可乐|娱乐|课程|工程|过程|流程|教程|全程|携程|行程|里程|日程|路程|规程|任何|如何|为何|几何|奈何|客房|订房|\
     住房|洗衣房|药房|厨房|病房|对方|地方|官方|厂方|双方|店方|商方|甲方|乙方|警方|校方|院方|资方|非常|经常|常常|平常|\
     正常|日常|异常|公安|西安|平安|治安|保安|现金|奖金|资金|基金|完成|变成|养成|主任|责任|信任|担任|感谢|谢谢|多谢|\
     致谢|简单|订单|菜单|买单|下单|清单|中华|道路|线路|汽车|司车|打车|派车|叫车|停车|面包|钱包|红包|检查|有关|相关|\
     海关|最高|提高|明白|空白|考古|说明|聪明|证明|小明|金黄|羽毛|长江|地雷|小牛|小米|江苏|体温|小熊|园林|祝贺|健康|\
     整齐|世纪|委屈|事项|反应|供应|不管|主管|接管|点钟|分钟|秒钟|高管|时尚|儿童|门童|导游|旅游|照顾|设计|阶段|了解|\
     讲解|学习|练习|实习|补习|新华|外教|大堂|坐车|班车|动车|列车|专门|部门|开门|上门|热门|东门|西门|女人|强强|加强|\
     坚强|幸福|万万|千万|身边|旁边|这边|那边|里边|外边|昨天|每向|方向|倾向|成都|首都|最都|路石|钻石|宝石|化石|牧马|\
     罗马|宝马|立马|网易|容易|交易|贸易|轻易|简易|数米|玉米|厘米|大米|蓝莓|上海|出路|一路|马路|公路|水泊|药水|香水|\
     开水|薪水|墨水|鲜花|棉花|开花|工作|团项|强项|信封|密封|开封|单单|家常|家长|不应|适应|理应|相应|一经|已经|曾经|\
     神经|财经|可和|柔和|温和|暖和|不和|风和|高和|本经|年轻|学费|消费|免费|收费|付费|自费|水费|话费|运费|小安|前段|\
     手段|片段|路段|安史|黑史|不甘|心甘|景点|风景|背景|场景|夜景|全景|后宫|故宫|迷宫|支吉|爱车|连连|接连|黄连|大连|\
     流连|古典|京东|山东|广东|房东|股东|电商|客商|厂商|网商|供货商|经销商|华商|智商|情商|微商|党党|入党|老党|电梯|\
     才华|繁华|豪华|精华|升华|清华|年华|心安|早安|晚安|长安|延安|泰安|淮安|六安|吉安|雅安|文安|广安|毛毛|睫毛|皮毛|\
     鸡毛|刷毛|掉毛|起毛|多毛|几毛|一毛|五毛|两毛|三毛|八毛|高汤|鸡汤|煲汤|喝汤|做汤|白汤|绿叶|茶叶|树叶|落叶|荷叶|\
     枝叶|一万|两万|几万|十万|百万|上万|过万|数万",
);

/// Provinces and cities of China as people write them: an address may start with one.
pub(super) const CITIES: Words = Words(
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|\
     云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门|石家庄|唐山|秦皇岛|邯郸|邢台|保定|张家口|承德|\
     沧州|廊坊|衡水|太原|大同|阳泉|长治|晋城|朔州|晋中|运城|忻州|临汾|吕梁|呼和浩特|包头|乌海|赤峰|通辽|鄂尔多斯|\
     呼伦贝尔|巴彦淖尔|乌兰察布|沈阳|大连|鞍山|抚顺|本溪|丹东|锦州|营口|阜新|辽阳|盘锦|铁岭|朝阳市|葫芦岛|长春|四平|\
     辽源|通化|白山|松原|白城|延边|哈尔滨|齐齐哈尔|鸡西|鹤岗|双鸭山|大庆|伊春|佳木斯|七台河|牡丹江|黑河|绥化|南京|\
     无锡|徐州|常州|苏州|南通|连云港|淮安|盐城|扬州|镇江|泰州|宿迁|杭州|宁波|温州|嘉兴|湖州|绍兴|金华|衢州|舟山|台州|\
     丽水|义乌|合肥|芜湖|蚌埠|淮南|马鞍山|淮北|铜陵|安庆|黄山|滁州|阜阳|宿州|六安|亳州|池州|宣城|福州|厦门|莆田|三明|\
     泉州|漳州|南平|龙岩|宁德|南昌|景德镇|萍乡|九江|新余|鹰潭|赣州|吉安|宜春|抚州|上饶|济南|青岛|淄博|枣庄|东营|烟台|\
     潍坊|济宁|泰安|威海|日照|临沂|德州|聊城|滨州|菏泽|郑州|开封|洛阳|平顶山|安阳|鹤壁|新乡|焦作|濮阳|许昌|漯河|\
     三门峡|南阳|商丘|信阳|周口|驻马店|济源|武汉|黄石|十堰|宜昌|襄阳|鄂州|荆门|孝感|荆州|黄冈|咸宁|随州|恩施|仙桃|\
     潜江|天门|长沙|株洲|湘潭|衡阳|邵阳|岳阳|常德|张家界|益阳|郴州|永州|怀化|娄底|湘西|广州|韶关|深圳|珠海|汕头|佛山|\
     江门|湛江|茂名|肇庆|惠州|梅州|汕尾|河源|阳江|清远|东莞|中山市|潮州|揭阳|云浮|南宁|柳州|桂林|梧州|北海|防城港|\
     钦州|贵港|玉林|百色|贺州|河池|来宾|崇左|海口|三亚|三沙|儋州|成都|自贡|攀枝花|泸州|德阳|绵阳|广元|遂宁|内江|乐山|\
     南充|眉山|宜宾|广安|达州|雅安|巴中|资阳|阿坝|甘孜|凉山|贵阳|六盘水|遵义|安顺|毕节|铜仁|黔西南|黔东南|黔南|昆明|\
     曲靖|玉溪|保山|昭通|丽江|普洱|临沧|楚雄|红河|文山|西双版纳|大理|德宏|怒江|迪庆|拉萨|日喀则|昌都|林芝|山南|那曲|\
     西安|铜川|宝鸡|咸阳|渭南|延安|汉中|榆林|安康|商洛|兰州|嘉峪关|金昌|白银|天水|武威|张掖|平凉|酒泉|庆阳|定西|陇南|\
     临夏|西宁|海东|海西|银川|石嘴山|吴忠|固原|中卫|乌鲁木齐|克拉玛依|吐鲁番|哈密|昌吉|博尔塔拉|巴音郭楞|阿克苏|喀什|\
     和田|伊犁|塔城|阿勒泰|石河子|台北|台中|台南|高雄|新北|桃园市|新竹|九龙|昆山|张家港|常熟|江阴|慈溪|晋江|石狮",
);

/// English first names, and some of other languages in Latin letters.
pub(super) static FIRST_NAMES: LazyLock<HashSet<&str>> = LazyLock::new(|| FIRST_NAME_LIST.split(' ').collect());

const FIRST_NAME_LIST: &str = "aaron abdul abigail adam aditya adriana ahmed aiden aisha akiko alan albert alejandra alejandro alex \
    alexander alexei alexis alfred ali alice alison allison amanda amber amelie amina amit amy ana anastasia \
    anders andre andrea andres andrew andy angela anil anita anjali ann anna anne annie anthony antonio arjun \
    arthur ashley ashok astrid audrey austin barbara beatrice becky ben benjamin beth betty beverly bianca bilal \
    bill billy bjorn blake bob bobby boris brad bradley brandon brenda brett brian bridget brigitte brittany \
    brooke bruce bryan caleb cameron camila carl carlos carmen carol caroline carolyn catherine celine cesar \
    chad chantal charles charlie charlotte cheryl chiara chloe chris christina christine christopher cindy \
    claire claudia cody cole colin colleen connor corey courtney craig crystal curtis cynthia daisy dale damian \
    dan daniel daniela danielle danny darnell dave david dawn debbie deborah debra deepa deepak denise dennis \
    derek derrick diana diane diego dieter dina divya dmitri dominic don donald donna doris dorothy doug douglas \
    drew dustin dylan ebony eddie edith eduardo edward eileen ekaterina eleanor elena elijah elizabeth ella \
    ellie elsie emily emma enrique eric erica erik erin ernest ethan ethel eugene eva evan eve evelyn fang \
    fatima felix fernanda fernando fiona frances francesca francisco francois francoise frank fred freddie freya \
    gabriel gabriela gail galina ganesh gary george gerald geraldine gina giovanni giulia giuseppe glenn gloria \
    graham greg gregory greta gretchen guadalupe haley hana hannah hans harold harriet harry haruto hassan hazel \
    heather hector heidi helen henry hiroshi holly hugo hunter hussein hyun ian ibrahim igor imogen imran ingrid \
    irina isaac isabel isabella isabelle ivan ivy jack jacob jacqueline jacques jake jamal james jane janet \
    janice jasmine jason javier jayden jean jeff jeffrey jen jennifer jenny jeremy jerry jess jesse jessica jia \
    jim jimmy jing jo joan joanna joanne joe john johnny jonathan jordan jorge jose joseph josephine josh joshua \
    joyce juan juana judith judy julia julian julie julio jurgen justin karan karen kate katherine kathleen \
    kathryn katie katja kavita kayla keiko keisha keith kelly kelsey ken kenji kenneth kevin khadija khalid \
    kimberly klaus krishna kristen kristin kumar kyle lakshmi larry lars latoya laura lauren laurent lawrence \
    layla leah lei leila leo leonard leticia levi liam lihua lily lina linda lindsay lisa liz logan lorenzo lori \
    lorraine louis luca lucas lucia lucy ludmila luis luisa luke mackenzie madison maggie malik manoj manuel \
    marc marco marcus margaret maria mariana marianne marie marilyn mario marjorie mark martha marvin mary \
    maryam mason matilda matt matteo matthew maureen max meera megan mei melissa mia michael michel michelle \
    miguel mike mikhail mila mildred ming mohamed mohammed molly monica morgan muhammad nadia nancy naomi \
    natalie natasha nate nathan neha neil nicholas nick nicole nigel nikhil nikolai nina nisha noah noor nora \
    norman olaf oleg olga oliver olivia omar oscar owen pablo paige pamela paola paolo pat patricia patrick \
    patty paul paula pedro peggy penelope peter petra philip philippe phoebe pierre pooja pradeep priya rachel \
    radha rafael rahul raj ralph ramesh randy rania raul ravi ray rebecca rekha rhonda ricardo richard riley rob \
    robert roberto robin roger rohan ron ronald rosa rosemary rosie roxanne roy ruby russell ruth ryan sabrina \
    sakura sam samantha samira samuel sandra sandy sanjay sara sarah scott sean sergei sergio seung shane sharon \
    sheila shirley shreya silvia simon siobhan sofia sophia sophie stacy stanley stefan stella stephanie stephen \
    steve steven stuart sue sunil sunita suresh susan suzanne sven svetlana swati sydney takashi tamika tanya \
    tariq tatiana taylor ted teresa terrence terry tess theo theresa thomas tiffany tim timothy tina todd tom \
    tommy tony tonya tracy travis trevor tyler tyrone ursula valeria vanessa varun veronica victor victoria \
    vijay vikram vincent violet virginia vladimir walter wayne wei wendy whitney willa william willie wolfgang \
    wyatt xavier xiaohong xiaoming xin yan yasmin ying yolanda yuki yumi yuri yusuf yvette yvonne zach zachary \
    zack zainab zara zoe";
