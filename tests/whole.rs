//! Tests of the whole engine: what SQL goes in, what rows come out.

mod driver;
mod examples;
mod real_reviews;
mod slt;
