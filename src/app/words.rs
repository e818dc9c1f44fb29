//! Every text that the app shows, in one place, to be translated as a whole.
//!
//! A text with `{name}` in it is a pattern; [`fill`] puts values in. Kafka's own names (properties,
//! exceptions, states) are never translated and come from the library.

use ackscope::verdict::{Fate, Told};

/// A list of texts, and the same list in English.
macro_rules! words {
    ($($name:ident: $text:literal;)*) => {
        /// The texts in one language.
        pub struct Words { $(#[doc = $text] pub $name: &'static str,)* }

        static ENGLISH: Words = Words { $($name: $text,)* };
    };
}

words! {
    brand: "ackscope";
    page_title: "{name} · ackscope";
    skip_to_stage: "Skip to the stage";
    kafka: "Kafka {version}";
    undo: "Undo";
    redo: "Redo";
    theme: "Theme";
    theme_auto: "Auto";
    theme_light: "Light";
    theme_dark: "Dark";
    help: "Help";
    close: "Close";

    stage: "Stage";
    crash: "crash";
    restart: "restart";
    crash_label: "Crash {broker} now";
    restart_label: "Restart {broker} now";
    follow_label: "Follow record {n}";
    caption: "What is happening";

    fates: "What became of the records";
    delivered: "delivered";
    duplicated: "duplicated";
    lost: "lost";
    reported: "reported";
    ghost: "ghost";
    aborted: "aborted";
    pending: "pending";
    delivered_help: "processed exactly once";
    duplicated_help: "processed more than once";
    lost_help: "acked or told nothing, and nobody will ever process it";
    reported_help: "failed, and the application was told so";
    ghost_help: "the application was told that it failed, and yet it was processed";
    aborted_help: "its transaction was aborted";
    pending_help: "not decided yet";
    and_more: "+{n}";

    settings: "Settings";
    settings_hint: "for the whole run";
    reset: "default {value}";
    reset_label: "Set {name} back to its default, {value}";
    exact_value: "{name}, exact value";
    refused: "Kafka refuses this; the run on the stage is still the last one that it accepts.";
    group_producer: "Producer";
    group_topic: "Broker and topic";
    group_consumer: "Consumer";
    group_network: "Network";
    brokers_latency: "between brokers";
    brokers_latency_help: "How long a message from broker to broker takes, one way: so long a follower lags behind.";
    network_latency: "latency";
    network_latency_help: "How long any other message takes, one way.";
    processing: "processing";
    processing_help: "How long the consumer's application works on one record.";
    replication_factor: "replication factor";
    replication_factor_help: "How many brokers hold a copy of each partition.";

    record: "Record";
    record_title: "Record {n}";
    follow: "Follow a record";
    follow_previous: "Previous record";
    follow_next: "Next record";
    no_record: "Choose a record to read its biography: click one on the stage, or take its number here.";
    told: "told";
    stored: "stored";
    processed: "processed";
    told_pending: "nothing yet";
    told_nothing: "nothing, and it does not look";
    told_acked: "acked";
    told_failed: "failed: {error}";
    stored_nowhere: "in no log";
    stored_at: "offset {offset} on broker {brokers}, {committed}";
    stored_committed: "committed";
    stored_uncommitted: "not committed";
    processed_never: "never";
    processed_once: "once";
    processed_times: "{n} times";
    fate_and_place: "{fate}: {place}";
    biography: "Its steps so far";
    steps_to_come: "{n} more to come";
    turning_point: "turning point";
    place_application: "it never left the application";
    place_accumulator: "it died with the accumulator";
    place_network: "it died on its way";
    place_page_cache: "it was only in a page cache";
    place_disk: "it was on a disk that was destroyed";
    place_old_leader: "only the old leader holds it";
    place_truncated: "its last copy was cut off";
    place_skipped: "the consumer went past it";
    place_never_read: "the consumer started behind it";
    reason_not_sent: "not sent yet";
    reason_with_producer: "with the producer";
    reason_on_the_way: "on its way";
    reason_not_committed: "not committed yet";
    reason_not_stable: "behind an open transaction";
    reason_not_read: "not read yet";
    reason_with_consumer: "with the consumer";
    reason_stranded: "only on a broker that is down or deposed";
    reason_offline: "its partition has no leader";

    step_created: "send() called, key {key}";
    step_created_no_key: "send() called, no key";
    step_blocked: "send() blocks: the buffer is full";
    step_batched: "joined batch {batch} for {partition}";
    step_drained: "sent with batch {batch}";
    step_resent: "sent again with batch {batch}, attempt {n}";
    step_retried: "back to the accumulator: {error}";
    step_split: "its batch is too large and is split";
    step_acked: "acked: the application counts it as safe";
    step_failed: "failed: the application is told {error}";
    step_request_lost: "its request found nobody at {broker}";
    step_appended: "written to {broker}'s page cache, offset {offset}";
    step_replicated: "copied to {broker}";
    step_refused: "{broker} refuses it: {error}";
    step_known: "{broker} has it already and does not write it again";
    step_committed: "committed: every in-sync replica has it";
    step_flushed: "on {broker}'s disk";
    step_truncated: "cut off {broker}'s log";
    step_crashed_only: "{broker} dies with the only copy";
    step_crashed_one: "{broker} dies; {others} still has it";
    step_restarted: "{broker} comes back";
    step_elected_with: "{broker} leads now, and has it";
    step_elected_without: "{broker} leads now, and does not have it";
    step_offline: "nobody can lead {partition}";
    step_fetched: "fetched by {consumer}";
    step_polled: "poll() gives it to {consumer}";
    step_sent_again: "send() called again: to Kafka another record";
    step_threw: "processing throws an exception at {consumer}";
    step_dropped: "{consumer} drops it: it has to be read again";
    step_consumer_died: "{consumer} dies with it in hand";
    step_deleted: "deleted from {broker}'s log";
    step_transaction_committed: "its transaction is committed: careful readers may have it";
    step_transaction_aborted: "its transaction is aborted: careful readers skip it";
    step_processed: "processed by {consumer}";
    step_processed_again: "processed again by {consumer}";
    step_offset: "{group} commits past it";

    transport: "Playback";
    play: "Play";
    pause: "Pause";
    again: "Play again";
    step_back: "Step back";
    step_forward: "Step forward";
    speed: "Speed";
    pace_smart: "smart pace";
    pace_help: "Slow where something happens, quick where nothing does; off: always the same scale";
    pace_note: "{rate} a second";
    position: "Position in the run";
    position_text: "{time} of {end}";
    timeline: "Timeline";
    marks: "Marks";
    mark_crashed: "crash";
    mark_restarted: "restart";
    mark_fenced: "fenced";
    mark_elected: "elected";
    mark_offline: "offline";
    mark_truncated: "cut off";
    mark_text: "{subject}: {what}";
    mark_label: "{label}, at {time}: go there";

    help_title: "Keys";
    help_intro: "Everything that a mouse can do, the keyboard can. Tab reaches every button, record and setting.";
    key_space: "Space";
    key_arrows: "← →";
    key_shift_arrows: "Shift ← →";
    key_home_end: "Home End";
    key_undo: "Ctrl Z";
    key_help: "?";
    does_space: "play or pause";
    does_arrows: "one event back or forward";
    does_shift_arrows: "to the mark before or after";
    does_home_end: "to the beginning or the end";
    does_undo: "take back the last change; with Shift, bring it back";
    does_help: "this page";
    shortcuts: "Single-key shortcuts";

    broken_title: "This run cannot be shown";
    broken_hint: "The script names something that the model cannot run:";
}

/// The texts in the language of the page.
#[must_use]
pub fn words() -> &'static Words {
    &ENGLISH
}

/// Puts values in the places of a pattern.
#[must_use]
pub fn fill(pattern: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, after)) = after.split_once('}') else { break };
        text.push_str(values.iter().find(|value| value.0 == name).map_or("", |value| value.1));
        rest = after;
    }
    text.push_str(rest);
    text
}

impl Words {
    /// A fate in one word, and in a few.
    #[must_use]
    pub fn fate(&self, fate: Fate) -> (&'static str, &'static str) {
        match fate {
            Fate::Delivered => (self.delivered, self.delivered_help),
            Fate::Duplicated => (self.duplicated, self.duplicated_help),
            Fate::Lost => (self.lost, self.lost_help),
            Fate::Reported => (self.reported, self.reported_help),
            Fate::Ghost => (self.ghost, self.ghost_help),
            Fate::Aborted => (self.aborted, self.aborted_help),
            Fate::Pending => (self.pending, self.pending_help),
        }
    }

    /// What the application was told.
    #[must_use]
    pub fn told(&self, told: Told) -> String {
        match told {
            Told::Pending => self.told_pending.to_owned(),
            Told::Nothing => self.told_nothing.to_owned(),
            Told::Acked => self.told_acked.to_owned(),
            Told::Failed(error) => fill(self.told_failed, &[("error", error.exception())]),
        }
    }
}

/// A point in time: `31.0 ms`, `9.104 s`, `2 min 5.3 s`.
#[must_use]
pub fn time(us: u64) -> String {
    if us < 1_000_000 {
        return decimal(us / 100, 10, 1) + " ms";
    }
    if us < 60_000_000 {
        return decimal(us / 1_000, 1_000, 3) + " s";
    }
    let minutes = us / 60_000_000;
    minutes.to_string() + " min " + &decimal(us % 60_000_000 / 100_000, 10, 1) + " s"
}

/// A length of time in few digits: `240 µs`, `5 ms`, `8.9 s`, `2.5 min`.
#[must_use]
pub fn span(us: u64) -> String {
    let (number, unit) = match us {
        0..1_000 => (us.to_string(), " µs"),
        1_000..10_000 => (decimal(us / 100, 10, 1), " ms"),
        10_000..1_000_000 => ((us / 1_000).to_string(), " ms"),
        1_000_000..60_000_000 => (decimal(us / 100_000, 10, 1), " s"),
        _ => (decimal(us / 6_000_000, 10, 1), " min"),
    };
    number.trim_end_matches(".0").to_owned() + unit
}

/// A whole number of parts as a decimal number.
pub fn decimal(number: u64, parts: u64, digits: usize) -> String {
    let fraction = (number % parts).to_string();
    let mut text = (number / parts).to_string();
    text.push('.');
    text.extend(std::iter::repeat_n('0', digits.saturating_sub(fraction.len())));
    text + &fraction
}
