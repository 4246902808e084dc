//! What every file with a SQL function imports: the list entry, the environment, the arguments, the model behind it.

mod args;
mod env;
mod function;
mod model;
mod text;

pub use args::{check_count, option_text, text_type};
pub use env::UdfEnv;
pub use function::{Function, FunctionSet, MakeFunction};
pub use model::{Asked, TextModel, coerce_text_and_model, model_error, text_and_model};
pub use text::{scalar_or_array, text_rows};
