//! What every file with a SQL function imports: the list entry, the environment, the arguments, the model behind it.

mod env;
mod function;
mod model;
mod parameters;
mod rows;
mod text;

pub use env::{TrainedModels, UdfEnv};
pub use function::{Asks, Function, FunctionKind, FunctionSet, MakeFunction, MakeReader};
pub use model::{ALSO, Asked, MODEL, TextModel, model_error};
pub use parameters::{Options, Parameters, list_of_texts};
pub use rows::{RowAggregate, RowFunction, RowState};
pub use text::{scalar_or_array, text_rows};
