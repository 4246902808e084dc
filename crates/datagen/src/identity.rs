//! Who the customers are, and which accounts they opened.

use crate::clock::{DAY, Day, HISTORY, HOUR, MINUTE, Time, date};
use crate::ids::{self, Id, SHOPS};
use crate::names::{self, Name};
use crate::options::Industry;
use crate::random::Random;
use crate::sheet::Sheet;
use crate::text::Language;
use crate::world::World;

/// Where an account was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channel {
    Web,
    App,
    Store,
    Service,
}

impl Channel {
    const ALL: [Self; 4] = [Self::Web, Self::App, Self::Store, Self::Service];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::App => "app",
            Self::Store => "store",
            Self::Service => "service",
        }
    }
}

/// An e-mail address, before it is written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Email {
    None,
    /// The customer's first to fourth.
    Own(u64),
    Placeholder(u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phone {
    None,
    Own(u64),
    /// The first number of the elder of two relatives, which is on accounts of both.
    Relative(u64),
    Shop(u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Device {
    None,
    Own(u64),
    /// The tablet of a family, by its number.
    Tablet(u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Member {
    None,
    Own(u64),
    Nobody,
}

const PLACEHOLDERS: [&str; 4] = [
    "none@example.com",
    "noemail@example.com",
    "test@example.com",
    "123456@example.com",
];
const DOMAINS: [&str; 3] = ["example.com", "example.org", "example.net"];
/// Customers whose numbers follow each other make a family, which may have a tablet.
const FAMILY: u64 = 5;

/// One of a customer's accounts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Account {
    pub(crate) id: Id,
    pub(crate) channel: Channel,
    pub(crate) created: Time,
    /// Whether it shares something personal with the others, if there are others.
    pub(crate) resolvable: bool,
    email: Email,
    phone: Phone,
    device: Device,
    member: Member,
}

impl Account {
    /// Whether two accounts share what is one person's alone.
    fn shares(&self, other: &Self) -> bool {
        matches!(self.email, Email::Own(_)) && self.email == other.email
            || matches!(self.phone, Phone::Own(_)) && self.phone == other.phone
            || matches!(self.device, Device::Own(_)) && self.device == other.device
            || matches!(self.member, Member::Own(_)) && self.member == other.member
    }
}

/// A customer.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) customer: u64,
    /// `C` and the number.
    pub(crate) id: String,
    pub(crate) language: Language,
    pub(crate) is_male: bool,
    /// Day of birth.
    pub(crate) born: Day,
    pub(crate) joined: Time,
    /// One to four, the oldest first.
    pub(crate) accounts: Vec<Account>,
    family_name: u64,
    name_seed: u64,
}

impl Person {
    pub(crate) fn new(world: &World, customer: u64) -> Self {
        let mut dice = world.random("person", customer);
        let language = if dice.chance(0.667) { Language::Zh } else { Language::En };
        let is_male = dice.chance(0.5);
        // Patients are older than people who shop.
        let age = match world.industry {
            Industry::Healthcare => 6.0 + 84.0 * dice.beta(2.4, 1.9),
            _ => 18.0 + 62.0 * dice.beta(1.6, 2.6),
        };
        let born = world.today() - (age * 365.25) as Day;
        let joined = world.as_of - 12 * DAY - dice.below((HISTORY - 14) as u64 * DAY as u64) as Time;
        // Few people open accounts at night.
        let joined = if joined.rem_euclid(DAY) < 7 * HOUR {
            joined + 7 * HOUR
        } else {
            joined
        };
        // Families have one name, for those who have a tablet or a telephone together.
        let family_name = Random::new(world.key, "family", customer / FAMILY).bits();
        let family_name = if dice.chance(0.8) { family_name } else { dice.bits() };
        let name_seed = dice.bits();
        let mut person = Self {
            customer,
            id: format!("C{customer:09}"),
            language,
            is_male,
            born,
            joined,
            accounts: Vec::new(),
            family_name,
            name_seed,
        };
        person.accounts = accounts(world, &person, &mut dice);
        person
    }

    pub(crate) fn name(&self) -> Name {
        let mut dice = Random::new(self.name_seed, "name", self.customer);
        Name::new(self.language, self.is_male, self.family_name, &mut dice)
    }

    pub(crate) fn age(&self, today: Day) -> f64 {
        f64::from(today - self.born) / 365.25
    }

    /// One of the accounts that were there at a time.
    pub(crate) fn account_at(&self, at: Time, dice: &mut Random) -> usize {
        let open = self.accounts.iter().filter(|account| account.created <= at).count();
        dice.index(open.max(1))
    }

    /// The oldest account of a channel that was there at a time, or else any that was.
    pub(crate) fn account_of(&self, channel: Channel, at: Time, dice: &mut Random) -> usize {
        let fits = |account: &Account| account.channel == channel && account.created <= at;
        self.accounts
            .iter()
            .position(fits)
            .unwrap_or_else(|| self.account_at(at, dice))
    }

    /// The customer's own number.
    pub(crate) fn phone(&self, world: &World) -> String {
        ids::phone(world.key, self.customer, 0)
    }

    /// The national id.
    pub(crate) fn national_id(&self, world: &World) -> String {
        let born = date(self.born).format("%Y%m%d").to_string();
        ids::national_id(world.key, self.customer, &born, self.is_male)
    }

    /// The device that an account is used on; a browser of no account for those that have none.
    pub(crate) fn device(&self, world: &World, account: usize) -> Id {
        match self.accounts.get(account).map(|account| account.device) {
            Some(Device::Tablet(family)) => world.id('D', family, 8),
            Some(Device::Own(n)) => world.id('D', self.customer, n as usize),
            _ => world.id('D', self.customer, 7),
        }
    }

    fn email(&self, name: &Name, email: Email) -> Option<String> {
        match email {
            Email::None => None,
            Email::Placeholder(n) => PLACEHOLDERS.get(n as usize).map(|&text| text.to_owned()),
            Email::Own(n) => {
                // The digits at the end are the customer's alone; the rest is there to look like a name.
                let (given, family, number) = (&name.given, &name.family, self.customer << 2 | n & 3);
                let domain = DOMAINS[(self.name_seed as usize ^ n as usize) % DOMAINS.len()];
                Some(match (self.name_seed >> 8 ^ n) % 4 {
                    0 => format!("{given}.{family}{number}@{domain}"),
                    1 => format!("{family}{given}{number}@{domain}"),
                    2 => format!("{}{family}{number}@{domain}", given.get(..1).unwrap_or_default()),
                    _ => format!("{given}_{number}@{domain}"),
                })
            }
        }
    }
}

/// Chances of an e-mail, a phone, a device and a member number, by channel.
fn habits(channel: Channel) -> [f64; 4] {
    match channel {
        Channel::Web => [0.95, 0.5, 0.9, 0.35],
        Channel::App => [0.5, 0.9, 1.0, 0.4],
        Channel::Store => [0.2, 0.75, 0.0, 0.85],
        Channel::Service => [0.45, 0.85, 0.0, 0.3],
    }
}

/// Whose telephone a customer shares, or gives to a relative to share: two in a hundred do, in pairs.
fn relative(world: &World, customer: u64) -> Option<u64> {
    let first = customer & !1;
    let shares = Random::new(world.key, "relative", first).chance(0.02);
    shares.then_some(first)
}

fn accounts(world: &World, person: &Person, dice: &mut Random) -> Vec<Account> {
    let customer = person.customer;
    let count = 1 + dice.weighted(&[0.44, 0.33, 0.16, 0.07]);
    let has_tablet = Random::new(world.key, "tablet", customer / FAMILY).chance(0.08);
    let relative = relative(world, customer);
    let mut left: Vec<(Channel, f64)> = Channel::ALL.into_iter().zip([0.36, 0.36, 0.18, 0.1]).collect();
    let mut created = person.joined;
    let mut accounts: Vec<Account> = Vec::with_capacity(count);
    for n in 0..count {
        let weights: Vec<f64> = left.iter().map(|(_, weight)| *weight).collect();
        let (channel, _) = left.swap_remove(dice.weighted(&weights));
        if n > 0 {
            let share = dice.unit().powi(2);
            created += MINUTE + (share * (world.as_of - created - DAY).max(0) as f64) as Time;
        }
        let is_alone = n > 0 && dice.chance(1.0 / 12.0);
        let [email, phone, device, member] = habits(channel);
        // What is on an account that shares nothing was used nowhere else.
        let other = |first: u64| if is_alone { first + 2 } else { first };
        let second = |dice: &mut Random| u64::from(dice.chance(0.12));
        let mut account = Account {
            id: world.id('A', customer, n),
            channel,
            created,
            resolvable: !is_alone,
            email: if dice.chance(email) {
                Email::Own(other(second(dice)))
            } else {
                Email::None
            },
            phone: if dice.chance(phone) {
                Phone::Own(other(second(dice)))
            } else {
                Phone::None
            },
            device: match channel {
                // Some use the browser of the telephone that the app is on.
                Channel::Web if dice.chance(device) => Device::Own(other(u64::from(!dice.chance(0.3)))),
                Channel::App => Device::Own(other(0)),
                _ => Device::None,
            },
            member: if dice.chance(member) {
                Member::Own(0)
            } else {
                Member::None
            },
        };
        if is_alone && account.member != Member::None {
            account.member = Member::Own(1);
        }
        share_with_strangers(&mut account, customer, relative.filter(|_| !is_alone), has_tablet, dice);
        if n > 0 && is_alone {
            // Several such accounts of a customer share nothing with each other either.
            if accounts.iter().any(|old| old.shares(&account)) {
                (account.email, account.phone, account.member) = (Email::None, Phone::None, Member::None);
                account.device = if channel == Channel::App {
                    Device::Own(4)
                } else {
                    Device::None
                };
            }
        } else if n > 0 && !accounts.iter().any(|old| old.resolvable && old.shares(&account)) {
            link(&mut accounts, &mut account, dice);
        }
        accounts.push(account);
    }
    accounts
}

/// Hubs: what many accounts have that are not one person's.
fn share_with_strangers(
    account: &mut Account,
    customer: u64,
    relative: Option<u64>,
    has_tablet: bool,
    dice: &mut Random,
) {
    if account.channel == Channel::Store && dice.chance(1.0 / 12.0) {
        account.phone = Phone::Shop(dice.below(SHOPS));
    } else if let (Some(relative), Phone::Own(0)) = (relative, account.phone) {
        account.phone = Phone::Relative(relative);
    }
    if dice.chance(0.03) {
        account.email = Email::Placeholder(dice.below(PLACEHOLDERS.len() as u64));
    }
    if dice.chance(0.01) {
        account.member = Member::Nobody;
    }
    if has_tablet && account.channel == Channel::App {
        account.device = Device::Tablet(customer / FAMILY);
    }
}

/// Lets an account share something with the oldest one.
fn link(accounts: &mut [Account], account: &mut Account, dice: &mut Random) {
    let Some(first) = accounts.first_mut() else {
        return;
    };
    match (first.email, first.phone, first.member) {
        (Email::Own(_), _, _) if account.channel != Channel::Store || dice.chance(0.5) => account.email = first.email,
        (_, Phone::Own(_), _) => account.phone = first.phone,
        (_, _, Member::Own(_)) => account.member = first.member,
        (Email::Own(_), _, _) => account.email = first.email,
        _ => {
            // It has nothing to share yet. A placeholder or a shop's telephone gives way.
            (first.member, account.member) = (Member::Own(0), Member::Own(0));
        }
    }
}

/// Writes the rows of `accounts`.
pub(crate) fn write_accounts(world: &World, customer: u64, sheet: &mut Sheet) {
    let person = Person::new(world, customer);
    let mut dice = world.random("typed", customer);
    let name = person.name();
    let city = names::city(person.language, &mut dice);
    let is_patient = world.industry == Industry::Healthcare;
    for account in &person.accounts {
        let typed = name.typed(person.language, &mut dice);
        let email = person.email(&name, account.email);
        let phone = match account.phone {
            Phone::None => None,
            Phone::Own(n) => Some(ids::phone(world.key, customer, n)),
            Phone::Relative(other) => Some(ids::phone(world.key, other, 0)),
            Phone::Shop(shop) => Some(ids::shop_phone(world.key, shop)),
        };
        let device = match account.device {
            Device::None => None,
            Device::Own(n) => Some(world.id('D', customer, n as usize)),
            Device::Tablet(family) => Some(world.id('D', family, 8)),
        };
        let member = match account.member {
            Member::None => None,
            Member::Own(n) => Some(ids::member(world.key, customer, n)),
            Member::Nobody => Some("M0000000000".to_owned()),
        };
        let born = dice.chance(0.8).then_some(person.born);
        let national_id = (is_patient && dice.chance(0.85)).then(|| person.national_id(world));
        sheet.row(|row| {
            row.id("account_id", account.id)
                .text("channel", account.channel.name())
                .text("name", &typed)
                .text_or_null("email", email.as_deref())
                .text_or_null("phone", phone.as_deref())
                .text_or_null("device_id", device.as_ref().map(Id::as_str))
                .text_or_null("member_no", member.as_deref())
                .text("city", city)
                .day_or_null("birth_date", born)
                .time("created_at", account.created);
            if is_patient {
                row.text("sex", if person.is_male { "male" } else { "female" })
                    .text_or_null("national_id", national_id.as_deref());
            }
        });
    }
}

/// Writes the rows of `truth_accounts`.
pub(crate) fn write_truth(world: &World, customer: u64, sheet: &mut Sheet) {
    let person = Person::new(world, customer);
    for account in &person.accounts {
        sheet.row(|row| {
            row.id("account_id", account.id)
                .text("customer_id", &person.id)
                .truth("resolvable", account.resolvable);
        });
    }
}
