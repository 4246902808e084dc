//! Who is treated: for what, and how well drugs are taken.

use crate::identity::Person;
use crate::world::World;

/// Chronic conditions.
pub(super) const CONDITIONS: [&str; 4] = ["hypertension", "diabetes", "asthma", "hyperlipidemia"];

/// A patient.
#[derive(Debug, Clone)]
pub(super) struct Patient {
    pub(super) person: Person,
    /// In years, at `as_of`.
    pub(super) age: f64,
    /// Which of `CONDITIONS`.
    pub(super) has: [bool; 4],
    /// Share of days covered while on a chronic drug.
    pub(super) adherence: f64,
    /// Visits a year.
    pub(super) visits: f64,
}

impl Patient {
    pub(super) fn new(world: &World, customer: u64) -> Self {
        let person = Person::new(world, customer);
        let mut dice = world.random("patient", customer);
        let age = person.age(world.today());
        let logistic = |score: f64| 1.0 / (1.0 + (-score).exp());
        // What is common with age comes together: who has one thing has the next one sooner.
        let frail = dice.normal(0.0, 0.7);
        let hypertension = dice.chance(logistic((age - 62.0) / 11.0 + frail));
        let more = if hypertension { 0.8 } else { 0.0 };
        let diabetes = dice.chance(logistic((age - 78.0) / 13.0 + frail + more));
        let asthma = dice.chance(0.08);
        let lipids = dice.chance(logistic((age - 76.0) / 13.0 + frail + more));
        let has = [hypertension, diabetes, asthma, lipids];
        let count = has.iter().filter(|has| **has).count() as f64;
        let takes_care = dice.chance(0.58);
        let adherence = if takes_care {
            dice.beta(14.0, 1.8)
        } else {
            dice.beta(4.5, 3.8)
        };
        Self {
            age,
            has,
            adherence: adherence.clamp(0.08, 0.995),
            visits: dice.gamma(3.0, (1.1 + 1.5 * count) / 3.0),
            person,
        }
    }

    pub(super) fn is_chronic(&self) -> bool {
        self.has.contains(&true)
    }

    pub(super) fn is_adherent(&self) -> bool {
        self.adherence >= 0.8
    }

    pub(super) fn segment(&self) -> &'static str {
        let count = self.has.iter().filter(|has| **has).count();
        match (count, self.is_adherent()) {
            (0, _) => "healthy",
            (2.., _) if self.age >= 65.0 => "elderly_complex",
            (_, true) => "chronic_managed",
            (_, false) => "chronic_lapsing",
        }
    }
}
