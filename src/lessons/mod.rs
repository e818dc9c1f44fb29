//! The lessons: stories with settings, faults and an expected outcome (`tests/lessons.rs`).

/// A built-in lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// Its name in `lesson:ID`.
    pub id: &'static str,
    /// What happens, in a sentence.
    pub about: &'static str,
    /// Its script, as JSON.
    pub script: &'static str,
    /// How it was checked.
    pub checked: Checked,
}

/// What happened on real clusters (`tests/conformance`): the lesson's fault, made certain by
/// construction, with shorter timeouts. `tests/conformance.rs` holds the two together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The recording.
    pub recording: &'static str,
    /// The version of Kafka.
    pub kafka: &'static str,
}

/// A recording of the Kafka that most of them are of.
const fn checked(recording: &'static str) -> Checked {
    Checked { recording, kafka: "4.3.1" }
}

/// What a first visit sees. Apart from [`ALL`], so that the app need not carry the others.
pub const FIRST: Lesson = Lesson {
    id: "acks-1-leader-dies",
    about: "The leader acknowledges alone and dies before its followers have fetched: what it \
            acknowledged last is cut off when it returns.",
    script: include_str!("acks-1-leader-dies.json"),
    checked: checked("07-acks-1-leader-dies"),
};

macro_rules! lesson {
    ($id:literal, $recording:literal, $about:literal) => {
        Lesson {
            id: $id,
            about: $about,
            script: include_str!(concat!($id, ".json")),
            checked: checked($recording),
        }
    };
}

/// All lessons, in order.
pub const ALL: &[Lesson] = &[
    lesson!(
        "journey-of-a-record",
        "00-nothing-breaks",
        "Twelve records wait in their batches, travel in requests, are appended, replicated, \
         committed, acknowledged, fetched, processed; and their offsets are committed."
    ),
    lesson!(
        "acks-0-shaky-network",
        "01-acks-0-request-lost",
        "Two requests are lost on their way. Nobody waits for an answer, so the producer has called \
         both of them sent."
    ),
    FIRST,
    lesson!(
        "acks-all-min-isr-2",
        "14-acks-all-leader-crashes",
        "The leader dies as in the story of acks=1, but it has acknowledged only what two others \
         hold as well: nothing is lost."
    ),
    lesson!(
        "retries-0",
        "23-retries-0-nobody-looks",
        "A leader moves in a planned restart. Without retries each send that meets the old one is \
         an error, and this application does not look."
    ),
    lesson!(
        "lost-acknowledgement",
        "11-acks-1-response-lost",
        "The record is stored, its acknowledgement is lost with the connection, and the producer \
         sends it again: it is stored twice."
    ),
    lesson!(
        "idempotent-producer",
        "22-idempotent-response-lost",
        "The same loss of an acknowledgement, but the batch carries a sequence number: the leader \
         knows it and stores it once."
    ),
    lesson!(
        "record-too-large",
        "25-too-large-nobody-looks",
        "One record is larger than max.request.size. send() fails for it at once, and an \
         application that does not look at the result never learns."
    ),
    lesson!(
        "power-cut",
        "13-power-cut-read-later",
        "One replica acknowledges what is in its page cache. The machine loses its power: what the \
         operating system had written back is there again, the rest is gone before anybody read it."
    ),
    lesson!(
        "unclean-election",
        "45-unclean-election-read-later",
        "The only in-sync replica dies, and a replica that lags is made the leader: what it lacks \
         is cut off when the other returns, and a consumer that starts later finds others in its place."
    ),
    lesson!(
        "auto-commit-hand-off",
        "63-auto-commit-and-a-worker",
        "A loop hands records to a worker and polls on: the automatic commit covers what the \
         worker has not begun, and a crash loses it."
    ),
    lesson!(
        "seven-messages",
        "67-crash-before-the-commit",
        "Four messages are processed and committed, three more are processed when the consumer \
         dies: those three, and only those, are processed again."
    ),
];

/// The lesson with that id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Lesson> {
    ALL.iter().find(|lesson| lesson.id == id)
}
