//! Properties files, what settings promise, and what monitoring would have seen.

#[path = "check/files.rs"]
mod files;
#[path = "check/text.rs"]
mod text;
