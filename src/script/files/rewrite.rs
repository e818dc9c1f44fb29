//! A `.properties` file with other values: its lines as they are, but for those of the properties that
//! change. So comments, order, and all that the model does without stay.

use super::text;

/// A line of a file that is rewritten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// It stays.
    Same(String),
    /// It goes.
    Out(String),
    /// It comes.
    In(String),
}

/// The lines of a text, with properties that get another value; without one they are the default, and
/// stand nowhere. What is new comes last.
#[must_use]
pub fn rewrite(text: &str, changes: &[(String, Option<String>)]) -> Vec<Line> {
    let names = owners(text);
    let is_of = |name: &String, line: usize| names[line].as_ref() == Some(name);
    let last = |name: &String| (0..names.len()).rev().find(|line| is_of(name, *line));
    let mut lines = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let changed = changes.iter().find(|(name, _)| is_of(name, at));
        lines.push(if changed.is_some() { Line::Out } else { Line::Same }(line.to_owned()));
        if let Some((name, Some(value))) = changed
            && last(name) == Some(at)
        {
            lines.push(Line::In(written(name, value)));
        }
    }
    let new = changes.iter().filter(|(name, _)| last(name).is_none());
    lines.extend(new.filter_map(|(name, value)| Some(Line::In(written(name, value.as_ref()?)))));
    lines
}

/// The text that lines make.
#[must_use]
pub fn joined(lines: &[Line]) -> String {
    let mut text = String::new();
    for line in lines {
        if let Line::Same(line) | Line::In(line) = line {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

fn written(name: &str, value: &str) -> String {
    let mut line = String::new();
    text::write(&mut line, name, value);
    line.truncate(line.trim_end_matches('\n').len());
    line
}

/// For each line the name of the property that it says something about: one may go on for several.
fn owners(text: &str) -> Vec<Option<String>> {
    let entries = text::parse(text).unwrap_or_default();
    let mut goes_on = false;
    let mut owner: Option<String> = None;
    let mut owners = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if !goes_on {
            owner = entries.iter().find(|it| it.line == number).map(|it| it.name.clone());
        }
        let ends = (line.len() - line.trim_end_matches('\\').len()) % 2 == 1;
        goes_on = ends && owner.is_some();
        owners.push(owner.clone());
    }
    owners
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::files::PropertiesFile;
    use crate::script::properties::Scope;

    fn changed(text: &str, changes: &[(&str, Option<&str>)]) -> String {
        let owned =
            |(name, value): &(&str, Option<&str>)| ((*name).to_owned(), value.map(str::to_owned));
        joined(&rewrite(text, &changes.iter().map(owned).collect::<Vec<_>>()))
    }

    #[test]
    fn what_does_not_change_stays_as_it_is() {
        let text = "# ours\n\nacks = 1\nclient.id: me\nretries 0\n";
        let better = changed(text, &[("acks", Some("all")), ("retries", None)]);
        assert_eq!(better, "# ours\n\nacks=all\nclient.id: me\n");
    }

    #[test]
    fn what_is_new_comes_last_and_what_stood_twice_stands_once() {
        let better =
            changed("acks=1\nlinger.ms=5\nacks=0", &[("acks", Some("all")), ("a b", Some(" c"))]);
        assert_eq!(better, "linger.ms=5\nacks=all\na\\ b=\\ c\n");
        let read = PropertiesFile::read("p", &better, Some(Scope::Producer)).expect("a file");
        assert_eq!((read.get("acks"), read.get("a b")), (Some("all"), Some(" c")));
    }

    #[test]
    fn a_value_that_goes_on_in_the_next_line_goes_with_all_of_it() {
        let better =
            changed("bootstrap.servers=a,\\\n  b\nacks=1\n", &[("bootstrap.servers", Some("c"))]);
        assert_eq!(better, "bootstrap.servers=c\nacks=1\n");
    }
}
