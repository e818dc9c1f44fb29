//! A scene: what one moment looks like, as plain shapes in the order in which they are painted.
//!
//! A painter is a loop over [`Scene::shapes`]: later shapes cover earlier ones. Coordinates are
//! CSS pixels from the top left corner, x to the right and y down. A colour is always an
//! [`Ink`]; [`super::palette::Theme::color`] turns it into one. A shape is filled first, then
//! stroked; a stroke lies centred on the outline. What is seen of a paint is its own opacity
//! times that of its shape.

use std::borrow::Cow;

use super::palette::Ink;
use crate::model::ids::{BrokerId, ConsumerId, MessageId, Node, PartitionId, ProducerId, RecordId};

/// One moment, drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Its width: that of the view.
    pub width: f32,
    /// Its height: that of the view, or more if the content needs more.
    pub height: f32,
    /// What is behind everything; a painter fills the whole scene with it first.
    pub background: Ink,
    /// What is painted, from back to front.
    pub shapes: Vec<Shape>,
    /// What can be pointed at, from back to front: of two that overlap the later one counts.
    pub hotspots: Vec<Hotspot>,
    /// What is there and not drawn one by one.
    pub folds: Vec<Fold>,
}

/// Copies of records that there is no room for, and what is drawn in their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    /// Where they are.
    pub site: Site,
    /// How many; in a log, how many offsets.
    pub count: u32,
    /// Which shape of the scene stands for them.
    pub shape: usize,
}

/// Something painted.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// Its outline.
    pub form: Form,
    /// How its inside is painted; text is painted with this too.
    pub fill: Option<Fill>,
    /// How its outline is painted; never set for text.
    pub stroke: Option<Stroke>,
    /// 0 is invisible, 1 is opaque.
    pub opacity: f32,
    /// What it belongs to, if that can be named.
    pub part: Option<Part>,
}

/// The paint of an inside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fill {
    /// Its colour.
    pub ink: Ink,
    /// 0 is invisible, 1 is opaque.
    pub opacity: f32,
}

/// The paint of an outline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    /// Its colour.
    pub ink: Ink,
    /// Its width in pixels.
    pub width: f32,
    /// The lengths of dash and gap in pixels; `None` is a solid line.
    pub dash: Option<[f32; 2]>,
    /// Whether open ends are rounded; else they are cut off straight. Corners are always rounded.
    pub round: bool,
}

/// An outline.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// A rectangle whose corners have that radius.
    Rect {
        /// Where.
        rect: Rect,
        /// The radius of its corners, never more than half of the shorter side.
        radius: f32,
    },
    /// A circle.
    Circle {
        /// Its centre.
        center: Point,
        /// Its radius.
        radius: f32,
    },
    /// A part of a circle's outline, clockwise; open, and only stroked.
    Arc {
        /// The centre of the circle.
        center: Point,
        /// Its radius.
        radius: f32,
        /// Where it starts, in turns from the top (0.25 is at the right).
        start: f32,
        /// How far it goes, in turns, from 0 to 1.
        sweep: f32,
    },
    /// Lines and curves; see [`Segment`].
    Path(Vec<Segment>),
    /// One line of text.
    Text(Text),
}

/// A step of a path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Segment {
    /// Begins a new piece there.
    Move(Point),
    /// A straight line to there.
    Line(Point),
    /// A cubic Bézier curve with two control points, to the third point.
    Cubic(Point, Point, Point),
    /// A straight line back to the beginning of the piece.
    Close,
}

/// One line of text.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// What it says.
    pub content: Cow<'static, str>,
    /// Where its baseline starts, has its middle, or ends: see `anchor`.
    pub at: Point,
    /// The font size in pixels.
    pub size: f32,
    /// The font weight.
    pub weight: Weight,
    /// Whether the font is the monospaced one.
    pub mono: bool,
    /// Which point of the baseline `at` is.
    pub anchor: Anchor,
}

/// Which point of a text's baseline is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Anchor {
    /// Its start.
    #[default]
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// A font weight. The monospaced font has one weight only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weight {
    /// 400.
    #[default]
    Regular,
    /// 500.
    Medium,
    /// 600.
    SemiBold,
}

impl Weight {
    /// The number that CSS has for it.
    #[must_use]
    pub fn css(self) -> u16 {
        match self {
            Self::Regular => 400,
            Self::Medium => 500,
            Self::SemiBold => 600,
        }
    }
}

/// A place.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Down.
    pub y: f32,
}

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Its left side.
    pub x: f32,
    /// Its top.
    pub y: f32,
    /// Its width.
    pub width: f32,
    /// Its height.
    pub height: f32,
}

/// What a shape or a hotspot belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// A producer's card.
    Producer(ProducerId),
    /// A broker's card.
    Broker(BrokerId),
    /// A consumer's card.
    Consumer(ConsumerId),
    /// The controller's card.
    Controller,
    /// A broker's replica of a partition.
    Replica(BrokerId, PartitionId),
    /// The link between two: who asks, and who answers.
    Link(Node, Node),
    /// A record somewhere.
    Record(RecordId, Site),
    /// The marker of a transaction at an offset of a broker's log.
    Marker(BrokerId, u64),
    /// A message on its way.
    Message(MessageId),
    /// What waits at a broker to be served.
    Door(BrokerId),
    /// The key to the signs.
    Legend,
}

/// Where a record is drawn: the same record can be at many places at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Site {
    /// In the hands of its application, whose `send()` blocks.
    Application(ProducerId),
    /// Among those whose outcome its application was told.
    Told(ProducerId),
    /// In the accumulator.
    Accumulator(ProducerId),
    /// In a slot of the sender.
    Sender(ProducerId),
    /// In a message.
    Message(MessageId),
    /// In a message that was lost.
    Lost(MessageId),
    /// In a request that has arrived at a broker and waits to be served.
    Door(BrokerId),
    /// In a log.
    Log(BrokerId),
    /// Where it was in a log that has lost it.
    Cut(BrokerId),
    /// Fetched, and not returned by `poll()` yet.
    Buffer(ConsumerId),
    /// Returned by `poll()`, and not finished.
    Polled(ConsumerId),
    /// Processed.
    Done(ConsumerId),
}

/// A place that can be pointed at. The app lays a real, labelled element over it.
#[derive(Clone, Debug, PartialEq)]
pub struct Hotspot {
    /// What it is.
    pub part: Part,
    /// Which of several copies of a record at the same site, from 0. Part and copy are its key.
    pub copy: u16,
    /// Where it is.
    pub rect: Rect,
    /// Where something may lie over it that is about it as a whole, and covers nothing else that
    /// can be pointed at: the head of a card, the middle of a link, the name of a log.
    pub handle: Rect,
    /// Its name for those who do not see it.
    pub label: Cow<'static, str>,
    /// Whether it belongs in the order of the Tab key. Of the many places of one record only the
    /// first does; the others are for pointers.
    pub in_tab_order: bool,
}

impl Hotspot {
    /// A name that stays the same from scene to scene, fit for an element's id.
    #[must_use]
    pub fn id(&self) -> String {
        match self.part {
            Part::Producer(id) => node_id(Node::Producer(id)),
            Part::Broker(id) => node_id(Node::Broker(id)),
            Part::Consumer(id) => node_id(Node::Consumer(id)),
            Part::Controller => node_id(Node::Controller),
            Part::Link(client, server) => format!("{}-to-{}", node_id(client), node_id(server)),
            Part::Replica(broker, partition) => format!("{broker}-partition-{}", partition.0),
            Part::Marker(broker, offset) => format!("{broker}-marker-{offset}"),
            Part::Message(id) => format!("message-{}", id.0),
            Part::Door(broker) => format!("{broker}-door"),
            Part::Legend => "legend".to_owned(),
            Part::Record(id, site) => match self.copy {
                0 => format!("record-{id}-{}", site.id()),
                copy => format!("record-{id}-{}-copy-{}", site.id(), copy + 1),
            },
        }
    }
}

/// The number of a consumer is that among all consumers.
fn node_id(node: Node) -> String {
    match node {
        Node::Producer(id) => id.to_string(),
        Node::Broker(id) => id.to_string(),
        Node::Consumer(id) => format!("consumer-{}", id.0 + 1),
        Node::Controller => "controller".to_owned(),
    }
}

impl Site {
    fn id(self) -> String {
        match self {
            Self::Application(id) => format!("application-{}", id.0 + 1),
            Self::Told(id) => format!("told-{}", id.0 + 1),
            Self::Accumulator(id) => format!("accumulator-{}", id.0 + 1),
            Self::Sender(id) => format!("sender-{}", id.0 + 1),
            Self::Message(id) => format!("message-{}", id.0),
            Self::Lost(id) => format!("lost-{}", id.0),
            Self::Door(id) => format!("door-{id}"),
            Self::Log(id) => id.to_string(),
            Self::Cut(id) => format!("cut-{id}"),
            Self::Buffer(id) => format!("buffer-{}", id.0 + 1),
            Self::Polled(id) => format!("polled-{}", id.0 + 1),
            Self::Done(id) => format!("done-{}", id.0 + 1),
        }
    }
}

/// Shorthand for a point.
#[must_use]
pub const fn pt(x: f32, y: f32) -> Point {
    Point { x, y }
}

impl Rect {
    /// A rectangle from its left top corner and its size.
    #[must_use]
    pub const fn new(x: f32, y: f32, width: f32, height: f32) -> Self {
        Self { x, y, width, height }
    }

    /// Its right side.
    #[must_use]
    pub fn right(self) -> f32 {
        self.x + self.width
    }

    /// Its bottom.
    #[must_use]
    pub fn bottom(self) -> f32 {
        self.y + self.height
    }

    /// Its middle.
    #[must_use]
    pub fn center(self) -> Point {
        pt(self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    /// The same with all sides moved inwards (outwards if negative).
    #[must_use]
    pub fn inset(self, by: f32) -> Self {
        Self::new(
            self.x + by,
            self.y + by,
            (self.width - 2.0 * by).max(0.0),
            (self.height - 2.0 * by).max(0.0),
        )
    }

    /// Whether the insides of the two have something in common.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.x < other.right()
            && other.x < self.right()
            && self.y < other.bottom()
            && other.y < self.bottom()
    }
}

/// A length, or the bound that it exceeds. `clamp` would bring along all that it takes to print
/// numbers with a point, for its panic.
#[must_use]
pub fn within(length: f32, least: f32, most: f32) -> f32 {
    length.max(least).min(most)
}
