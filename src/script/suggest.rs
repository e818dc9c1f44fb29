//! "Did you mean": the known name that is nearest to an unknown one.

/// The candidate that is nearest to a name, if one is near enough to have been meant.
pub(super) fn did_you_mean<'a>(
    name: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    let distance = |candidate: &str| {
        // "linger" for "linger.ms", "ack" for "acked"
        if name.len() >= 3 && candidate.starts_with(name) {
            return 1;
        }
        strsim::osa_distance(name, candidate)
    };
    candidates
        .map(|candidate| (distance(candidate), candidate))
        .filter(|(distance, candidate)| *distance <= (name.len().max(candidate.len()) / 3).max(1))
        .min_by_key(|(distance, candidate)| (*distance, candidate.len()))
        .map(|(_, candidate)| candidate)
}
