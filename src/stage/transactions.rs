//! Transactions: where a producer is in its own, and what their coordinator knows.

use super::Stage;
use super::layout::{BELOW_TILES, Layout, PAD};
use super::palette::Ink;
use super::pen::{SMALL, Style};
use super::scene::{Rect, pt};
use super::words::fill;
use crate::model::broker::Broker;
use crate::model::ids::TransactionalId;
use crate::model::producer::Producer;
use crate::model::producer::transactions::State;
use crate::model::setup::TRANSACTIONS_TOPIC;
use crate::model::transaction::TransactionState;

impl Stage<'_> {
    /// Where a producer is in its transaction, if that is what counts; the longer words first.
    pub(super) fn in_transaction(&self, producer: &Producer) -> Option<(Ink, Vec<String>)> {
        let words = self.words;
        let mine = producer.transactions.as_ref()?;
        let (ink, word) = match mine.state {
            State::Initializing => (Ink::Accent, words.transaction_init.to_owned()),
            State::Ready => return None,
            State::InTransaction => {
                let count = mine.records.len();
                let long = fill(words.transaction_open, &[&count]);
                let shorter = [words.transaction_open_short, words.transaction_open_shortest];
                let shorter = shorter.map(str::to_owned);
                return Some((Ink::Leader, [vec![long], shorter.to_vec()].concat()));
            }
            State::AbortableError => (Ink::Lost, words.transaction_bad.to_owned()),
            State::FatalError => (Ink::Lost, words.transaction_fatal.to_owned()),
        };
        Some((ink, vec![word]))
    }

    /// A line of a broker's card on the transactions that it coordinates, or on who does.
    #[inline(never)] // The build asks for it by its name: it loads later.
    pub(super) fn transactions_row(&mut self, broker: &Broker, card: Rect) {
        let setup = self.world.setup();
        let Some(partition) = setup.transactions_partition else { return };
        let Some(replica) = broker.replica(partition) else { return };
        let lines = self.layout.rows as f32;
        let below = if self.layout.tiled { BELOW_TILES } else { 0.0 };
        let at = pt(card.x + PAD, card.bottom() - 12.0 - below - (lines - 1.0) * Layout::ROW);
        let right = self.line_end(card, at.y);
        let style = Style::sans(Ink::Muted, SMALL);
        let width = self.pen.fit(at, (right - at.x) * 0.6, style, TRANSACTIONS_TOPIC);
        let x = at.x + width + 10.0;
        if replica.leader().is_none() {
            let word = self.words.follower;
            self.pen.first_that_fits(pt(x, at.y), right - x, style, &[word.to_owned()]);
            return;
        }
        let entries: Vec<_> = broker.coordinator.entries.iter().collect();
        let (ink, words) = match entries[..] {
            [] => (Ink::Leader, self.words.coordinator.to_owned()),
            [(id, entry)] => {
                let (ink, state) = state_words(entry.metadata.state);
                (ink, format!("{} {state}", self.transactional_id(*id)))
            }
            _ => {
                let open = |state: TransactionState| {
                    matches!(state, TransactionState::Ongoing) || state.decided().is_some()
                };
                let count = entries.iter().filter(|(_, e)| open(e.metadata.state)).count();
                (Ink::Leader, fill(self.words.transactions_open, &[&count, &entries.len()]))
            }
        };
        let short = words.rsplit(' ').next().unwrap_or_default().to_owned();
        let style = Style { ink, ..style }.medium();
        self.pen.first_that_fits(pt(x, at.y), right - x, style, &[words, short]);
    }

    fn transactional_id(&self, id: TransactionalId) -> String {
        let setup = self.world.setup();
        let has = |p: &&crate::model::setup::ProducerSetup| {
            p.transactional.as_ref().is_some_and(|mine| mine.id == id)
        };
        let name = setup.producers.iter().find(has).and_then(|p| p.config.transactional_id.clone());
        name.unwrap_or_default()
    }
}

/// Kafka's name of a state.
fn state_words(state: TransactionState) -> (Ink, &'static str) {
    match state {
        TransactionState::Empty => (Ink::Muted, "Empty"),
        TransactionState::Ongoing => (Ink::Leader, "Ongoing"),
        TransactionState::PrepareCommit => (Ink::Acked, "PrepareCommit"),
        TransactionState::PrepareAbort => (Ink::Lost, "PrepareAbort"),
        TransactionState::CompleteCommit => (Ink::Acked, "CompleteCommit"),
        TransactionState::CompleteAbort => (Ink::Lost, "CompleteAbort"),
    }
}
