//! What a broker's card says of the transactions that it coordinates.

use ackscope::model::transaction::TransactionState;
use ackscope::stage::Part;

use super::Picture;

pub fn check(picture: &Picture<'_>, wrong: &mut Vec<String>) {
    const STATES: [&str; 6] =
        ["Empty", "Ongoing", "PrepareCommit", "PrepareAbort", "CompleteCommit", "CompleteAbort"];
    let setup = picture.world.setup();
    let Some(partition) = setup.transactions_partition else { return };
    for broker in &picture.world.brokers {
        let leads = broker.replica(partition).is_some_and(|replica| replica.leader().is_some());
        let states: Vec<TransactionState> =
            broker.coordinator.entries.values().map(|entry| entry.metadata.state).collect();
        let names: Vec<String> = states.iter().map(|state| format!("{state:?}")).collect();
        let open = |state: &&TransactionState| {
            use TransactionState::{Ongoing, PrepareAbort, PrepareCommit};
            matches!(state, Ongoing | PrepareCommit | PrepareAbort)
        };
        let count = format!("{} of {} open", states.iter().filter(open).count(), states.len());
        let texts: Vec<&str> =
            picture.texts(Part::Broker(broker.id)).map(|text| &*text.content).collect();
        let last = |text: &&str| text.rsplit(' ').next().is_some_and(|word| STATES.contains(&word));
        for text in texts.iter().filter(|text| last(text)) {
            let name = text.rsplit(' ').next().unwrap_or_default();
            if !leads || names != [name] {
                wrong.push(format!("{}: transactions {names:?}, {leads}: {text}", broker.id));
            }
        }
        let counts = |text: &&&str| text.ends_with(" open") && text.contains(" of ");
        for text in texts.iter().filter(counts) {
            if !leads || **text != count {
                wrong.push(format!("{}: {count}, {leads}: {text}", broker.id));
            }
        }
        let said = texts.iter().any(|text| last(text) || counts(&text));
        if picture.roomy && leads && !states.is_empty() && !said {
            wrong.push(format!("{}: transactions {names:?}: {texts:?}", broker.id));
        }
    }
}
