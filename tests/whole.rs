//! Tests of the whole engine: what SQL goes in, what rows come out.

mod cancel;
mod driver;
mod examples;
mod real_reviews;
mod slt;
