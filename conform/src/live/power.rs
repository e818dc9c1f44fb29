//! What a power cut takes: what was written to log files and not flushed.
//!
//! What was there before the script began counts as written back by the operating system; of the rest
//! only what Kafka has flushed stays. Kafka tells by its recovery points, which it writes to a file from
//! time to time, and topics that flush every message lose nothing. The file that the cluster's own
//! metadata is in is left alone: Raft flushes it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::Outcome;
use super::cluster::Written;

/// The log files below a log directory and their sizes.
pub fn sizes(folder: &Path) -> Vec<(PathBuf, u64)> {
    let mut found = Vec::new();
    for partition in entries(folder).into_iter().filter(|path| path.is_dir()) {
        for file in entries(&partition) {
            if file.extension().is_some_and(|extension| extension == "log") {
                let size = fs::metadata(&file).map(|data| data.len()).unwrap_or_default();
                found.push((file, size));
            }
        }
    }
    found
}

/// Cuts the log files of a directory back to what is on disk for certain.
pub fn forget(folder: &Path, then: &Written, flushes: &[String]) -> Outcome<()> {
    let recovered = recovery_points(folder);
    for (file, size) in sizes(folder) {
        let partition = file.parent().and_then(Path::file_name).unwrap_or_default();
        let partition = partition.to_string_lossy().into_owned();
        let flushed = |topic: &String| {
            partition.strip_prefix(topic.as_str()).is_some_and(|rest| rest.starts_with('-'))
        };
        if partition.starts_with("__cluster_metadata") || flushes.iter().any(flushed) {
            continue;
        }
        let kept = then.get(&file).copied().unwrap_or(0);
        let kept = kept.max(bytes_before(&file, recovered(&partition)));
        if kept < size {
            let log = File::options().write(true).open(&file);
            let cut = log.and_then(|log| log.set_len(kept));
            cut.map_err(|error| format!("{}: {error}", file.display()))?;
        }
    }
    Ok(())
}

/// The recovery points of the partitions in a directory, from Kafka's checkpoint file.
fn recovery_points(folder: &Path) -> impl Fn(&str) -> u64 + use<> {
    let file = folder.join("recovery-point-offset-checkpoint");
    let text = fs::read_to_string(file).unwrap_or_default();
    move |partition| {
        let mine = |line: &str| {
            let mut words = line.split(' ');
            let name = format!("{}-{}", words.next()?, words.next()?);
            let offset = words.next()?.parse().ok()?;
            (name == partition).then_some(offset)
        };
        text.lines().find_map(mine).unwrap_or(0)
    }
}

/// How many bytes of a log file hold offsets before this one.
fn bytes_before(file: &Path, offset: u64) -> u64 {
    let Ok(bytes) = fs::read(file) else { return 0 };
    let mut place = 0;
    // A batch begins with its base offset (8 bytes) and the length of the rest (4 bytes).
    while let (Some(base), Some(length)) =
        (bytes.get(place..place + 8), bytes.get(place + 8..place + 12))
    {
        let base = base.iter().fold(0u64, |all, byte| (all << 8) | u64::from(*byte));
        let length = length.iter().fold(0usize, |all, byte| (all << 8) | usize::from(*byte));
        if base >= offset {
            break;
        }
        place += 12 + length;
    }
    place.min(bytes.len()) as u64
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.flatten().map(|entry| entry.path()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A batch as far as lengths go: base offset, length of the rest, the rest.
    fn batch(base_offset: u64, rest: u32) -> Vec<u8> {
        let mut bytes = base_offset.to_be_bytes().to_vec();
        bytes.extend(rest.to_be_bytes());
        bytes.resize(bytes.len() + rest as usize, 1);
        bytes
    }

    #[test]
    fn a_power_cut_takes_what_is_younger_than_the_script_and_not_flushed() {
        let folder = std::env::temp_dir().join(format!("ackscope-power-{}", std::process::id()));
        let log = |topic: &str| folder.join(topic).join("00000000000000000000.log");
        for topic in ["old-0", "flushed-0", "recovered-0", "young-0", "__cluster_metadata-0"] {
            fs::create_dir_all(folder.join(topic)).expect("a folder");
            fs::write(log(topic), [batch(0, 50), batch(3, 60)].concat()).expect("a log");
        }
        fs::write(
            folder.join("recovery-point-offset-checkpoint"),
            "0\n2\nrecovered 0 3\nyoung 0 0\n",
        )
        .expect("a checkpoint");
        let then = Written::from([(log("old-0"), 62)]);
        forget(&folder, &then, &["flushed".to_owned()]).expect("a power cut");
        let length = |topic: &str| fs::metadata(log(topic)).map(|data| data.len()).unwrap_or(0);
        assert_eq!(length("old-0"), 62);
        assert_eq!(length("flushed-0"), 134);
        assert_eq!(length("recovered-0"), 62);
        assert_eq!(length("young-0"), 0);
        assert_eq!(length("__cluster_metadata-0"), 134);
        fs::remove_dir_all(folder).expect("the folder");
    }
}
