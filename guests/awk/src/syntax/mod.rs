//! From a program's text to its tree.

pub mod lexer;
pub mod parser;
mod builtins;
mod expressions;
pub mod names;
mod statements;
pub mod tree;
