//! The same options make the same rows, and a customer is the same among few and many.

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use chrono::NaiveDate;
use tronie_datagen::{Error, Industry, MOST_CUSTOMERS, Options, Table, tables};

fn whole(table: Table) -> RecordBatch {
    let batches: Vec<RecordBatch> = table.batches.collect();
    concat_batches(&table.schema, &batches).unwrap()
}

fn all(options: &Options) -> Vec<(&'static str, RecordBatch)> {
    tables(options)
        .unwrap()
        .into_iter()
        .map(|table| (table.name, whole(table)))
        .collect()
}

#[test]
fn the_same_options_make_the_same_rows() {
    for industry in Industry::all() {
        let options = Options {
            customers: 25,
            ..Options::new(industry)
        };
        assert_eq!(all(&options), all(&options), "{industry}");
        let other = Options {
            seed: 43,
            ..options.clone()
        };
        for ((name, one), (_, other)) in all(&options).into_iter().zip(all(&other)) {
            assert!(name == "products" || one != other, "{industry}.{name}");
        }
    }
}

#[test]
fn a_customer_is_the_same_among_few_and_many() {
    for industry in Industry::all() {
        let few = Options {
            customers: 15,
            ..Options::new(industry)
        };
        let many = Options {
            customers: 60,
            ..few.clone()
        };
        for ((name, few), (_, many)) in all(&few).into_iter().zip(all(&many)) {
            assert!(
                name == "products" || few.num_rows() < many.num_rows(),
                "{industry}.{name}"
            );
            assert_eq!(few, many.slice(0, few.num_rows()), "{industry}.{name}");
        }
    }
}

#[test]
fn time_moves_with_as_of() {
    let options = Options {
        customers: 10,
        ..Options::new(Industry::Retail)
    };
    let later = Options {
        as_of: NaiveDate::from_ymd_opt(2026, 11, 8).unwrap(),
        ..options.clone()
    };
    // A week later everybody did the same, a week later.
    for ((name, one), (_, other)) in all(&options).into_iter().zip(all(&later)) {
        assert_eq!(one.num_rows(), other.num_rows(), "{name}");
    }
}

#[test]
fn nobody_is_no_mistake() {
    for industry in Industry::all() {
        for (name, batch) in tables(&Options {
            customers: 0,
            ..Options::new(industry)
        })
        .unwrap()
        .into_iter()
        .map(|table| (table.name, table.batches.map(|batch| batch.num_rows()).sum::<usize>()))
        {
            assert!(batch == 0 || name == "products", "{industry}.{name}");
        }
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let retail = Options::new(Industry::Retail);
    let many = Options {
        customers: MOST_CUSTOMERS + 1,
        ..retail.clone()
    };
    assert_eq!(tables(&many).unwrap_err(), Error::Customers(MOST_CUSTOMERS + 1));
    let day = NaiveDate::from_ymd_opt(1800, 1, 1).unwrap();
    assert_eq!(tables(&Options { as_of: day, ..retail }).unwrap_err(), Error::AsOf(day));
    let message = "shoe shops".parse::<Industry>().unwrap_err().to_string();
    assert_eq!(
        message,
        "there is no industry `shoe shops`; take retail, finance, internet or healthcare"
    );
    for industry in Industry::all() {
        assert_eq!(industry.name().parse(), Ok(industry));
    }
}
