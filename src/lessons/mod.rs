//! The lessons: stories with settings, faults and an expected outcome.

/// A built-in lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// Its name in `lesson:ID`.
    pub id: &'static str,
    /// Its script, as JSON.
    pub script: &'static str,
}

/// All lessons, in order.
pub const ALL: &[Lesson] =
    &[Lesson { id: "acks-1-leader-dies", script: include_str!("acks-1-leader-dies.json") }];

/// The lesson with that id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Lesson> {
    ALL.iter().find(|lesson| lesson.id == id)
}
