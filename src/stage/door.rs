//! What has arrived at a broker and waits to be served: a connection is served one request at a
//! time, and some requests wait for the transaction coordinator. It stands at the end of its way.

use super::Stage;
use super::links::Flow;
use super::messages::Bundle;
use super::palette::Ink;
use super::pen::{SMALL, Style};
use super::scene::{Part, Site, pt};
use crate::model::ids::{BrokerId, Node, RecordId};

impl Stage<'_> {
    pub(super) fn doors(&mut self) {
        for n in 0..self.world.brokers.len() {
            self.door(BrokerId(n as u16));
        }
        self.pen.part = None;
    }

    fn door(&mut self, id: BrokerId) {
        let waiting = self.world.brokers[id.index()].waiting();
        let records: Vec<RecordId> = waiting.flat_map(|batch| batch.records.clone()).collect();
        let Some(first) = records.first() else { return };
        let producer = self.world.setup().record(*first).producer;
        let shown = self.shown_of(records.len(), true);
        let half = self.bundle_half(records.len(), shown);
        let (from, to) = (Node::Producer(producer), Node::Broker(id));
        let Some(way) = self.way(from, to, Flow::Request, half) else { return };
        let at = way.at(1.0);
        self.pen.part = Some(Part::Door(id));
        let site = Site::Door(id);
        let bundle = Bundle { records: &records, shown, site, doomed: false, dashed: true };
        self.bundle(bundle, at, half);
        if !self.layout.narrow {
            let style = Style::sans(Ink::Muted, SMALL).middle();
            self.pen.text(pt(at.x, at.y - half.y - 5.0), style, self.words.queued);
        }
    }
}
