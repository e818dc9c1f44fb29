//! The digest of a trace: the same script must give the same one everywhere.
//!
//! XXH64 over the events in postcard's wire format, which knows only little-endian integers and
//! lengths: no `usize`, no derived `Hash`, no float takes part.

use postcard::ser_flavors::Flavor;
use xxhash_rust::xxh64::Xxh64;

use super::trace::{Observer, TraceEvent};

/// Digests events as they come.
#[derive(Clone, Default)]
pub struct Digest {
    hasher: Xxh64,
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Digest({:016x})", self.value())
    }
}

impl Digest {
    /// The digest so far.
    #[must_use]
    pub fn value(&self) -> u64 {
        self.hasher.digest()
    }

    /// The digest of a whole trace.
    #[must_use]
    pub fn of(trace: &[TraceEvent]) -> u64 {
        let mut digest = Self::default();
        for event in trace {
            digest.observe(event);
        }
        digest.value()
    }
}

impl Observer for Digest {
    fn observe(&mut self, event: &TraceEvent) {
        // The sink takes every byte, and events have no length that postcard must know ahead.
        let written = postcard::serialize_with_flavor(event, Sink(&mut self.hasher));
        debug_assert!(written.is_ok(), "{written:?}");
    }
}

struct Sink<'a>(&'a mut Xxh64);

impl Flavor for Sink<'_> {
    type Output = ();

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.update(&[byte]);
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.update(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}
