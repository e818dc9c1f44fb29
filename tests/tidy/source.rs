//! Rust source split into code and comments, as far as the house rules need it.
//!
//! Not a parser: what is not code (comments, the insides of literals) becomes blanks, and likewise
//! what is not a comment, so that a rule can search for a word and still tell its line. It assumes
//! code that rustc accepts.

/// The lines that break a rule, counted from one, each with what is wrong.
pub type Violations = Vec<(usize, String)>;

/// A source file, and its text seen in two ways; all three have the same lines.
pub struct Source {
    /// The path from the project's folder, with `/`.
    pub path: String,
    /// Everything.
    pub text: String,
    /// The code alone.
    pub code: String,
    /// The comments alone.
    pub comments: String,
}

impl Source {
    /// Reads the text of a file.
    pub fn new(path: &str, text: &str) -> Self {
        let mut split = Split::default();
        let mut rest = text;
        while !rest.is_empty() {
            let (kind, length) = next_piece(rest);
            split.push(kind, &rest[..length]);
            rest = &rest[length..];
        }
        let (code, comments) = (split.code, split.comments);
        Self { path: path.to_owned(), text: text.to_owned(), code, comments }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Code,
    Comment,
    Literal,
}

#[derive(Default)]
struct Split {
    code: String,
    comments: String,
}

impl Split {
    fn push(&mut self, kind: Kind, piece: &str) {
        for (view, wanted) in [(&mut self.code, Kind::Code), (&mut self.comments, Kind::Comment)] {
            if kind == wanted {
                view.push_str(piece);
            } else {
                view.extend(piece.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            }
        }
    }
}

/// The kind and the length of what comes next.
fn next_piece(rest: &str) -> (Kind, usize) {
    if rest.starts_with("//") {
        return (Kind::Comment, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (Kind::Comment, block_comment(rest));
    }
    if let Some(length) = raw_string(rest) {
        return (Kind::Literal, length);
    }
    if rest.starts_with('"') {
        return (Kind::Literal, string(rest));
    }
    if let Some(length) = character(rest) {
        return (Kind::Literal, length);
    }
    (Kind::Code, word(rest))
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += char_length(&rest[at..]);
        }
    }
    at
}

/// `r"…"`, `r#"…"#`, and the same with `b` or `c` in front.
fn raw_string(rest: &str) -> Option<usize> {
    let start = ["br", "cr", "r"].into_iter().find(|start| rest.starts_with(start))?;
    let hashes = rest[start.len()..].bytes().take_while(|byte| *byte == b'#').count();
    let open = start.len() + hashes;
    rest[open..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let inside = rest[open + 1..].find(&close).unwrap_or(rest.len() - open - 1 - close.len());
    Some(open + 1 + inside + close.len())
}

fn string(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// A character, which starts like a lifetime.
fn character(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('\'')?;
    if let Some(escape) = inside.strip_prefix('\\') {
        return escape[1..].find('\'').map(|at| at + 4);
    }
    let length = char_length(inside);
    inside[length..].starts_with('\'').then_some(length + 2)
}

/// A whole identifier, so that the `r` at the end of `for"` starts no string; else one character.
fn word(rest: &str) -> usize {
    let length: usize =
        rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').map(char::len_utf8).sum();
    if length == 0 { char_length(rest) } else { length }
}

fn char_length(rest: &str) -> usize {
    rest.chars().next().map_or(1, char::len_utf8)
}

/// Where the words occur, as whole words.
pub fn finds(text: &str, words: &[&str]) -> Violations {
    let mut found = Violations::new();
    for word in words {
        found.extend(places(text, word).map(|at| (line_of(text, at), format!("`{word}`"))));
    }
    found
}

/// Where a word starts that is not part of a longer one.
pub fn places<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let ends_open = !word.ends_with(is_part);
    text.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let before = text[..*at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(is_part) && (ends_open || !after.is_some_and(is_part))
    })
}

/// The identifier that a text starts with.
pub fn identifier(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

/// The line of a place, counted from one.
pub fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}
