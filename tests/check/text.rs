//! The text of a `.properties` file means what it means to Java.

use ackscope::script::files::text::{Entry, Malformed, parse, write};
use proptest::prelude::*;
use serde_json::Value;

type Expected = &'static [(u32, &'static str, &'static str)];

/// Texts, and what `java.util.Properties` makes of them, with the line of each name.
const TEXTS: &[(&str, Expected)] = &[
    ("acks=all", &[(1, "acks", "all")]),
    ("# a\n! b\n\n  acks : 1\n\tretries   0", &[(4, "acks", "1"), (5, "retries", "0")]),
    ("a=b\r\nc=d\re=f\n", &[(1, "a", "b"), (2, "c", "d"), (3, "e", "f")]),
    // A value goes on, without the blanks before the rest; then the lines are counted as they stand.
    ("list=one,\\\n   two,\\\n\tthree\nacks=1", &[(1, "list", "one,two,three"), (4, "acks", "1")]),
    // In the middle of a value there are no comments, and an even number of backslashes ends it.
    ("a=b\\\n#c\nd=e\\\\\nf=g", &[(1, "a", "b#c"), (3, "d", "e\\"), (4, "f", "g")]),
    // A comment does not go on, whatever it ends in.
    ("# a\\\nb=c", &[(2, "b", "c")]),
    // An empty line ends what goes on.
    ("a=b\\\n\nc=d", &[(1, "a", "b"), (3, "c", "d")]),
    ("a\\ b\\=c\\:d = e=f:g ", &[(1, "a b=c:d", "e=f:g ")]),
    ("a==b", &[(1, "a", "=b")]),
    ("a", &[(1, "a", "")]),
    ("path=C:\\\\kafka\\tlogs\\q", &[(1, "path", "C:\\kafka\tlogsq")]),
    ("a=\\u00e9\\u4e2d\\ud83d\\ude00", &[(1, "a", "é中😀")]),
    ("a=\\ b", &[(1, "a", " b")]),
    ("# C:\\users\na=b", &[(2, "a", "b")]),
    ("a=b\\", &[(1, "a", "b")]),
];

#[test]
fn a_text_means_what_it_means_to_java() {
    for (text, expected) in TEXTS {
        let entry = |(line, name, value): &(u32, &str, &str)| Entry {
            line: *line,
            name: (*name).to_owned(),
            value: (*value).to_owned(),
        };
        let expected: Vec<Entry> = expected.iter().map(entry).collect();
        assert_eq!(parse(text), Ok(expected), "{text:?}");
    }
}

#[test]
fn an_escape_that_is_none_is_refused_where_its_property_begins() {
    for (text, line) in [("a=b\nc=\\u00", 2), ("a=\\\n b\\u12x4", 1), ("\\u+123=a", 1)] {
        assert_eq!(parse(text), Err(Malformed { line }), "{text:?}");
    }
}

/// A thousand random texts, and what Java 17 made of them (`Record.java`): properties by their
/// names, or what it threw.
#[test]
fn what_java_read_is_what_we_read() {
    let recorded: Vec<(String, Value)> =
        serde_json::from_str(include_str!("recorded.json")).expect("the recording is JSON");
    assert!(recorded.len() >= 1_000);
    for (text, java) in recorded {
        let ours = match parse(&text) {
            Ok(entries) => {
                let pairs = entries.into_iter().map(|entry| (entry.name, entry.value.into()));
                Value::Object(pairs.collect())
            }
            Err(Malformed { .. }) => "Malformed \\uxxxx encoding.".into(),
        };
        assert_eq!(ours, java, "{text:?}");
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(name in "\\PC{1,12}|[a=:#! \t\\\\\n]{1,12}", value in "\\PC{0,20}|[a=:#! \t\\\\\n\r]{0,20}") {
        let mut text = "# before\n".to_owned();
        write(&mut text, &name, &value);
        write(&mut text, "after", "1");
        let after = Entry { line: 3, name: "after".to_owned(), value: "1".to_owned() };
        prop_assert_eq!(parse(&text), Ok(vec![Entry { line: 2, name, value }, after]), "{:?}", text);
    }
}
