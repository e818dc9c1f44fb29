//! Round numbers for the axis of the timeline.

use crate::app::words::{span, time};

/// A round number of microseconds that is at least a gap wide.
#[must_use]
pub fn round_step(span_us: u64, pixels: f32, gap: f32) -> u64 {
    let least = (span_us as f32 / pixels.max(1.0) * gap) as u64;
    let mut step = 1;
    while step < least.min(u64::MAX / 10) {
        step = match step.to_string().as_bytes()[0] {
            b'1' => step * 2,
            b'2' => step / 2 * 5,
            _ => step * 2,
        };
    }
    step
}

/// A time on the axis, no more exact than the axis is.
#[must_use]
pub fn tick(at_us: u64, step: u64) -> String {
    match at_us {
        0 => "0".to_owned(),
        _ if step.is_multiple_of(1_000_000) || step.is_multiple_of(1_000) && at_us < 1_000_000 => {
            span(at_us)
        }
        _ => time(at_us),
    }
}
