//! Assignors: who reads what (`ConsumerPartitionAssignor`).

use super::group::{MemberId, Share};
use super::ids::PartitionId;
use crate::script::config::Assignor;

/// Shares out the partitions of the subscribed topics. All members subscribe to the same topics;
/// they come in the order of their member ids, each with what it had before.
#[must_use]
pub fn assign(assignor: Assignor, topics: &[Vec<PartitionId>], members: &[Share]) -> Vec<Share> {
    let mut shares: Vec<Share> = members.iter().map(|(id, _)| (*id, Vec::new())).collect();
    if shares.is_empty() {
        return shares;
    }
    match assignor {
        Assignor::Range => range(topics, &mut shares),
        Assignor::RoundRobin => deal(topics.concat(), &mut shares),
        Assignor::Sticky => sticky(topics, members, &mut shares),
        Assignor::CooperativeSticky => {
            sticky(topics, members, &mut shares);
            withhold(members, &mut shares);
        }
    }
    shares
}

/// `RangeAssignor`: of each topic neighbouring partitions to one member; the first members get one
/// more where it does not come out even.
fn range(topics: &[Vec<PartitionId>], shares: &mut [Share]) {
    for partitions in topics {
        let (each, extra) = (partitions.len() / shares.len(), partitions.len() % shares.len());
        let mut rest = &partitions[..];
        for (index, (_, share)) in shares.iter_mut().enumerate() {
            let (mine, others) = rest.split_at(each + usize::from(index < extra));
            share.extend_from_slice(mine);
            rest = others;
        }
    }
}

/// `RoundRobinAssignor`: one after the other.
fn deal(partitions: Vec<PartitionId>, shares: &mut [Share]) {
    for (index, partition) in partitions.into_iter().enumerate() {
        shares[index % shares.len()].1.push(partition);
    }
}

/// `AbstractStickyAssignor`: as even as it can be, and with as few moves as that allows.
fn sticky(topics: &[Vec<PartitionId>], members: &[Share], shares: &mut [Share]) {
    let mut free = topics.concat();
    let (each, mut extra) = (free.len() / shares.len(), free.len() % shares.len());
    for ((_, owned), (_, share)) in members.iter().zip(shares.iter_mut()) {
        let mut mine: Vec<_> = owned.iter().copied().filter(|p| free.contains(p)).collect();
        let more = mine.len() > each && extra > 0;
        extra -= usize::from(more);
        mine.truncate(each + usize::from(more));
        free.retain(|partition| !mine.contains(partition));
        *share = mine;
    }
    for partition in free {
        let fewest = shares.iter().map(|(_, share)| share.len()).min().unwrap_or_default();
        if let Some((_, share)) = shares.iter_mut().find(|(_, share)| share.len() == fewest) {
            share.push(partition);
        }
    }
}

/// Cooperative rebalancing: what another member still has is given up first, and given to the new
/// owner in the rebalance that follows (`CooperativeStickyAssignor.adjustAssignment`).
fn withhold(members: &[Share], shares: &mut [Share]) {
    let owner = |partition: &PartitionId| -> Option<MemberId> {
        members.iter().find(|(_, owned)| owned.contains(partition)).map(|(id, _)| *id)
    };
    for (id, share) in shares {
        share.retain(|partition| owner(partition).is_none_or(|other| other == *id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::ConsumerId;

    fn members(owned: &[&[u16]]) -> Vec<Share> {
        let id = |n| MemberId { consumer: ConsumerId(n), number: 0 };
        (0..).map(id).zip(owned.iter().map(|owned| partitions(owned))).collect()
    }

    fn partitions(numbers: &[u16]) -> Vec<PartitionId> {
        numbers.iter().copied().map(PartitionId).collect()
    }

    fn assigned(assignor: Assignor, topics: &[&[u16]], owned: &[&[u16]]) -> Vec<Vec<u16>> {
        let topics: Vec<_> = topics.iter().map(|topic| partitions(topic)).collect();
        let shares = assign(assignor, &topics, &members(owned));
        shares.into_iter().map(|(_, share)| share.into_iter().map(|p| p.0).collect()).collect()
    }

    /// The examples of the classes' own documentation, where they have one.
    #[test]
    fn each_assignor_shares_out_as_its_documentation_says() {
        let two_topics: &[&[u16]] = &[&[0, 1, 2], &[3, 4, 5]];
        let none: &[&[u16]] = &[&[], &[]];
        assert_eq!(assigned(Assignor::Range, two_topics, none), [vec![0, 1, 3, 4], vec![2, 5]]);
        let dealt = assigned(Assignor::RoundRobin, two_topics, none);
        assert_eq!(dealt, [vec![0, 2, 4], vec![1, 3, 5]]);
        // A third of three members is gone: the others keep what they have.
        let sticky = assigned(Assignor::Sticky, two_topics, &[&[0, 3], &[1, 4]]);
        assert_eq!(sticky, [vec![0, 3, 2], vec![1, 4, 5]]);
    }

    #[test]
    fn what_moves_is_given_up_before_it_is_given_to_another() {
        let topics: &[&[u16]] = &[&[0, 1, 2, 3]];
        let first = assigned(Assignor::CooperativeSticky, topics, &[&[0, 1, 2, 3], &[]]);
        assert_eq!(first, [vec![0, 1], vec![]]);
        let second = assigned(Assignor::CooperativeSticky, topics, &[&[0, 1], &[]]);
        assert_eq!(second, [vec![0, 1], vec![2, 3]]);
    }
}
