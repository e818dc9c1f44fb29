//! A still: the stage of a run at one moment, as SVG. `ackscope render` writes it, and the app
//! saves it.

use super::{Theme, View, scene, to_svg};
use crate::model::ids::{PartitionId, RecordId};
use crate::player::Player;
use crate::script::Duration;

/// What is shown, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Still {
    /// The moment.
    pub at_us: u64,
    /// How large it is, in pixels.
    pub size: (f32, f32),
    /// The record that stands out.
    pub record: Option<RecordId>,
    /// The partition that is drawn in full, such as `orders-0`.
    pub partition: Option<String>,
    /// The colours.
    pub theme: Theme,
}

impl Still {
    /// The picture as SVG, named after the script and the moment.
    #[must_use]
    pub fn svg(&self, player: &mut Player) -> String {
        let at = Duration::from_us(self.at_us);
        let title = format!("{} at {at}", player.script().name);
        let partition = self.partition.as_deref().and_then(|name| named(player, name));
        let moment = player.seek(self.at_us);
        let view = View { focus: self.record, partition, ..View::new(self.size.0, self.size.1) };
        let scene = scene(moment.world, moment.ledger, moment.now_us, &view);
        to_svg(&scene, self.theme, Some(&title))
    }
}

fn named(player: &Player, name: &str) -> Option<PartitionId> {
    let setup = player.setup();
    let mut all = (0..setup.partitions.len() as u16).map(PartitionId);
    all.find(|id| setup.partition_name(*id) == name)
}

impl Theme {
    /// The theme of that name: `light`, `dark` or `contrast`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "light" => Self::Light,
            "dark" => Self::Dark,
            "contrast" => Self::HighContrast,
            _ => return None,
        })
    }
}
