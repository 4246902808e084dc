//! Clinics and pharmacies.

mod care;
mod drugs;
mod notes;
mod patient;
mod voice;

use crate::SHARED;
use crate::stream::Write;

/// What makes each table.
pub(crate) const TABLES: &[(&str, Write)] = &[
    SHARED[0],
    ("visits", care::write_visits),
    ("notes", notes::write_notes),
    ("prescriptions", drugs::write_prescriptions),
    ("fills", drugs::write_fills),
    ("surveys", voice::write_surveys),
    SHARED[1],
    ("truth_customers", care::write_truth),
    ("truth_notes", notes::write_truth),
    ("truth_texts", voice::write_truth),
];
