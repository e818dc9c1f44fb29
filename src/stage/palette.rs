//! Inks and themes: what a colour means, and what it is.
//!
//! The hues stay apart for people who do not tell red from green: blue records, bluish green for
//! what is promised or done, orange for who leads, vermilion for what is lost. No state is told by
//! colour alone.

/// What a colour means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ink {
    /// Behind everything.
    Surface,
    /// A card.
    Card,
    /// A card of what is down.
    DownCard,
    /// A hollow in a card: the track of a log, an empty slot.
    Well,
    /// What holds several things together in a hollow: a batch.
    Raised,
    /// Outlines that only group: they carry no meaning of their own.
    Line,
    /// Outlines and marks that mean something.
    Edge,
    /// Text.
    Text,
    /// Text of less weight.
    Muted,
    /// What moves, and what can be acted on.
    Accent,
    /// A record that is stored.
    Record,
    /// What is written on that.
    OnRecord,
    /// A record's number where nothing is behind it.
    RecordText,
    /// Told that it is safe; committed; done.
    Acked,
    /// What is written on that.
    OnAcked,
    /// Who leads; what is being worked on. For text and lines.
    Leader,
    /// The same, for areas.
    LeaderFill,
    /// What is written on that.
    OnLeader,
    /// Lost, failed, down.
    Lost,
    /// What is written on that.
    OnLost,
    /// Took effect more than once.
    Duplicated,
    /// What is written on that.
    OnDuplicated,
    /// Took effect though its application was told that it failed.
    Ghost,
    /// What is written on that.
    OnGhost,
}

/// A set of colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Light on dark.
    #[default]
    Dark,
    /// Dark on light.
    Light,
    /// For those who need more contrast: light on black.
    HighContrast,
}

/// A colour: red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color(pub u8, pub u8, pub u8);

impl Ink {
    /// All inks.
    pub const ALL: [Self; 24] = [
        Self::Surface,
        Self::Card,
        Self::DownCard,
        Self::Well,
        Self::Raised,
        Self::Line,
        Self::Edge,
        Self::Text,
        Self::Muted,
        Self::Accent,
        Self::Record,
        Self::OnRecord,
        Self::RecordText,
        Self::Acked,
        Self::OnAcked,
        Self::Leader,
        Self::LeaderFill,
        Self::OnLeader,
        Self::Lost,
        Self::OnLost,
        Self::Duplicated,
        Self::OnDuplicated,
        Self::Ghost,
        Self::OnGhost,
    ];

    /// Its name as a CSS custom property has it: `--ink-record`.
    #[must_use]
    pub fn css_name(self) -> &'static str {
        match self {
            Self::Surface => "--ink-surface",
            Self::Card => "--ink-card",
            Self::DownCard => "--ink-down-card",
            Self::Well => "--ink-well",
            Self::Raised => "--ink-raised",
            Self::Line => "--ink-line",
            Self::Edge => "--ink-edge",
            Self::Text => "--ink-text",
            Self::Muted => "--ink-muted",
            Self::Accent => "--ink-accent",
            Self::Record => "--ink-record",
            Self::OnRecord => "--ink-on-record",
            Self::RecordText => "--ink-record-text",
            Self::Acked => "--ink-acked",
            Self::OnAcked => "--ink-on-acked",
            Self::Leader => "--ink-leader",
            Self::LeaderFill => "--ink-leader-fill",
            Self::OnLeader => "--ink-on-leader",
            Self::Lost => "--ink-lost",
            Self::OnLost => "--ink-on-lost",
            Self::Duplicated => "--ink-duplicated",
            Self::OnDuplicated => "--ink-on-duplicated",
            Self::Ghost => "--ink-ghost",
            Self::OnGhost => "--ink-on-ghost",
        }
    }
}

impl Theme {
    /// All themes.
    pub const ALL: [Self; 3] = [Self::Dark, Self::Light, Self::HighContrast];

    /// The colour of an ink.
    #[must_use]
    pub fn color(self, ink: Ink) -> Color {
        let [dark, light, high_contrast] = colors(ink);
        Color::from_rgb(match self {
            Self::Dark => dark,
            Self::Light => light,
            Self::HighContrast => high_contrast,
        })
    }
}

/// Dark, light, high contrast.
const fn colors(ink: Ink) -> [u32; 3] {
    match ink {
        Ink::Surface => [0x0e1116, 0xf3f5f8, 0x000000],
        Ink::Card => [0x1a2029, 0xffffff, 0x000000],
        Ink::DownCard => [0x1d191a, 0xfdf4f0, 0x000000],
        Ink::Well => [0x12171e, 0xeef1f5, 0x1a1a1a],
        Ink::Raised => [0x2a323d, 0xd9e0e9, 0x2b2b2b],
        Ink::Line => [0x2a323d, 0xd6dde5, 0x9a9a9a],
        Ink::Edge => [0x6b7888, 0x7c8897, 0xffffff],
        Ink::Text => [0xe8ecf1, 0x151d28, 0xffffff],
        Ink::Muted => [0x9aa6b4, 0x535f6e, 0xf0f0f0],
        Ink::Accent => [0x56b4e9, 0x0b66ad, 0x6fd0ff],
        Ink::Record => [0x3f88cc, 0x1f6cb4, 0x6fb8ff],
        Ink::OnRecord => [0x080c11, 0xffffff, 0x000000],
        Ink::RecordText => [0x7fbdf2, 0x1b62a5, 0x8fccff],
        Ink::Acked => [0x2fb58a, 0x0c7555, 0x3cf0b4],
        Ink::OnAcked => [0x080f0c, 0xffffff, 0x000000],
        Ink::Leader => [0xe9a842, 0x8c5500, 0xffc24a],
        Ink::LeaderFill => [0xe9a842, 0xf0b24a, 0xffc24a],
        Ink::OnLeader => [0x140d02, 0x2a1a00, 0x000000],
        Ink::Lost => [0xf06a42, 0xb93610, 0xff8a66],
        Ink::OnLost => [0x160702, 0xffffff, 0x000000],
        Ink::Duplicated => [0xd9c74a, 0x6f5f00, 0xffe95c],
        Ink::OnDuplicated => [0x121002, 0xffffff, 0x000000],
        Ink::Ghost => [0xc98ad8, 0x823a95, 0xf0a8ff],
        Ink::OnGhost => [0x110614, 0xffffff, 0x000000],
    }
}

impl Color {
    const fn from_rgb(rgb: u32) -> Self {
        Self((rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8)
    }

    /// As CSS has it: `#3f88cc`.
    #[must_use]
    pub fn css(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    /// This colour over another one, with that opacity.
    #[must_use]
    pub fn over(self, under: Self, opacity: f32) -> Self {
        let mix =
            |a: u8, b: u8| (f32::from(a) * opacity + f32::from(b) * (1.0 - opacity)).round() as u8;
        Self(mix(self.0, under.0), mix(self.1, under.1), mix(self.2, under.2))
    }

    /// The contrast of two colours, from 1 to 21 (WCAG 2.2's contrast ratio).
    #[must_use]
    pub fn contrast(self, other: Self) -> f32 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// WCAG 2.2's relative luminance.
    fn luminance(self) -> f32 {
        let linear = |channel: u8| {
            let c = f32::from(channel) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }
}
