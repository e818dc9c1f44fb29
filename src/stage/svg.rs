//! A scene as a standalone SVG: for posters, documents and tests. The same scene gives the same
//! text.

use std::fmt::Write;

use super::palette::{Ink, Theme};
use super::scene::{Anchor, Form, Point, Scene, Segment, Shape, Text, within};

const SANS: &str =
    "Inter,system-ui,'Segoe UI',Roboto,'Noto Sans','PingFang SC','Microsoft YaHei',sans-serif";
const MONO: &str = "'JetBrains Mono',ui-monospace,SFMono-Regular,Menlo,Consolas,monospace";

/// The scene in the colours of a theme; `title` is its name for those who do not see it.
#[must_use]
pub fn to_svg(scene: &Scene, theme: Theme, title: Option<&str>) -> String {
    let (width, height) = (number(scene.width), number(scene.height));
    let mut out = String::with_capacity(128 * scene.shapes.len() + 1024);
    let _ = write!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">"#
    );
    if let Some(title) = title {
        let _ = write!(out, "<title>{}</title>", escape(title));
    }
    let _ = write!(
        out,
        "<style>text{{font-family:{SANS};white-space:pre}}.m{{font-family:{MONO};font-weight:500}}</style>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"{}\"/>\n",
        theme.color(scene.background).css()
    );
    for shape in &scene.shapes {
        write_shape(&mut out, shape, theme);
    }
    out.push_str("</svg>\n");
    out
}

fn write_shape(out: &mut String, shape: &Shape, theme: Theme) {
    let _ = match &shape.form {
        Form::Rect { rect, radius } => {
            let (x, y, width, height) =
                (number(rect.x), number(rect.y), number(rect.width), number(rect.height));
            let _ = write!(out, r#"<rect x="{x}" y="{y}" width="{width}" height="{height}""#);
            if *radius > 0.0 { write!(out, r#" rx="{}""#, number(*radius)) } else { Ok(()) }
        }
        Form::Circle { center, radius } => {
            write!(
                out,
                r#"<circle cx="{}" cy="{}" r="{}""#,
                number(center.x),
                number(center.y),
                number(*radius)
            )
        }
        Form::Arc { center, radius, start, sweep } => {
            write!(out, r#"<path d="{}""#, arc(*center, *radius, *start, *sweep))
        }
        Form::Path(segments) => write!(out, r#"<path d="{}""#, path(segments)),
        Form::Text(text) => write_text_start(out, text),
    };
    match shape.fill {
        Some(fill) => {
            let _ = write!(out, r#" fill="{}""#, theme.color(fill.ink).css());
            if fill.opacity < 1.0 {
                let _ = write!(out, r#" fill-opacity="{}""#, fine(fill.opacity));
            }
        }
        None => out.push_str(r#" fill="none""#),
    }
    write_stroke(out, shape, theme);
    if shape.opacity < 1.0 {
        let _ = write!(out, r#" opacity="{}""#, fine(shape.opacity));
    }
    match &shape.form {
        Form::Text(text) => {
            let _ = writeln!(out, ">{}</text>", escape(&text.content));
        }
        _ => out.push_str("/>\n"),
    }
}

fn write_stroke(out: &mut String, shape: &Shape, theme: Theme) {
    let Some(stroke) = shape.stroke else { return };
    let color = theme.color(stroke.ink).css();
    let _ = write!(
        out,
        r#" stroke="{color}" stroke-width="{}" stroke-linejoin="round""#,
        number(stroke.width)
    );
    if stroke.round {
        out.push_str(r#" stroke-linecap="round""#);
    }
    if let Some([dash, gap]) = stroke.dash {
        let _ = write!(out, r#" stroke-dasharray="{} {}""#, number(dash), number(gap));
    }
}

fn write_text_start(out: &mut String, text: &Text) -> std::fmt::Result {
    write!(
        out,
        r#"<text x="{}" y="{}" font-size="{}""#,
        number(text.at.x),
        number(text.at.y),
        number(text.size)
    )?;
    if text.mono {
        out.push_str(r#" class="m""#);
    } else {
        write!(out, r#" font-weight="{}""#, text.weight.css())?;
    }
    match text.anchor {
        Anchor::Start => Ok(()),
        Anchor::Middle => write!(out, r#" text-anchor="middle""#),
        Anchor::End => write!(out, r#" text-anchor="end""#),
    }
}

fn path(segments: &[Segment]) -> String {
    let mut out = String::new();
    let at = |p: &Point| format!("{} {}", number(p.x), number(p.y));
    for segment in segments {
        let _ = match segment {
            Segment::Move(p) => write!(out, "M{}", at(p)),
            Segment::Line(p) => write!(out, "L{}", at(p)),
            Segment::Cubic(a, b, c) => write!(out, "C{} {} {}", at(a), at(b), at(c)),
            Segment::Close => write!(out, "Z"),
        };
    }
    out
}

/// An SVG arc cannot be a whole circle: that is drawn as two halves.
fn arc(center: Point, radius: f32, start: f32, sweep: f32) -> String {
    let on = |turns: f32| {
        let (sin, cos) = (turns * std::f32::consts::TAU).sin_cos();
        format!("{} {}", number(center.x + radius * sin), number(center.y - radius * cos))
    };
    let sweep = within(sweep, 0.0, 1.0);
    let (radius, half) = (number(radius), start + sweep / 2.0);
    format!(
        "M{}A{radius} {radius} 0 0 1 {}A{radius} {radius} 0 0 1 {}",
        on(start),
        on(half),
        on(start + sweep)
    )
}

/// A length with at most one decimal.
fn number(value: f32) -> String {
    decimals(value, 10.0, 1)
}

/// An opacity with at most two.
fn fine(value: f32) -> String {
    decimals(value, 100.0, 2)
}

fn decimals(value: f32, scale: f32, places: usize) -> String {
    let rounded = (value * scale).round() / scale + 0.0;
    let text = format!("{rounded:.places$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What XML does not allow to stand for itself; control characters are left out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            sign if sign.is_control() => {}
            sign => out.push(sign),
        }
    }
    out
}

/// A theme as CSS custom properties, for the page around the stage: `--ink-card:#1a2029;…`.
#[must_use]
pub fn css_variables(theme: Theme) -> String {
    Ink::ALL.iter().fold(String::new(), |mut out, ink| {
        let _ = write!(out, "{}:{};", ink.css_name(), theme.color(*ink).css());
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_never_minus_zero() {
        let cases = [(1.0, "1"), (0.25, "0.3"), (-0.04, "0"), (100.0, "100"), (10.06, "10.1")];
        for (value, expected) in cases {
            assert_eq!(number(value), expected);
        }
    }

    #[test]
    fn text_is_escaped() {
        assert_eq!(escape("a<b & \"c\"\u{7}>"), "a&lt;b &amp; &quot;c&quot;&gt;");
    }
}
