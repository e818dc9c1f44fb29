//! What the built site promises: it can be served from any path, has no inline script, and its
//! content security policy lets nothing in from elsewhere.

use crate::shell::Outcome;
use std::fs;
use std::path::Path;

/// Checks every page of the site.
pub fn check(dist: &Path) -> Outcome<()> {
    let entries = fs::read_dir(dist).map_err(|error| format!("{}: {error}", dist.display()))?;
    let mut problems = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.extension().is_some_and(|extension| extension == "html") {
            let text = fs::read_to_string(&path).map_err(|error| error.to_string())?;
            let name = path.display();
            problems.extend(problems_of(&text).iter().map(|problem| format!("{name}: {problem}")));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

/// What is wrong with a page.
fn problems_of(html: &str) -> Vec<String> {
    let mut problems: Vec<String> = attributes(html)
        .filter(|url| !url.starts_with("data:") && (url.starts_with('/') || url.contains(':')))
        .map(|url| format!("`{url}` is not relative"))
        .collect();
    if has_inline_script(html) {
        problems.push("has an inline script".to_owned());
    }
    if !html.contains("Content-Security-Policy") {
        problems.push("has no content security policy".to_owned());
    }
    for hole in ["'unsafe-inline'", "'unsafe-eval'", "default-src *", "http:", "https:"] {
        if policy(html).contains(hole) {
            problems.push(format!("the content security policy allows {hole}"));
        }
    }
    problems
}

/// What is loaded or linked: the values of `src` and of the `href` of `<link>`.
fn attributes(html: &str) -> impl Iterator<Item = &str> {
    let links = html.split("<link").skip(1).filter_map(|tag| value_of("href=", tag));
    links.chain(html.split(" src=").skip(1).filter_map(quoted))
}

fn value_of<'a>(name: &str, text: &'a str) -> Option<&'a str> {
    let tag = &text[..text.find('>')?];
    quoted(&tag[tag.find(name)? + name.len()..])
}

fn quoted(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    text[1..].split(quote).next()
}

fn has_inline_script(html: &str) -> bool {
    html.split("<script").skip(1).any(|rest| {
        let (tag, body) = rest.split_once('>').unwrap_or((rest, ""));
        let body = body.split("</script").next().unwrap_or_default();
        !body.trim().is_empty() && !tag.contains("application/json")
    })
}

fn policy(html: &str) -> &str {
    let after = html.split_once("Content-Security-Policy").map_or("", |(_, after)| after);
    value_of("content=", after).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"<meta http-equiv="Content-Security-Policy"
        content="default-src 'none'; script-src 'self' 'wasm-unsafe-eval'" />
        <link rel="modulepreload" href="./app.js"><link rel="icon" href="data:,">
        <script type="module" src="./boot.js"></script>"#;

    #[test]
    fn a_good_page_has_no_problem() {
        assert_eq!(problems_of(GOOD), Vec::<String>::new());
    }

    #[test]
    fn each_broken_promise_is_seen() {
        let cases = [
            (GOOD.replace("./app.js", "/app.js"), "not relative"),
            (GOOD.replace("./boot.js", "https://elsewhere/boot.js"), "not relative"),
            (GOOD.replace("></script>", ">go()</script>"), "inline script"),
            (GOOD.replace("Content-Security-Policy", "x"), "no content security policy"),
            (GOOD.replace("'wasm-unsafe-eval'", "'unsafe-eval'"), "allows 'unsafe-eval'"),
        ];
        for (page, expected) in cases {
            let problems = problems_of(&page);
            assert!(problems.iter().any(|it| it.contains(expected)), "{expected}: {problems:?}");
        }
    }
}
