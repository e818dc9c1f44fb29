//! Every text that the app shows, in one place, to be translated as a whole.
//!
//! A text with `{name}` in it is a pattern; [`fill`] puts values in. Kafka's own names (properties,
//! exceptions, states) are never translated and come from the library.

pub use ackscope::verdict::biography::text::{decimal, fill, span, time};
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
    tagline: "See where Kafka messages go, and get lost";
    page_title: "{name} · ackscope";
    skip_to_stage: "Skip to the stage";
    kafka: "Kafka {version}";
    undo: "Undo";
    redo: "Redo";
    theme: "Theme";
    theme_auto: "Auto";
    theme_light: "Light";
    theme_dark: "Dark";
    theme_contrast: "High contrast";
    export: "Save the stage";
    export_svg: "Save as SVG";
    export_png: "Save as PNG";
    present: "Present (Esc ends it)";
    help: "Help";
    close: "Close";

    stage: "Stage";
    side_left: "What is set and done";
    side_right: "What comes of it";
    crash: "crash";
    restart: "restart";
    stage_zoom: "Size of the stage";
    stage_zoom_in: "Larger";
    stage_zoom_out: "Smaller";
    stage_zoom_fit: "As large as fits";
    partition_in_full: "The partition that is drawn in full";
    partition_followed: "followed record";
    crash_label: "Crash {broker} now";
    restart_label: "Restart {broker} now";
    follow_label: "Follow record {n}";
    caption: "What is happening";
    why: "{n} {fate}: why?";
    doomed: "doomed";
    in_the_end: "{fate}; in the end {end}";
    why_more: "\u{a0}What would have saved them?";

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
    tray_label: "{n} {fate}: list them";
    out_of_order: "out of order";
    order: "order";
    among: "Record {at} of {n} {fate}";
    among_none: "No record is {fate} now";
    among_all: "all records";
    true_fate: "true";
    risk_span: "{from} to {to}";
    risk_since: "since {from}";

    lessons: "Lessons";
    lessons_open: "Lessons and scripts";
    checked: "✓ checked on {version}";
    checked_how: "✓ Kafka {version}: {recording}";
    lessons_checked: "Each was checked on real Apache Kafka clusters: the same fault, made certain.";
    no_lesson: "There is no lesson {id}.";
    own_script: "Or a script of your own, as ackscope run takes it:";

    break_it: "Break it";
    files: "Files";
    log: "Log";
    metrics: "Metrics";
    compare: "Compare";
    compare_help: "Two worlds side by side: the same work and the same faults under other settings";
    compare_chosen: "The world that settings, lab and timeline are about";
    compare_same: "Both worlds are the same. Change a setting: it changes world {letter}.";
    compare_keep: "Keep {letter}";
    compare_proof: "the fault at every moment";
    compare_moments: "Tried at each moment at which something happens:";
    compare_keep_help: "Ends the comparison and goes on with world {letter}";
    compare_ends: "{n} records end differently";
    compare_ends_one: "1 record ends differently";
    compare_ends_same: "Every record ends the same in both worlds";
    compare_default: "default";
    compare_version: "Kafka";
    compare_faults: "actions";

    settings: "Settings";
    files_in: "Your files";
    files_hint: "Paste a producer, consumer, topic or broker file, drop files here, or choose some.";
    files_placeholder: "acks=1\nretries=0";
    files_choose: "Choose files…";
    files_more: "One more";
    files_remove: "Remove this file";
    files_kind: "Whose properties";
    files_kind_auto: "find out whose";
    files_kind_found: "{kind} (found)";
    files_fine: "Kafka accepts every line.";
    files_aside: "Without effect in the model: {names}.";
    files_apply: "Apply to the run";
    files_applied: "The run has these settings now.";
    files_promise: "What do they promise?";
    check_title: "What these settings risk";
    check_hint: "Every fault at every moment of a small run with them.";
    check_loses: "acknowledged records can be lost";
    check_duplicates: "records can be duplicated";
    check_more: "{n} more";
    check_several: "{n} if several things go wrong at once";
    check_better: "A better file";
    check_best: "No change of a setting in this file leaves less that can go wrong.";
    check_after: "What is left with it";
    check_left: "No better setting was found for these in this file. The moments are others than before, since other settings make other events.";
    check_advice: "For other files";
    check_assumed: "What was assumed";
    check_take: "Put it in place of mine";
    check_out: "goes: ";
    check_in: "comes: ";
    files_line: "line {n}";
    files_error: "refused";
    files_warning: "warning";
    files_out: "The run as files or code";
    files_better: "The settings of the run. To make them better, choose a preset:";
    files_as: "Show as";
    files_properties: "properties files";
    files_defaults: "with the defaults, as comments";
    files_copy: "Copy";
    files_copy_label: "Copy {name}";
    files_copied: "Copied";
    files_not_copied: "Not allowed: select it";
    files_download: "Save";
    files_nothing: "Nothing but defaults.";
    files_cannot: "It cannot be told:";
    break_something: "Break something";
    break_hint: "Or choose a thing on the stage: its head, its log, a link.";
    handle_label: "{what}, at {time}: drag it, or move it with the arrow keys; Enter changes it, Delete removes it";
    break_label: "{thing}: what can be done to it";
    thing: "Thing";
    kind_brokers: "Brokers";
    kind_producers: "Producers";
    kind_consumers: "Consumers";
    kind_links: "Links";
    kind_topics: "Topics and partitions";
    kind_groups: "Groups";
    kind_cluster: "Cluster";
    all_brokers: "all brokers";
    actions: "Done in this run";
    actions_none: "Nothing yet.";
    action_remove: "Remove";
    action_go: "Go there";
    action_never: "never comes";
    when: "When";
    when_event: "when …";
    when_text: "when {event}";
    at_time: "at a time";
    at: "at";
    after: "and after";
    now: "now, at {time}";
    event: "Event";
    moment: "Moment";
    moment_record: "record {n}";
    moment_partition: "partition {n}";
    moment_offset: "offset {n}";
    search: "Search all settings";
    search_nothing: "No setting has all of these words.";
    settings_all: "All settings";
    settings_common: "Only the common ones";
    kafka_version: "Kafka";
    presets: "Presets";
    preset_defaults: "Defaults of Kafka {version}";
    preset_fast: "Fast and loose";
    preset_durable: "Recommended for durability";
    preset_article: "As the article recommends";
    since_when: "Since when a change counts";
    whole_run: "whole run";
    from_now: "from now on";
    later: "from {time} on";
    later_restart: "closes and starts {clients} again at {time}";
    later_roll: "restarts one broker after the other from {time} on";
    later_event: "when its event comes";
    all_producers: "all producers";
    all_topics: "all topics";
    all_groups: "all groups";
    add: "Add";
    add_topic: "Add a topic";
    add_producer: "Add a producer";
    add_group: "Add a group";
    remove_thing: "Remove {name}";
    mixed: "not all alike";
    default_of: "default in {version}";
    default_plain: "default";
    default_none: "none";
    history: "history";
    costs: "costs";
    simplified: "in the model";
    acts: "takes effect";
    source: "in Kafka";
    settings_hint: "for the whole run";
    reset: "default {value}";
    reset_label: "Set {name} back to its default, {value}";
    reset_later: "stay at {value}";
    reset_later_label: "Let {name} stay at {value} for the whole run";
    exact_value: "{name}, exact value";
    refused: "Kafka refuses this; the run on the stage is still the last one that it accepts.";
    group_producer: "Producer";
    group_topic: "Broker and topic";
    group_consumer: "Consumer";
    group_network: "Network";
    group_sending: "Workload: what producers send";
    group_reading: "Workload: what consumers do";
    group_machines: "Machines and the run";

    lab: "Lab";
    lab_working: "The lab is at work";
    lab_stop: "Stop";
    lab_stopped: "Stopped at {n} %: this is what was known by then.";
    lab_again: "Start again";
    rescue: "What would have saved it";
    rescue_hint: "Replays this run with each setting changed, and says what that costs.";
    rescue_ask: "Find out";
    rescue_opened: "This run has that change now.";
    rescue_no_harm: "Nothing is lost, duplicated, out of order or told wrongly in this run.";
    rescue_nothing: "No change of settings or of the application saves these records.";
    rescue_try: "Use it";
    rescue_compare: "Compare and prove";
    rescue_all: "all {n} saved";
    rescue_some: "{n} of {of} saved";
    rescue_ack: "ack {before} → {after}";
    rescue_trade: "{n} {fate} instead";
    rescue_luck: "by luck: {good} of {tried} moments tried";
    rescue_sure: "at each of {n} moments tried";
    proof_ask: "Try the fault at every moment";
    proof_map: "See the map";
    proof_safe: "No harm at any of {of} moments";
    proof_refused: "No harm at any of {of} moments; at some, records are refused or wait";
    proof_harm: "Harm at {n} of {of} moments";
    proof_open: "Stopped before all moments were tried";
    danger: "danger";
    danger_ask: "Danger map";
    danger_help: "Tries a fault at every moment of the run, and colours the timeline by what comes of it";
    danger_none: "choose a fault…";
    danger_safe: "No harm at {n} moments";
    danger_harm: "Harm at {n} of {of}";
    danger_worst: "worst";
    promises: "What do these settings promise?";
    promises_hint: "Every fault at every moment of a small run with these settings.";
    promises_ask: "Put them to the test";
    promises_so_far: "so far, in {n} runs of a small workload";
    promises_tried: "when one thing at a time goes wrong: {n} runs of a small workload";
    promises_whole: "when one thing at a time goes wrong: {n} runs of this one";
    promises_survived: "{n} faults do no harm";
    promises_open: "see it";
    promise_most: "nothing is duplicated";
    promise_least: "nothing is lost";
    promise_kept: "kept";
    promise_broken: "broken";
    promise_open: "open";
    metrics_search: "Search metrics";
    metrics_none: "No metric of this run is called so.";
    metrics_flat: "{n} that never change";
    metrics_chart: "{name} {of}: go to its next change";
    monitoring: "Would monitoring have noticed?";
    monitoring_hint: "Which of Kafka's metrics moved because of the harm in this run.";
    monitoring_ask: "Look at the metrics";
    monitoring_harm: "{harm}: {records}";
    monitoring_noticed: "Noticed: a metric moved that should stand still.";
    monitoring_moved: "Not noticed: only metrics moved that always do, or that may change as planned.";
    monitoring_silent: "Not noticed: no metric moved.";
    danger_title: "When is a fault dangerous?";
    danger_kind_none: "no harm";
    danger_kind_refused: "refused, or waiting for good";
    danger_kind_harm: "lost, duplicated, out of order, or told wrongly";
    danger_nothing: "no harm";
    danger_here: "Here, at {time}: {what}";
    odds: "The odds";
    odds_hazard: "with";
    odds_ask: "Run 10,000";
    odds_of: "Of {n} runs so many have a record that is …";
    odds_lost: "lost";
    odds_duplicated: "duplicated";
    odds_reordered: "out of order";
    odds_ghost: "told wrongly";
    odds_unavailable: "unavailable";
    odds_ack: "ack";
    odds_interval: "{low} to {high}";
    odds_latency: "median {p50}, 99 % {p99}";
    odds_end_to_end: "processed";
    odds_rates: "per minute of each broker or client while records are under way; per cent of the messages";
    hazard_own: "rates of your own…";
    odds_worst: "Open the worst run";
    hazard_script: "this run's faults, at random";
    hazard_broker_crash: "brokers that crash";
    hazard_power_cut: "power cuts";
    hazard_lose_response: "lost responses";
    hazard_client_crash: "clients that crash";

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
    turning_action: "{what}; without that: {fate}";
    turning_an_action: "an action";
    turning_decision: "{why}; with {with}: {fate}";
    at_risk: "at risk";
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

    log_kinds: "Kinds of events";
    log_whom: "Whom it concerns";
    log_everybody: "everybody";
    log_record: "record";
    log_any: "any";
    log_count: "{n} events";
    log_follow: "Back to now";
    log_because: "because, at {time}:";
    kind_story: "the story";
    kind_everything: "everything, with all traffic";
    kind_trouble: "trouble";
    kind_sent: "sent";
    kind_appended: "appended";
    kind_replicated: "replicated";
    kind_committed: "committed";
    kind_acked: "acked";
    kind_fetched: "fetched";
    kind_processed: "processed";
    kind_offset: "offset commit";
    kind_failure: "failure";
    kind_recovery: "recovery";
    kind_election: "election, ISR";
    kind_truncation: "copies gone";
    kind_retry: "retry";
    kind_error: "error";
    kind_rebalance: "rebalance";
    kind_transaction: "transaction";
    kind_followed: "the followed record";
    kind_traffic: "traffic";

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
    seeker: "To the next of a kind";
    seeker_kind: "What to look for";
    find_back: "The one before (Shift N)";
    find_forward: "The next one (N)";
    track_tools: "Timeline tools";
    zoom_in: "Closer (+)";
    zoom_out: "Farther (−)";
    zoom_fit: "The whole run (0)";
    track_higher: "Higher timeline (T)";
    track_lower: "Lower timeline (T)";
    loop_from: "Loop from here (I)";
    loop_to: "Loop to here (O)";
    loop_clear: "No loop (U)";
    more: "More controls";
    fold_open: "Quiet for {span}: open it";
    fold_close: "Quiet for {span}: fold it again";
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
    key_seek: "N";
    key_loop: "I O U";
    key_zoom: "+ − 0 T";
    key_undo: "Ctrl Z";
    key_enter: "Enter";
    key_mark: "← → Delete";
    key_escape: "Esc";
    key_help: "?";
    does_space: "play or pause";
    does_arrows: "one event back or forward";
    does_shift_arrows: "to the mark before or after";
    does_home_end: "to the beginning or the end";
    does_seek: "to the next event of the chosen kind; with Shift, the one before";
    does_loop: "play a span round and round: from here, to here, no more";
    does_zoom: "timeline: closer, farther, the whole run, higher; on the stage: its size";
    does_undo: "take back the last change; with Shift, bring it back";
    does_enter: "on a thing of the stage: what can be done to it; on the mark of a fault: change it";
    does_mark: "on the mark of a fault: move it, or take it away";
    does_escape: "close a menu, end the presentation";
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

/// No list is ever passed on, so that the compiler sees who needs which text: those that only the later
/// part of the app names come with it.
impl Words {
    /// A fate in one word, and in a few.
    #[must_use]
    pub fn fate(fate: Fate) -> (&'static str, &'static str) {
        let w = words();
        match fate {
            Fate::Delivered => (w.delivered, w.delivered_help),
            Fate::Duplicated => (w.duplicated, w.duplicated_help),
            Fate::Lost => (w.lost, w.lost_help),
            Fate::Reported => (w.reported, w.reported_help),
            Fate::Ghost => (w.ghost, w.ghost_help),
            Fate::Aborted => (w.aborted, w.aborted_help),
            Fate::Pending => (w.pending, w.pending_help),
        }
    }

    /// What the application was told.
    #[must_use]
    pub fn told(told: Told) -> String {
        let w = words();
        match told {
            Told::Pending => w.told_pending.to_owned(),
            Told::Nothing => w.told_nothing.to_owned(),
            Told::Acked => w.told_acked.to_owned(),
            Told::Failed(error) => fill(w.told_failed, &[("error", error.exception())]),
        }
    }
}
