//! Which fields actions have, and what they are when they are missing.

use serde_json::Value;

use super::Roll;
use super::action::{
    Action, AddPartitions, Between, DeleteRecords, DiskOf, Do, DropPackets, LoseNext, LoseSome,
    Reconfigure, SendNow, SetConfig, SlowDisk, SlowLink, Stall, When,
};
use super::read::{FromJson, Misfit, Object, choice};

type Read<T> = Result<T, Misfit>;

/// What an action can do, by its names in a script.
pub(super) const NAMES: &[&str] = &[
    "crash",
    "restart",
    "power-cut",
    "shutdown",
    "pause",
    "resume",
    "cut",
    "heal",
    "slow",
    "lose",
    "lose-some",
    "elect-preferred",
    "elect-unclean",
    "set",
    "reconfigure",
    "roll",
    "fail-disk",
    "lose-disk",
    "slow-disk",
    "drop",
    "send",
    "resend",
    "flush",
    "stall",
    "add-partitions",
    "delete-records",
    "expire-offsets",
];

impl FromJson for Action {
    fn from_json(value: &Value) -> Read<Self> {
        let it = Object::of(value, &["at", "when", "after", "do"])?;
        Ok(Self {
            at: it.some("at")?,
            when: it.some("when")?,
            after: it.some("after")?,
            what: it.need("do")?,
        })
    }
}

impl FromJson for When {
    fn from_json(value: &Value) -> Read<Self> {
        let names = ["event", "record", "entity", "topic", "partition", "offset", "nth"];
        let it = Object::of(value, &names)?;
        Ok(Self {
            event: it.need("event")?,
            record: it.some("record")?,
            entity: it.some("entity")?,
            topic: it.some("topic")?,
            partition: it.some("partition")?,
            offset: it.some("offset")?,
            nth: it.or("nth", super::action::first())?,
        })
    }
}

impl When {
    /// Reads a condition, if it is one.
    #[must_use]
    pub fn read(value: &Value) -> Option<Self> {
        Self::from_json(value).ok()
    }

    /// The condition as a script has it.
    #[must_use]
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

impl FromJson for Do {
    fn from_json(value: &Value) -> Read<Self> {
        let (name, value) = choice(value)?;
        let alone = match name {
            "elect-preferred" => Some(Self::ElectPreferred),
            "elect-unclean" => Some(Self::ElectUnclean),
            _ => None,
        };
        if let Some(alone) = alone {
            let extra = value.map(|_| Misfit::new("it takes no value").within(name));
            return extra.map_or(Ok(alone), Err);
        }
        if !NAMES.contains(&name) {
            return Err(Misfit::unknown("word", name, NAMES));
        }
        let Some(value) = value else {
            return Err(Misfit::new("it needs a value").within(name));
        };
        let read = match name {
            "cut" => Between::from_json(value).map(Self::Cut),
            "heal" => Between::from_json(value).map(Self::Heal),
            "slow" => SlowLink::from_json(value).map(Self::Slow),
            "lose" => LoseNext::from_json(value).map(Self::Lose),
            "lose-some" => LoseSome::from_json(value).map(Self::LoseSome),
            "set" => SetConfig::from_json(value).map(Self::Set),
            "reconfigure" => Reconfigure::from_json(value).map(Self::Reconfigure),
            "roll" => Roll::from_json(value).map(Self::Roll),
            "fail-disk" => DiskOf::from_json(value).map(Self::FailDisk),
            "lose-disk" => DiskOf::from_json(value).map(Self::LoseDisk),
            "slow-disk" => SlowDisk::from_json(value).map(Self::SlowDisk),
            "drop" => DropPackets::from_json(value).map(Self::Drop),
            "send" => SendNow::from_json(value).map(Self::Send),
            "add-partitions" => AddPartitions::from_json(value).map(Self::AddPartitions),
            "delete-records" => DeleteRecords::from_json(value).map(Self::DeleteRecords),
            "stall" => Stall::from_json(value).map(Self::Stall),
            "resend" => u32::from_json(value).map(Self::Resend),
            _ => String::from_json(value).map(|entity| match name {
                "crash" => Self::Crash(entity),
                "restart" => Self::Restart(entity),
                "power-cut" => Self::PowerCut(entity),
                "shutdown" => Self::Shutdown(entity),
                "pause" => Self::Pause(entity),
                "flush" => Self::Flush(entity),
                "expire-offsets" => Self::ExpireOffsets(entity),
                _ => Self::Resume(entity),
            }),
        };
        read.map_err(|misfit| misfit.within(name))
    }
}

impl FromJson for Between {
    fn from_json(value: &Value) -> Read<Self> {
        let it = Object::of(value, &["from", "to", "one_way"])?;
        Ok(Self { from: it.need("from")?, to: it.need("to")?, one_way: it.some("one_way")? })
    }
}

impl FromJson for SlowLink {
    fn from_json(value: &Value) -> Read<Self> {
        let it = Object::of(value, &["from", "to", "one_way", "latency"])?;
        Ok(Self {
            from: it.need("from")?,
            to: it.need("to")?,
            one_way: it.some("one_way")?,
            latency: it.need("latency")?,
        })
    }
}

impl FromJson for SetConfig {
    fn from_json(value: &Value) -> Read<Self> {
        let it = Object::of(value, &["topic", "config"])?;
        Ok(Self { topic: it.some("topic")?, config: it.need("config")? })
    }
}

impl FromJson for Reconfigure {
    fn from_json(value: &Value) -> Read<Self> {
        let it = Object::of(value, &["client", "config"])?;
        Ok(Self { client: it.need("client")?, config: it.need("config")? })
    }
}

impl FromJson for Roll {
    fn from_json(value: &Value) -> Read<Self> {
        let it = Object::of(value, &["config"])?;
        Ok(Self { config: it.need("config")? })
    }
}

impl FromJson for DiskOf {
    fn from_json(value: &Value) -> Read<Self> {
        let it = Object::of(value, &["broker", "directory"])?;
        let first = super::action::first_directory();
        Ok(Self { broker: it.need("broker")?, directory: it.or("directory", first)? })
    }
}

impl FromJson for SlowDisk {
    fn from_json(value: &Value) -> Read<Self> {
        let it = Object::of(value, &["broker", "append", "fsync"])?;
        Ok(Self {
            broker: it.need("broker")?,
            append: it.some("append")?,
            fsync: it.some("fsync")?,
        })
    }
}

impl FromJson for DropPackets {
    fn from_json(value: &Value) -> Read<Self> {
        let it = Object::of(value, &["from", "to", "one_way", "per_million"])?;
        Ok(Self {
            from: it.need("from")?,
            to: it.need("to")?,
            one_way: it.some("one_way")?,
            per_million: it.need("per_million")?,
        })
    }
}

impl FromJson for AddPartitions {
    fn from_json(value: &Value) -> Read<Self> {
        let it = Object::of(value, &["topic", "partitions"])?;
        Ok(Self { topic: it.need("topic")?, partitions: it.need("partitions")? })
    }
}

impl FromJson for DeleteRecords {
    fn from_json(value: &Value) -> Read<Self> {
        let it = Object::of(value, &["topic", "partition", "before"])?;
        Ok(Self {
            topic: it.need("topic")?,
            partition: it.some("partition")?,
            before: it.some("before")?,
        })
    }
}

impl FromJson for Stall {
    fn from_json(value: &Value) -> Read<Self> {
        let it = Object::of(value, &["consumer", "for"])?;
        Ok(Self { consumer: it.need("consumer")?, longer: it.need("for")? })
    }
}

impl FromJson for LoseNext {
    fn from_json(value: &Value) -> Read<Self> {
        let it = Object::of(value, &["client", "server", "what", "connection"])?;
        Ok(Self {
            client: it.need("client")?,
            server: it.need("server")?,
            what: it.need("what")?,
            connection: it.some("connection")?,
        })
    }
}

impl FromJson for LoseSome {
    fn from_json(value: &Value) -> Read<Self> {
        let it = Object::of(value, &["client", "server", "what", "per_million", "connection"])?;
        Ok(Self {
            client: it.need("client")?,
            server: it.need("server")?,
            what: it.need("what")?,
            per_million: it.need("per_million")?,
            connection: it.some("connection")?,
        })
    }
}

impl FromJson for SendNow {
    fn from_json(value: &Value) -> Read<Self> {
        let names = [
            "producer",
            "topic",
            "key",
            "partition",
            "value_bytes",
            "timestamp_ahead",
            "unserializable",
        ];
        let it = Object::of(value, &names)?;
        Ok(Self {
            producer: it.need("producer")?,
            topic: it.need("topic")?,
            key: it.some("key")?,
            partition: it.some("partition")?,
            value_bytes: it.or("value_bytes", super::hundred())?,
            timestamp_ahead: it.some("timestamp_ahead")?,
            unserializable: it.some("unserializable")?,
        })
    }
}
