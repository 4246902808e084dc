//! What is there and what is owed at the end of each month.

use super::client::Client;
use super::loans::{self, cents};
use super::transactions;
use crate::clock::{day_of, midnight, month_ends};
use crate::sheet::Sheet;
use crate::world::World;

pub(super) fn write(world: &World, customer: u64, sheet: &mut Sheet) {
    let client = Client::new(world, customer);
    let mut dice = world.random("ledger", customer);
    let loans = loans::loans(world, &client);
    let list = transactions::transactions(world, &client);
    let mut transactions = list.iter().peekable();
    let mut deposits = client.income * dice.around(2.2 * (1.3 - client.strain), 0.7);
    let (mut investments, mut debt) = (client.income * 8.0 * client.invests * dice.between(0.3, 2.0), 0.0);
    for month in month_ends(day_of(client.person.joined), world.today()) {
        let (mut on_credit, mut invested) = (0.0, 0.0);
        while let Some(transaction) = transactions.next_if(|transaction| transaction.at < midnight(month + 1)) {
            match (transaction.is_in, transaction.on_credit) {
                (true, _) => deposits += transaction.amount,
                (false, true) => on_credit += transaction.amount,
                (false, false) => deposits -= transaction.amount,
            }
            if transaction.category == "investment" {
                invested += transaction.amount;
            }
        }
        // What was bought on credit is paid next month, all of it by those who can.
        debt += on_credit;
        let pays = (debt - on_credit * 0.5) * (1.0 - 0.85 * client.strain);
        let pays = pays.min(deposits.max(0.0) * 0.6).max(0.0);
        (debt, deposits) = (debt - pays, deposits - pays);
        if deposits < 0.0 {
            // Somebody else helps out.
            deposits = client.income * dice.between(0.01, 0.15);
        }
        investments = (investments + invested) * dice.normal(1.004, 0.01 + 0.04 * client.bold).max(0.5);
        let owed: f64 = loans
            .iter()
            .filter(|loan| loan.started <= month)
            .map(|loan| {
                loan.owed(
                    loan.due
                        .iter()
                        .filter(|due| due.paid.is_some_and(|paid| paid <= month))
                        .count(),
                )
            })
            .sum();
        sheet.row(|row| {
            row.id("account_id", client.person.accounts[0].id)
                .day("month", month)
                .number("deposits", cents(deposits))
                .number("investments", cents(investments))
                .number("card_debt", cents(debt))
                .number("loan_debt", cents(owed));
        });
    }
}
