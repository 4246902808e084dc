//! Tests of the whole engine: what SQL goes in, what rows come out.

mod cancel;
mod cascade;
mod driver;
mod examples;
mod model_cache;
mod model_calls;
mod passes;
mod planning;
mod real_reviews;
mod registry;
mod remote_models;
mod slt;
mod whatever_texts;
