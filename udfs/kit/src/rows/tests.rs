//! Rows of numbers on their way into a state.
