//! Orders, what was in them, what there is to buy, and who the customers are.

use super::catalogue::PRODUCTS;
use super::customer::{CATEGORIES, Shopper};
use super::history::{History, STORES, cents};
use super::voice;
use crate::sheet::Sheet;
use crate::text::Language;
use crate::world::World;

const STORE_NAMES: [&str; STORES as usize] = [
    "Shanghai Jing'an",
    "Shanghai Pudong",
    "Beijing Chaoyang",
    "Beijing Haidian",
    "Guangzhou Tianhe",
    "Shenzhen Nanshan",
    "Chengdu Jinjiang",
    "Hangzhou Xihu",
    "Wuhan Jianghan",
    "Nanjing Xuanwu",
    "Hong Kong Central",
    "Singapore Orchard",
];

pub(super) fn write_orders(world: &World, customer: u64, sheet: &mut Sheet) {
    let shopper = Shopper::new(world, customer);
    for order in History::new(world, &shopper).known() {
        sheet.row(|row| {
            row.id("order_id", order.id)
                .id("account_id", shopper.person.accounts[order.account].id)
                .time("ordered_at", order.at)
                .text("status", order.status)
                .number("amount", order.amount)
                .number("discount", order.discount)
                .text_or_null("coupon", order.coupon)
                .text("channel", order.channel.name())
                .text_or_null("store", order.store.map(|store| STORE_NAMES[store as usize]));
        });
    }
}

pub(super) fn write_items(world: &World, customer: u64, sheet: &mut Sheet) {
    let shopper = Shopper::new(world, customer);
    let history = History::new(world, &shopper);
    for order in history.known() {
        for (line, item) in history.items(order).iter().enumerate() {
            let id = item.product.id();
            let name = match shopper.person.language {
                Language::Zh => item.product.zh,
                Language::En => item.product.en,
            };
            sheet.row(|row| {
                row.id("order_id", order.id)
                    .whole("line", line as i64 + 1)
                    .text("product_id", &id)
                    .text("product", name)
                    .text("category", CATEGORIES[item.product.category])
                    .whole("quantity", item.quantity)
                    .number("price", item.price);
            });
        }
    }
}

pub(super) fn write_products(_world: &World, _customer: u64, sheet: &mut Sheet) {
    for product in &PRODUCTS {
        let id = product.id();
        sheet.row(|row| {
            row.text("product_id", &id)
                .text("product_zh", product.zh)
                .text("product_en", product.en)
                .text("category", CATEGORIES[product.category])
                .number("price", product.price);
        });
    }
}

pub(super) fn write_truth(world: &World, customer: u64, sheet: &mut Sheet) {
    let shopper = Shopper::new(world, customer);
    let history = History::new(world, &shopper);
    let spent: f64 = history.known().iter().map(|order| order.amount).sum();
    let spent_next: f64 = history.next(world, 365).map(|order| order.amount).sum();
    let next_90 = history.next(world, 90).count() as i64;
    let has_complained = voice::has_complained(world, &shopper, &history);
    sheet.row(|row| {
        row.text("customer_id", &shopper.person.id)
            .text("segment", shopper.segment())
            .text("language", shopper.person.language.name())
            .time("joined_at", shopper.person.joined)
            .truth("is_churned", next_90 == 0)
            .truth("is_alive", history.is_alive(world.as_of))
            .number("purchase_rate", shopper.rate)
            .whole("orders_to_date", history.known().len() as i64)
            .number("spent_to_date", cents(spent))
            .whole("orders_next_90", next_90)
            .whole("orders_next_365", history.next(world, 365).count() as i64)
            .number("spent_next_365", cents(spent_next))
            .text("favourite_category", CATEGORIES[shopper.favourite()])
            .whole("favourite_hour", shopper.rhythm.hour as i64 % 24)
            .truth("has_complained", has_complained);
    });
}
