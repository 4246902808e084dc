//! What the doctors write.

use super::care::{self, Visit};
use super::patient::{CONDITIONS, Patient};
use crate::clock::{MINUTE, Time};
use crate::ids::Id;
use crate::names;
use crate::random::Random;
use crate::sheet::Sheet;
use crate::text::{Grammar, Language};
use crate::world::World;

struct Note {
    id: Id,
    at: Time,
    /// What is said of each condition.
    says: [Option<&'static str>; 4],
    seed: u64,
}

/// Notes of most visits, with their visits.
fn notes<'a>(world: &World, patient: &Patient, visits: &'a [Visit]) -> Vec<(Note, &'a Visit)> {
    let customer = patient.person.customer;
    let mut dice = world.random("notes", customer);
    let mut notes = Vec::new();
    for visit in visits {
        if !dice.chance(0.88) {
            continue;
        }
        let at = visit.at + dice.whole(5, 90) * MINUTE;
        let says = std::array::from_fn(|condition| {
            // Each department asks for its own conditions.
            let is_own = matches!(
                (visit.department, CONDITIONS[condition]),
                ("cardiology", "hypertension" | "hyperlipidemia")
                    | ("endocrinology", "diabetes")
                    | ("respiratory", "asthma")
            );
            let share = dice.unit();
            match (patient.has[condition], is_own) {
                (true, true) if share < 0.93 => Some("present"),
                (true, false) if share < 0.38 => Some("present"),
                (false, true) if share < 0.5 => Some("negated"),
                (false, true) if share < 0.62 => Some("family"),
                (false, false) if share < 0.16 => Some("negated"),
                (false, false) if share < 0.2 => Some("family"),
                _ => None,
            }
        });
        let seed = dice.bits();
        if at < world.as_of {
            notes.push((
                Note {
                    id: world.id('N', customer, notes.len()),
                    at,
                    says,
                    seed,
                },
                visit,
            ));
        }
    }
    notes
}

/// The words of a note.
fn text(world: &World, patient: &Patient, note: &Note, visit: &Visit) -> String {
    let person = &patient.person;
    let grammar: &Grammar = world.words.of(person.language);
    let mut dice = Random::new(note.seed, "note", 0);
    let (full, phone, id) = (person.name().full, person.phone(world), person.national_id(world));
    let age = (patient.age as i64).to_string();
    let sex = match (person.language, person.is_male) {
        (Language::Zh, true) => "男",
        (Language::Zh, false) => "女",
        (Language::En, true) => "male",
        (Language::En, false) => "female",
    };
    let pressure = visit
        .pressure
        .map(|(systolic, diastolic)| format!("{systolic}/{diastolic}"));
    let glucose = visit.glucose.map(|glucose| format!("{glucose:.1}"));
    let slots = [
        ("name", full.as_str()),
        ("phone", phone.as_str()),
        ("id", id.as_str()),
        ("age", age.as_str()),
        ("sex", sex),
        ("bp", pressure.as_deref().unwrap_or_default()),
        ("glucose", glucose.as_deref().unwrap_or_default()),
    ];
    let mut rules = vec!["n.head".to_owned()];
    if dice.chance(0.55) {
        rules.push("n.contact".to_owned());
    }
    rules.push(format!("n.{}", visit.department));
    let mut said: Vec<String> = note
        .says
        .iter()
        .zip(CONDITIONS)
        .filter_map(|(status, condition)| Some(format!("n.{}.{condition}", (*status)?)))
        .collect();
    // In no fixed order.
    for last in (1..said.len()).rev() {
        said.swap(last, dice.index(last + 1));
    }
    rules.append(&mut said);
    if pressure.is_some() {
        rules.push("n.exam".to_owned());
    }
    if glucose.is_some() {
        rules.push("n.glucose".to_owned());
    }
    rules.push("n.plan".to_owned());
    let (mark, space) = if person.language == Language::Zh {
        ("。", "")
    } else {
        (".", " ")
    };
    let mut out = String::new();
    for rule in rules {
        if !out.is_empty() {
            out.push_str(space);
        }
        let begins = out.len();
        grammar.say(&rule, &slots, &mut dice, &mut out);
        let first = out.as_bytes().get(begins).copied().unwrap_or_default();
        if first.is_ascii_lowercase() {
            out.replace_range(begins..=begins, &char::from(first.to_ascii_uppercase()).to_string());
        }
        out.push_str(mark);
    }
    out
}

pub(super) fn write_notes(world: &World, customer: u64, sheet: &mut Sheet) {
    let patient = Patient::new(world, customer);
    let visits = care::visits(world, &patient);
    for (note, visit) in notes(world, &patient, &visits) {
        let text = text(world, &patient, &note, visit);
        let author = names::doctor(patient.person.language, visit.doctor);
        sheet.row(|row| {
            row.id("note_id", note.id)
                .id("visit_id", visit.id)
                .id("account_id", patient.person.accounts[visit.account].id)
                .time("written_at", note.at)
                .text("author", &author)
                .text("text", &text);
        });
    }
}

pub(super) fn write_truth(world: &World, customer: u64, sheet: &mut Sheet) {
    let patient = Patient::new(world, customer);
    let visits = care::visits(world, &patient);
    for (note, _) in notes(world, &patient, &visits) {
        for (status, condition) in note.says.into_iter().zip(CONDITIONS) {
            if let Some(status) = status {
                sheet.row(|row| {
                    row.id("note_id", note.id)
                        .text("customer_id", &patient.person.id)
                        .text("condition", condition)
                        .text("status", status);
                });
            }
        }
    }
}
