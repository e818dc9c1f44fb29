//! How wide a text is, without a browser: from the advance widths of the fonts in `static/fonts`.
//!
//! Simplified: no kerning, which makes a text a little narrower than computed. What the fonts do
//! not have (Chinese, say) is taken to be as wide as it is high.

use std::borrow::Cow;

use super::scene::Weight;

/// Inter at weight 400, thousandths of the font size, from the space to the tilde.
const REGULAR: [u16; 95] = [
    281, 288, 466, 633, 642, 982, 644, 300, 365, 365, 501, 662, 288, 460, 288, 360, 631, 407, 610,
    618, 646, 593, 620, 566, 619, 620, 288, 302, 662, 662, 662, 511, 966, 690, 654, 730, 722, 601,
    590, 746, 743, 269, 571, 672, 565, 903, 753, 765, 639, 765, 644, 642, 646, 744, 690, 985, 682,
    679, 629, 365, 360, 365, 471, 456, 323, 562, 612, 571, 612, 583, 370, 613, 591, 242, 242, 549,
    242, 876, 591, 600, 612, 612, 376, 528, 327, 591, 562, 818, 546, 562, 552, 426, 333, 426, 662,
];
/// Inter at weight 600.
const SEMI_BOLD: [u16; 95] = [
    251, 321, 523, 644, 650, 1004, 663, 326, 373, 373, 540, 673, 319, 465, 319, 379, 660, 423, 623,
    636, 666, 612, 640, 576, 640, 640, 319, 329, 673, 673, 673, 543, 1000, 728, 659, 737, 722, 605,
    588, 749, 746, 277, 580, 704, 565, 922, 759, 769, 645, 773, 652, 650, 660, 736, 728, 1020, 720,
    713, 652, 373, 379, 373, 481, 469, 351, 574, 625, 583, 625, 591, 389, 625, 612, 261, 261, 570,
    261, 900, 612, 609, 625, 625, 397, 549, 353, 612, 587, 839, 569, 589, 566, 455, 358, 455, 673,
];
/// The other signs of Inter that the fonts hold: weight 400, weight 600.
const OTHERS: [(char, u16, u16); 18] = [
    ('…', 864, 956),
    ('·', 288, 319),
    ('→', 954, 954),
    ('←', 954, 954),
    ('↑', 834, 881),
    ('↓', 834, 881),
    ('–', 500, 500),
    ('—', 1000, 1000),
    ('×', 662, 673),
    ('≥', 662, 673),
    ('≤', 662, 673),
    ('µ', 586, 614),
    ('’', 261, 294),
    ('‘', 261, 294),
    ('“', 440, 507),
    ('”', 440, 501),
    ('−', 662, 673),
    ('°', 456, 458),
];
/// Every sign of JetBrains Mono.
const MONO: u16 = 600;

/// How wide a text is.
#[must_use]
pub fn width(text: &str, size: f32, weight: Weight, mono: bool) -> f32 {
    let units: u32 = text.chars().map(|sign| u32::from(advance(sign, weight, mono))).sum();
    units as f32 * size / 1000.0
}

fn advance(sign: char, weight: Weight, mono: bool) -> u16 {
    let place = (sign as usize).wrapping_sub(0x20);
    let known = match REGULAR.get(place) {
        Some(regular) => Some((*regular, SEMI_BOLD[place])),
        None => OTHERS
            .iter()
            .find(|(other, ..)| *other == sign)
            .map(|(_, regular, bold)| (*regular, *bold)),
    };
    match (known, weight) {
        (None, _) => 1000,
        (Some(_), _) if mono => MONO,
        (Some((regular, _)), Weight::Regular) => regular,
        (Some((regular, bold)), Weight::Medium) => regular.midpoint(bold) + 1,
        (Some((_, bold)), Weight::SemiBold) => bold,
    }
}

/// The text, cut with an ellipsis if it is wider than `limit`; empty if not even that fits.
#[must_use]
pub fn fit(
    text: Cow<'static, str>,
    limit: f32,
    size: f32,
    weight: Weight,
    mono: bool,
) -> Cow<'static, str> {
    if width(&text, size, weight, mono) <= limit {
        return text;
    }
    let mut left = limit - width("…", size, weight, mono);
    let mut end = 0;
    for (place, sign) in text.char_indices() {
        left -= f32::from(advance(sign, weight, mono)) * size / 1000.0;
        if left < 0.0 {
            break;
        }
        end = place + sign.len_utf8();
    }
    match text[..end].trim_end() {
        "" => Cow::Borrowed(""),
        start => Cow::Owned(format!("{start}…")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_fits_is_kept_and_one_that_does_not_is_cut_to_the_limit() {
        let all = width("RecordAccumulator", 12.0, Weight::SemiBold, false);
        for limit in [4.0, 20.0, all - 0.1, all, 200.0] {
            let fitted =
                fit(Cow::Borrowed("RecordAccumulator"), limit, 12.0, Weight::SemiBold, false);
            assert!(width(&fitted, 12.0, Weight::SemiBold, false) <= limit, "{fitted} in {limit}");
            assert_eq!(fitted == "RecordAccumulator", limit >= all, "{fitted} in {limit}");
        }
    }

    #[test]
    fn heavier_text_is_wider_and_mono_is_even() {
        let of = |weight, mono| width("broker-1", 10.0, weight, mono);
        assert!(of(Weight::Regular, false) < of(Weight::Medium, false));
        assert!(of(Weight::Medium, false) < of(Weight::SemiBold, false));
        assert!((of(Weight::Regular, true) - 48.0).abs() < 0.01);
        assert!((width("记录", 10.0, Weight::Regular, false) - 20.0).abs() < 0.01);
    }
}
