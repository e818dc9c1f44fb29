//! A scene as SVG.

use ackscope::stage::{Theme, View, to_svg};

use crate::support::{STORY, all_scenes, at};

#[test]
fn the_same_moment_gives_the_same_svg_and_another_moment_another() {
    let view = View::new(1000.0, 600.0);
    let svg = |ms| to_svg(&at(STORY, ms).scene(&view), Theme::Dark, Some("a moment"));
    assert_eq!(svg(62.0), svg(62.0));
    assert_ne!(svg(62.0), svg(62.1), "what travels has moved");
    assert_ne!(svg(62.0), to_svg(&at(STORY, 62.0).scene(&view), Theme::Light, Some("a moment")));
}

#[test]
fn the_svg_is_well_formed() {
    for (name, scene) in all_scenes() {
        let svg = to_svg(&scene, Theme::Light, Some("acks=1 & <the leader> dies"));
        assert!(svg.contains("<title>acks=1 &amp; &lt;the leader&gt; dies</title>"), "{name}");
        let mut open: Vec<&str> = Vec::new();
        for tag in svg.split('<').skip(1) {
            let (tag, _) = tag.split_once('>').expect("every tag ends");
            if let Some(closed) = tag.strip_prefix('/') {
                assert_eq!(open.pop(), Some(closed), "{name}");
            } else if !tag.ends_with('/') {
                open.push(tag.split(' ').next().unwrap_or(tag));
            }
            assert_eq!(tag.matches('"').count() % 2, 0, "{name}: quotes of <{tag}>");
        }
        assert!(open.is_empty(), "{name}: {open:?} stays open");
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{name}");
    }
}
