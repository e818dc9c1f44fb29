//! What may go wrong in the runs of the odds: one of a few hazards, or one's own rates.

/// One of the dangers that have a rate: as the lab reads it, and what it is a rate of.
#[derive(Clone, Copy, Debug)]
pub struct Danger {
    /// The lab's word.
    pub word: &'static str,
    /// How it is measured: `/min` of each broker or client, or `%` of the messages.
    pub unit: &'static str,
}

const fn rate(word: &'static str) -> Danger {
    Danger { word, unit: "/min" }
}

const fn share(word: &'static str) -> Danger {
    Danger { word, unit: "%" }
}

/// The dangers that have a rate.
pub const DANGERS: [Danger; 11] = [
    rate("broker-crash"),
    rate("power-cut"),
    rate("broker-pause"),
    rate("broker-cut"),
    rate("slow-follower"),
    rate("producer-crash"),
    rate("consumer-crash"),
    rate("client-pause"),
    share("lose-request"),
    share("lose-response"),
    share("drop"),
];

/// The word for rates of one's own.
pub const OWN: &str = "own";
/// More often than that nothing else would happen.
const MOST: u32 = 600;

/// The hazard of the odds.
#[derive(Clone, Debug)]
pub struct Hazard {
    /// The one that is chosen, as the lab reads it, or [`OWN`].
    pub chosen: &'static str,
    /// The rates, in the order of [`DANGERS`].
    pub rates: [u32; DANGERS.len()],
}

impl Default for Hazard {
    /// The script's own faults, at other moments; and of rates of one's own, brokers that crash.
    fn default() -> Self {
        let mut rates = [0; DANGERS.len()];
        rates[0] = 6;
        Self { chosen: "script", rates }
    }
}

/// What the user says about the hazard.
#[derive(Clone, Debug, PartialEq)]
pub enum HazardMsg {
    /// Another one, as the lab reads it, or [`OWN`].
    Choose(&'static str),
    /// The rate of a danger, by its place.
    Rate(usize, String),
}

impl Hazard {
    /// Changes it. What is no number is none.
    pub fn set(&mut self, msg: &HazardMsg) {
        match msg {
            HazardMsg::Choose(hazard) => self.chosen = hazard,
            HazardMsg::Rate(at, text) => {
                if let Some(rate) = self.rates.get_mut(*at) {
                    let most = if DANGERS[*at].unit == "%" { 100 } else { MOST };
                    *rate = text.trim().parse().unwrap_or(0).min(most);
                }
            }
        }
    }

    /// As the lab reads it.
    #[must_use]
    pub fn text(&self) -> String {
        if self.chosen != OWN {
            return self.chosen.to_owned();
        }
        let rated = DANGERS.iter().zip(self.rates).filter(|(_, rate)| *rate > 0);
        let word = |(danger, rate): (&Danger, u32)| {
            danger.word.to_owned() + "=" + &rate.to_string() + danger.unit
        };
        rated.map(word).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lab_understands_every_rate() {
        let mut hazard = Hazard::default();
        hazard.set(&HazardMsg::Choose(OWN));
        for at in 0..DANGERS.len() {
            hazard.set(&HazardMsg::Rate(at, (at + 1).to_string()));
        }
        let read = ackscope::lab::Hazard::parse(&hazard.text()).expect("the lab reads it");
        assert_eq!(read.risks.len(), DANGERS.len());
    }

    #[test]
    fn a_rate_that_is_no_number_is_none_and_none_is_too_high() {
        let mut hazard = Hazard { chosen: OWN, ..Hazard::default() };
        hazard.set(&HazardMsg::Rate(0, "often".to_owned()));
        assert_eq!(hazard.text(), "");
        hazard.set(&HazardMsg::Rate(9, "1000".to_owned()));
        assert_eq!(hazard.text(), "lose-response=100%");
    }
}
